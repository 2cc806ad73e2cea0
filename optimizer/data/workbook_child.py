"""Turns one workbook into CSV, in a process of its own: `python workbook_child.py MEMORY CELLS`.

The workbook comes in on stdin. Out goes one line of JSON about the sheet, then the CSV. A workbook
of a few hundred bytes can claim billions of cells, and reading it then ends the whole process: so
this one holds nothing else, takes little memory, and imports none of the package.
"""

import csv
import datetime
import io
import json
import sys
from collections.abc import Sequence

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

UNREADABLE, TOO_LARGE, PROTECTED = 3, 4, 5  # exit codes


def main() -> int:
    """Read stdin, write stdout, answer with the exit code."""
    memory, most_cells = int(sys.argv[1]), int(sys.argv[2])
    try:
        import resource  # not on Windows; there only the parent's time limit holds

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ImportError, ValueError, OSError):
        pass
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        name, rows = max(
            ((name, _rows(book, name)) for name in book.sheet_names),
            key=lambda sheet: sum(1 for row in sheet[1] if any(cell != "" for cell in row)),
        )
    except PasswordError:
        return PROTECTED
    except (CalamineError, OSError, ValueError):
        return UNREADABLE
    except MemoryError:
        return TOO_LARGE
    if len(rows) * max(map(len, rows), default=0) > most_cells:
        return TOO_LARGE
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    out.write(json.dumps({"sheet": name, "sheets": len(book.sheet_names)}) + "\n")
    csv.writer(out, lineterminator="\n").writerows([_text(cell) for cell in row] for row in rows)
    out.flush()
    return 0


def _rows(book: CalamineWorkbook, name: str) -> Sequence[Sequence[object]]:
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _text(cell: object) -> object:
    """A cell as text that reads the same in every country."""
    if isinstance(cell, datetime.datetime):  # serial days are rounded: 14:04:59.52 is 14:05
        return str((cell + datetime.timedelta(milliseconds=500)).replace(microsecond=0))
    if isinstance(cell, datetime.timedelta):
        return str(datetime.timedelta(seconds=round(cell.total_seconds())))
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    return cell


if __name__ == "__main__":
    sys.exit(main())
