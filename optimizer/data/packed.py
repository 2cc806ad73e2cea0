"""What a table may be packed in: gzip, zip, spreadsheets.

Spreadsheets are read in a child process with limits on memory and time; see `workbook_child`.
"""

import gzip
import io
import json
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from optimizer.errors import DataError
from optimizer.language import say

CASE_FILE = "case.toml"
MAX_UNPACKED = 1 << 30  # bytes of text
MAX_RATIO = 100  # a file of sales shrinks about sevenfold; a bomb a thousandfold
MAX_WORKBOOK = 400 << 20  # bytes inside a spreadsheet
MAX_CELLS = 50_000_000
CHILD_MEMORY = 3 << 30
CHILD_SECONDS = 60

_CURE = say("Save the sheet as CSV and try again.")
_FOREIGN = (
    (b"%PDF", say("a PDF")),
    (b"\x89PNG", say("a picture")),
    (b"\xff\xd8\xff", say("a picture")),
    (b"SQLite format", say("a database")),
    (b"PAR1", say("a Parquet file")),
)
_FAILURES = {  # by the exit code of the child
    3: (say("this is no workbook that can be read"), _CURE),
    5: (say("the workbook is protected by a password"), say("Save it without one.")),
}
_TOO_LARGE = (  # it ran into a limit, or the reader gave up on the whole process
    say("the workbook claims more cells than memory can hold"),
    say("Delete what lies far below or beside the table, or save the sheet as CSV."),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def unpack(name: str, content: bytes) -> tuple[bytes, str]:
    """The text inside a packed file, and a note on it; any other file as it is.

    Raises
    ------
    DataError
        The file is no table, is damaged, or unpacks to more than a file of sales ever would.
    """
    for start, what in _FOREIGN:
        if content.startswith(start):
            raise DataError(
                say("this is {what}, not a table", what=what),
                where=name,
                cure=say("Export it as CSV or XLSX."),
            )
    if content.startswith(b"\x1f\x8b"):
        return _gunzip(name, content), ""
    if content.startswith(b"PK\x03\x04"):
        return _unzip(name, content)
    if content.startswith(_OLD_OFFICE):
        return _read_workbook(name, content)
    return content, ""


def bundle(name: str, content: bytes) -> dict[str, bytes] | None:
    """The files of an archive that holds a case.toml, by name; None for any other file.

    Folders inside it are forgotten: a name is only ever a name.

    Raises
    ------
    DataError
        The archive is damaged, holds two files of one name, or unpacks to more than a case would.
    """
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            files = {PurePosixPath(member.filename).name: member for member in members}
            if CASE_FILE not in files:
                return None
            unpacked = sum(member.file_size for member in members)
            if len(members) > 100 or unpacked > min(MAX_WORKBOOK, _limit(len(content))):
                raise _too_big(name)
            if len(files) < len(members):
                raise DataError(
                    say("the archive holds two files of one name"),
                    where=name,
                    cure=say("Give each file a name of its own."),
                )
            return {file: archive.read(member) for file, member in files.items()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error):
        raise _damaged(name) from None


def _limit(packed: int) -> int:
    return min(MAX_UNPACKED, max(packed * MAX_RATIO, 1 << 20))


def _too_big(name: str) -> DataError:
    return DataError(
        say("it unpacks to far more than a file of sales would"), where=name, cure=_CURE
    )


def _damaged(name: str) -> DataError:
    return DataError(
        say("the packed file is damaged"), where=name, cure=say("Pack or save it again.")
    )


def _gunzip(name: str, content: bytes) -> bytes:
    limit = _limit(len(content))
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            text = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error):
        raise _damaged(name) from None
    if len(text) > limit:
        raise _too_big(name)
    return text


def _unzip(name: str, content: bytes) -> tuple[bytes, str]:
    """The only file of an archive; a modern spreadsheet is an archive too."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            names = {member.filename for member in members}
            book = bool(names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"})
            unpacked = sum(member.file_size for member in members)
            most = MAX_WORKBOOK if book else MAX_UNPACKED
            if len(members) > 1000 or unpacked > min(most, _limit(len(content))):
                raise _too_big(name)
            if book:
                return _read_workbook(name, content)
            if len(members) != 1:
                raise DataError(
                    say("the archive holds {count} files", count=len(members)),
                    where=name,
                    cure=say("Pack only one."),
                )
            return unpack(name, archive.read(members[0]))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error):
        raise _damaged(name) from None


def _read_workbook(name: str, content: bytes) -> tuple[bytes, str]:
    """The fullest sheet of a workbook as CSV, read by a child process that may die of it."""
    child = Path(__file__).with_name("workbook_child.py")
    command = [sys.executable, "-I", str(child), str(CHILD_MEMORY), str(MAX_CELLS)]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=CHILD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise DataError(
            say("the workbook takes too long to read"), where=name, cure=_CURE
        ) from None
    if done.returncode:
        what, cure = _FAILURES.get(done.returncode, _TOO_LARGE)
        raise DataError(what, where=name, cure=cure)
    about, _, text = done.stdout.partition(b"\n")
    sheet = json.loads(about)
    many = sheet["sheets"] > 1
    return text, say(
        'Sheet "{name}" of {sheets} is read.', name=sheet["sheet"], sheets=sheet["sheets"]
    ) if many else ""
