"""What a table may be packed in: gzip, zip, spreadsheets."""

import gzip
import io
import zipfile
import zlib

from optimizer.errors import DataError

MAX_UNPACKED = 1 << 30  # bytes
MAX_RATIO = 100  # a file of sales shrinks about sevenfold; a bomb a thousandfold

_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def unpack(name: str, content: bytes) -> bytes:
    """The text inside a packed file; any other file as it is.

    Raises
    ------
    DataError
        The file is no table, is damaged, or unpacks to more than a file of sales ever would.
    """
    for start, what in _FOREIGN:
        if content.startswith(start):
            raise DataError(
                f"this is {what}, not a table", where=name, cure="Export it as CSV or XLSX."
            )
    if content.startswith(b"\x1f\x8b"):
        return _gunzip(name, content)
    if content.startswith(b"PK\x03\x04"):
        return _unzip(name, content)
    return content


def _limit(packed: int) -> int:
    return min(MAX_UNPACKED, max(packed * MAX_RATIO, 1 << 20))


def _too_big(name: str) -> DataError:
    return DataError(
        "it unpacks to far more than a file of sales would",
        where=name,
        cure="Send the table itself, unpacked.",
    )


def _gunzip(name: str, content: bytes) -> bytes:
    limit = _limit(len(content))
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            text = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error):
        raise DataError("the packed file is damaged", where=name, cure="Pack it again.") from None
    if len(text) > limit:
        raise _too_big(name)
    return text


def _unzip(name: str, content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if len(members) != 1:
                raise DataError(
                    f"the archive holds {len(members)} files", where=name, cure="Pack only one."
                )
            if members[0].file_size > _limit(members[0].compress_size):
                raise _too_big(name)
            return unpack(name, archive.read(members[0]))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error):
        raise DataError("the packed file is damaged", where=name, cure="Pack it again.") from None
