"""Bytes of a file to a table of text: encoding, delimiter, where the header is, rows that fit.

Nothing is interpreted here. A `Sheet` shows the header and a sample; only the columns somebody
then asks for are read, so names, addresses and remarks never enter memory beyond the parser.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv

from optimizer.data.packed import unpack
from optimizer.errors import DataError
from optimizer.language import say

MAX_COLUMNS = 1000
SAMPLE_BYTES = 1 << 18
LINE_BYTES = 1 << 20  # a longer line is no row of a till
LARGE_BYTES = 1 << 26  # a larger file of plain text is read from disk as a stream
SAMPLE_ROWS = 300
CURE_CSV = say("Export it as CSV or XLSX and try again.")


@dataclass(frozen=True, eq=False)
class Rows:
    """The columns asked for, each a string array (or of the type asked for), one cell per row.

    `ragged` holds the row numbers of lines that have too few or too many cells and were left out.
    """

    columns: dict[int, pa.Array]
    count: int
    ragged: tuple[int, ...]
    first_row: int

    def number(self, index: int) -> int:
        """Row number, as a spreadsheet counts, of the row at `index`."""
        row = self.first_row + index
        for left_out in self.ragged:
            if left_out > row:
                break
            row += left_out > 0  # 0: in a big file their rows are not known
        return row


@dataclass(frozen=True, eq=False)
class Sheet:
    """A file understood as a table of text, with only its header and a sample read so far."""

    name: str
    header: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    delimiter: str
    encoding: str
    first_row: int  # number of the first row of data, counted as a spreadsheet does
    body: memoryview  # UTF-8, from the first row of data on; empty where the file stays on disk
    note: str = ""
    disk: tuple[Path, int] | None = None  # a large file, and the byte of its first row of data

    def cells(self, column: int) -> list[str]:
        """Non-empty sample cells of one column, without the spaces around them."""
        found = (row[column].strip() for row in self.sample if column < len(row))
        return [cell for cell in found if cell]

    def read(self, columns: Iterable[int], types: Mapping[int, pa.DataType] | None = None) -> Rows:
        """Read some columns of all rows; `types` names those that need not be text.

        Raises
        ------
        DataError
            The rows cannot be told apart, for instance because a quotation mark is never closed.
        """
        wanted = {str(column): column for column in sorted(set(columns))}
        kinds = {str(column): pa.string() for column in wanted.values()}
        kinds.update({str(column): kind for column, kind in (types or {}).items()})
        ragged: list[int] = []
        try:
            quoted = self._has_quotes()
            table = self._parse(wanted, kinds, quoted, _collect(ragged, self.first_row))
        except DataError:
            if self.disk is None:
                raise
            # The head was plain UTF-8 and something below is not: look at all of it.
            return _in_memory(self.disk[0].read_bytes(), self.name).read(wanted.values(), types)
        read = {}
        for name, column in wanted.items():
            read[column] = _in_one_piece(table.column(name))
            table = table.drop_columns([name]) if table.num_columns > 1 else table
        count = table.num_rows
        del table
        pa.default_memory_pool().release_unused()  # the pieces would go on taking memory
        return Rows(read, count, tuple(ragged), self.first_row)

    def _parse(
        self,
        wanted: Mapping[str, int],
        kinds: Mapping[str, pa.DataType],
        quoted: bool,
        on_ragged: Callable[[arrow_csv.InvalidRow], str],
    ) -> pa.Table:
        # Only a single thread numbers the rows it leaves out; big files are worth more speed.
        threads = self.disk is not None or len(self.body) > 1 << 25
        try:
            return arrow_csv.read_csv(
                self._stream(),
                arrow_csv.ReadOptions(
                    column_names=[str(column) for column in range(len(self.header))],
                    use_threads=threads,
                    block_size=4 * LINE_BYTES,
                ),
                arrow_csv.ParseOptions(
                    delimiter=self.delimiter,
                    newlines_in_values=quoted,
                    ignore_empty_lines=False,
                    invalid_row_handler=on_ragged,
                ),
                arrow_csv.ConvertOptions(
                    include_columns=list(wanted),
                    column_types=kinds,
                    strings_can_be_null=True,
                    null_values=[""],
                    check_utf8=True,
                ),
            )
        except pa.ArrowInvalid as error:
            if any(not pa.types.is_string(kind) for kind in kinds.values()):
                return self._parse(wanted, dict.fromkeys(kinds, pa.string()), quoted, on_ragged)
            if "UTF8" in str(error).upper():
                raise DataError(
                    say("the file mixes encodings"), where=self.name, cure=say("Save it as UTF-8.")
                ) from None
            raise DataError(
                say("the rows cannot be told apart"), where=self.name, cure=CURE_CSV
            ) from None

    def _stream(self) -> pa.NativeFile:
        """The rows of data as bytes to read from."""
        if self.disk is None:
            return pa.BufferReader(pa.py_buffer(self.body))
        path, first = self.disk
        stream = pa.OSFile(str(path))
        stream.seek(first)
        return stream

    def _has_quotes(self) -> bool:
        """Whether cells are quoted; refuses a quotation mark that is opened and never closed."""
        stream, quotes = self._stream(), 0
        while block := stream.read(4 * LINE_BYTES):
            quotes += block.count(b'"')
        if quotes % 2:
            row = self.first_row if self.disk else self._never_closed()
            if row:
                raise DataError(
                    say("a quotation mark is opened and never closed"),
                    where=say("{file}, row {row} or later", file=self.name, row=row),
                    cure=say("Correct that cell, or export the file again."),
                )
        return quotes > 0

    def _never_closed(self) -> int:
        """Row of a cell that is quoted to the end of the file, 0 if there is none.

        A mark in the middle of a cell, as in 24" screen, is only a mark.
        """
        mark = re.escape(self.delimiter.encode())
        whole = re.compile(rb'(?:(?<=%b)|^)"(?:[^"]|"")*"(?=%b|\r?$)' % (mark, mark))
        opens, closes = re.compile(rb'(?:%b|^)"' % mark), re.compile(rb'"(?:%b|\r?$)' % mark)
        opened = 0
        for row, line in enumerate(io.BytesIO(self.body), self.first_row):
            if line.count(b'"') % 2 == 0:
                continue
            line = line.rstrip(b"\n")
            if opened:
                opened = 0 if closes.search(line) else opened
            elif opens.search(whole.sub(b"", line)):
                opened = row
        return opened


def _in_one_piece(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _collect(ragged: list[int], first_row: int) -> Callable[[arrow_csv.InvalidRow], str]:
    def leave_out(row: arrow_csv.InvalidRow) -> str:
        ragged.append(first_row + row.number - 1 if row.number is not None else 0)
        return "skip"

    return leave_out


def open_sheet(name: str, content: bytes | None, folder: Path | None) -> Sheet:
    """Open a file, or uploaded bytes, as a table of text.

    Parameters
    ----------
    name
        What the file is called. It is a path only where there is no `content`.
    content
        The bytes of an upload; None reads `folder / name` from disk.

    Raises
    ------
    DataError
        The file is missing, empty, or no table.
    """
    if content is None:
        path = Path(name) if folder is None else folder / name
        name = path.name
        try:
            large = _on_disk(path)
            if large is not None:
                return large
            content = path.read_bytes()
        except FileNotFoundError:
            raise DataError(say("there is no such file"), where=str(path)) from None
        except OSError as error:
            raise DataError(
                say("cannot be read ({why})", why=error.strerror), where=str(path)
            ) from None
    return _in_memory(content, name)


def _in_memory(content: bytes, name: str) -> Sheet:
    content, note = unpack(name, content)
    text, encoding = to_utf8(content, name)
    return replace(_lay_out(text, encoding, name), note=note)


def _on_disk(path: Path) -> Sheet | None:
    """A large file as a table that stays on disk; None unless its head is plain UTF-8."""
    if path.stat().st_size < LARGE_BYTES:
        return None
    with path.open("rb") as file:
        head = file.read(2 * LINE_BYTES)
    text = head.removeprefix(codecs.BOM_UTF8)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return None
    if b"\0" in text or b"\n" not in text[:LINE_BYTES]:
        return None
    sheet = _lay_out(text, "UTF-8", path.name)
    return replace(sheet, body=memoryview(b""), disk=(path, len(head) - len(sheet.body)))


def to_utf8(content: bytes, name: str) -> tuple[bytes, str]:
    """The text as UTF-8 without a byte-order mark, and the encoding that it had.

    A fixed cascade, because detectors guess wrong on short Nordic texts: byte-order mark, UTF-16
    without one, strict UTF-8, Windows-1252.
    """
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"),
                           (codecs.BOM_UTF16_BE, "utf-16")):  # fmt: skip
        if content.startswith(mark):
            if encoding == "utf-8":
                return content[len(mark) :], "UTF-8"
            return _transcode(content, encoding, name), "UTF-16"
    start = content[:SAMPLE_BYTES]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = start[offset::2]
        if len(half) > 4 and half.count(0) > 0.6 * len(half):
            return _transcode(content, encoding, name), "UTF-16"
    if b"\0" in start:
        raise DataError(say("this is not a table of text"), where=name, cure=CURE_CSV)
    try:
        if not content.isascii():
            codecs.lookup("utf-8").decode(content)
        return content, "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace").encode(), "Windows-1252"


def _transcode(content: bytes, encoding: str, name: str) -> bytes:
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError:
        raise DataError(
            say("the text is cut off or mixes encodings"), where=name, cure=say("Save it as UTF-8.")
        ) from None


def _lay_out(text: bytes, encoding: str, name: str) -> Sheet:
    """Find delimiter, header and first row of data."""
    if not text or text.isspace():
        raise DataError(say("the file is empty"), where=name)
    if b"\n" not in text[:LINE_BYTES]:
        text = text.replace(b"\r", b"\n")  # as very old systems end their lines
    if len(text) > LINE_BYTES and b"\n" not in text[:LINE_BYTES]:
        raise DataError(say("a line is longer than any row of a table"), where=name, cure=CURE_CSV)
    lines = _start(text)
    if lines.lstrip()[:9].lower().startswith(("<!doctype", "<html", "<?xml", "<table")):
        raise DataError(say("this is a web page, not a table"), where=name, cure=CURE_CSV)
    skip, given = _preamble(lines)
    lines = "\n".join(lines.splitlines()[skip:]) if skip else lines
    delimiter = given or _delimiter(lines)
    rows, ends = _sample(lines, delimiter, name)
    width = Counter(len(row) for row in rows if any(row)).most_common(1)[0][0]
    if width > MAX_COLUMNS:
        raise DataError(
            say(
                "{width} columns are more than a till writes (at most {most})",
                width=width,
                most=MAX_COLUMNS,
            ),
            where=name,
            cure=say("Export one row per sale."),
        )
    header, used = _header(rows, width)
    first = skip + (ends[used - 1] if used else 0)
    offset = 0
    for _ in range(first):
        offset = text.find(b"\n", offset) + 1 or len(text)
    sample = tuple(row for row in rows[used:] if any(row))
    if not sample:
        raise DataError(say("the file holds no rows below its header"), where=name)
    return Sheet(name, header, sample, delimiter, encoding, first + 1, memoryview(text)[offset:])


def _start(text: bytes) -> str:
    """The first lines, none of them cut."""
    if len(text) <= SAMPLE_BYTES:
        return text.decode(errors="replace")
    end = text.rfind(b"\n", 0, SAMPLE_BYTES) + 1 or text.find(b"\n") + 1
    return text[:end].decode(errors="replace")


def _sample(lines: str, delimiter: str, name: str) -> tuple[list[tuple[str, ...]], list[int]]:
    """The first rows, and the number of the line on which each of them ends."""
    rows, ends = [], []
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(tuple(row))
            ends.append(reader.line_num)
            if len(rows) > SAMPLE_ROWS:
                break
    except csv.Error:
        raise DataError(say("a cell is too long for a table"), where=name, cure=CURE_CSV) from None
    return rows, ends


def _header(rows: list[tuple[str, ...]], width: int) -> tuple[tuple[str, ...], int]:
    """Names of the columns, and how many rows they and the titles above them take."""
    wide = [n for n, row in enumerate(rows) if len(row) == width]
    data = next((n for n in wide if any(_is_data(cell) for cell in rows[n])), 0)
    # Titles of a workbook are as wide as its table, and mostly empty.
    top = next((n for n in wide if n < data and all(rows[n])), wide[0] if wide else len(rows) - 1)
    if not any(_is_data(cell) for cell in rows[top]):
        return tuple(cell.strip() for cell in rows[top]), top + 1
    if top and len(rows[top - 1]) == width - 1:  # only the rows of data end in a delimiter
        return (*(cell.strip() for cell in rows[top - 1]), ""), top
    return tuple(f"column {n + 1}" for n in range(width)), top


def _preamble(lines: str) -> tuple[int, str]:
    """Lines to skip before the table (comments, `sep=;`), and a delimiter that they state.

    Only a leading block counts as comment: order names begin with # too.
    """
    skip, given = 0, ""
    for line in lines.splitlines():
        stated = line.strip().lower()
        if stated.startswith("sep=") and len(stated) == 5:
            given = stated[4]
        elif stated and not stated.startswith("#"):
            break
        skip += 1
    return skip, given


def _delimiter(lines: str) -> str:
    """The mark that cuts most lines into the same number of cells, more than one."""
    best, best_score = ",", 0.0
    for mark in (";", "\t", ",", "|"):
        try:
            rows = [row for row in csv.reader(lines.splitlines()[:50], delimiter=mark) if row]
        except csv.Error:
            continue
        width, hits = Counter(len(row) for row in rows).most_common(1)[0]
        # The header decides between "a;b" with decimal commas and commas as delimiters.
        same = hits / len(rows) + (len(rows[0]) == width)
        if width > 1 and same > best_score:
            best, best_score = mark, same
    return best


def _is_data(cell: str) -> bool:
    """Whether a cell of a header row is a number or a date rather than a name."""
    digits = sum(sign.isdigit() for sign in cell)
    return digits > 0 and digits + sum(sign in " .,:;/-+€$%T" for sign in cell) == len(cell)
