"""Packed files, spreadsheets, hostile files, personal data, and any table in any dialect."""

import gzip
import io
import json
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.case import Case, DataFile, Hours
from optimizer.data import files, packed
from optimizer.data.observations import Observations, check, read_observations
from optimizer.errors import DataError
from optimizer.opening import OpeningHours

CASE = Case(hours=Hours(current=OpeningHours.parse("24/7")), period_minutes=15)
ROWS = [
    (datetime(2026, 11, 16, 10, 5), 12.5, "Old Town"),
    (datetime(2026, 11, 16, 14, 5), 7.5, "Old Town"),
    (datetime(2026, 11, 17, 0, 0), 1234.0, "Old Town"),
]


def read(content: bytes, name: str = "till.csv", **facts: object) -> Observations:
    file = DataFile(name, content=content, **facts)
    (seen,) = read_observations(replace(CASE, data=(file,))).values()
    return seen


def csv_bytes() -> bytes:
    return "\n".join(["time;sum;store", *(f"{t};{a};{s}" for t, a, s in ROWS)]).encode()


def xlsx(*sheets: tuple[str, list[list[object]]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    style = book.add_format({"num_format": "d.m.yyyy h:mm"})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for n, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(n, column, cell, style)
                else:
                    sheet.write(n, column, cell)
    book.close()
    return out.getvalue()


def table() -> list[list[object]]:
    return [["Time", "Sum", "Store"], *(list(row) for row in ROWS)]


def ods() -> bytes:
    out = io.BytesIO()
    pd.DataFrame(table()[1:], columns=table()[0]).to_excel(out, engine="odf", index=False)
    return out.getvalue()


def xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Orders")
    style = xlwt.easyxf(num_format_str="D.M.YYYY h:mm")
    for n, row in enumerate(table()):
        for column, cell in enumerate(row):
            sheet.write(n, column, cell, *([style] if isinstance(cell, datetime) else []))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


PACKED = {
    "csv": csv_bytes,
    "gzip": lambda: gzip.compress(csv_bytes()),
    "zip": lambda: zipped("till.csv", csv_bytes()),
    "xlsx": lambda: xlsx(("Orders", table())),
    "xlsx with a cover": lambda: xlsx(("Cover", [["Report"], ["2026"]]), ("Orders", table())),
    "xlsx as text": lambda: xlsx(
        ("Orders", [["Time", "Sum", "Store"]] + [[str(t), f"{a:.2f} €", s] for t, a, s in ROWS])
    ),
    "zipped xlsx": lambda: zipped("orders.xlsx", xlsx(("Orders", table()))),
    "ods": ods,
    "xls": xls,
}


@pytest.mark.parametrize("name", PACKED)
def test_every_packing_gives_the_same_sales(name):
    """CSV, gzip, zip and the spreadsheets of three generations hold the same three sales."""
    seen = read(PACKED[name]())
    assert seen.store == "Old Town"
    assert np.nansum(seen.transactions) == 3
    assert np.nansum(seen.revenue) == pytest.approx(1254)
    assert seen.transactions[0, 40] == seen.transactions[0, 56] == seen.transactions[1, 0] == 1


def test_serial_days_of_a_spreadsheet_are_times():
    """46347.5868 is 21 November 2026, five past two, in CSV too."""
    seen = read(b"Date;Sum\n46347,5868;5\n46347,6;7,50\n")
    assert seen.first == date(2026, 11, 21)
    assert seen.transactions[0, 56] == 1 and seen.transactions[0, 57] == 1


def dimension_bomb() -> bytes:
    """Two cells, the first and the last of the sheet: a reader that fills the rest is lost."""
    book = xlsx(("Orders", [["Time", "Sum"], [1, 2]]))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b'r="2"', b'r="1048576"').replace(b"B2", b"XFD1048576")
                content = content.replace(b"A2", b"A1048576")
            new.writestr(name, content)
    return out.getvalue()


def dtd_bomb() -> bytes:
    """A sheet that defines an entity by another, ten times over."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(("Orders", table())))) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/sharedStrings.xml":
                head = f'<!DOCTYPE sst [<!ENTITY l0 "ha">{laughs}]>'.encode()
                content = content.replace(b"<sst", head + b"<sst", 1).replace(b"Time", b"&l8;")
            new.writestr(name, content)
    return out.getvalue()


HOSTILE = {
    "empty": (b"", "empty"),
    "blank": (b"\n \n\n", "empty"),
    "pdf": (b"%PDF-1.7\n" + bytes(100), "a PDF"),
    "binary": (bytes(range(256)) * 10, "not a table"),
    "web page": (b"<!DOCTYPE html><html><table>", "web page"),
    "dimension bomb": (dimension_bomb(), "more cells than memory"),
    "entity bomb": (dtd_bomb(), "no workbook|no column|more cells"),
    "ratio bomb": (gzip.compress(b"time,sum\n" + b"0" * (300 << 20)), "far more"),
    "zip bomb": (zipped("a.csv", b"0" * (200 << 20)), "far more"),
    "cut gzip": (gzip.compress(csv_bytes())[:-12], "damaged"),
    "cut zip": (PACKED["xlsx"]()[:-50], "damaged"),
    "no workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "no workbook"),
    "a line without end": (b"time,sum\n" + b"x" * (3 << 20), "longer|no rows|too long"),
    "a million columns": (b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000, "line is longer"),
    "many columns": (b"a," * 2000 + b"\n" + b"1," * 2000 + b"\n", "columns are more"),
    "open quote": (b'time,sum\n2026-11-16 10:00,"5\n2026-11-16 11:00,6\n', "row 2 or later"),
    "huge cell": (b'time,sum\n2026-11-16 10:00,"' + b"5" * 200_000 + b'"\n', "too long"),
    "only a header": (b"time,sum\n", "no column holds dates|no row"),
    "dates that do not exist": (b"time,sum\n2026-02-31 10:00,5\n", "no row could be used"),
    "no dates at all": (b"a,b\n1,2\n3,4\n", "no column holds dates"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_one_clear_sentence(name):
    """Neither a traceback nor the end of the process: the file, the cause, the cure."""
    content, sentence = HOSTILE[name]
    with pytest.raises(DataError, match=sentence) as error:
        read(content, name="upload.csv")
    assert str(error.value).startswith("upload.csv")
    assert "\n" not in str(error.value) and len(str(error.value)) < 400


@pytest.mark.parametrize(
    "text",
    [
        'time;sum;item\n2026-11-16 10:00;5;24" screen\n2026-11-16 11:00;6;cup\n',
        'time;sum;item\n2026-11-16 10:00;5;"a ""big""\none"\n2026-11-16 11:00;6;24" screen\n',
        "time;sum\n2026-11-16 10:00;5;\n2026-11-16 11:00;6;\n",
        "Date,Time,Sum\n2026-11-16 00:00:00,1899-12-30 10:00:00,5\n"
        "2026-11-16 00:00:00,1899-12-30 11:00:00,6\n",
        "Day,Hour,Sum\n2026-11-16,10,5.00\n2026-11-16,11.0,6.00\n",
        "time\tsum\r2026-11-16 10:00\t5\r2026-11-16 11:00\t6\r",
        "Report;;\n;;\n;When;Sales\nNo;time;sum\n1;2026-11-16 10:00;5\n2;2026-11-16 11:00;6\n",
    ],
)
def test_odd_but_honest_files_are_read(text):
    """Inch marks, quoted line breaks, delimiters at the end of rows, split dates, old line ends,
    rows of titles above the names of the columns."""
    seen = read(text.encode())
    assert np.nansum(seen.transactions) == 2 and np.nansum(seen.revenue) == 11
    assert seen.transactions[0, 40] == seen.transactions[0, 44] == 1


def many_rows(store: str = "Old Town") -> str:
    """More rows than the head that is looked at, the last ones with another store."""
    rows = [f"2026-11-{1 + n % 28:02d} {n % 24:02d}:05,{n % 7}.5,A" for n in range(100_000)]
    return "\n".join(["time,sum,store", *rows, f"2026-11-16 10:05,2.25,{store}", ""])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (many_rows(), "utf-8"),
        (many_rows(), "utf-8-sig"),
        (many_rows('"Old\nTown"'), "utf-8"),
        (many_rows("Äänekoski"), "cp1252"),
        (many_rows('24" screens'), "utf-8"),
        ("sep=,\n" + many_rows(), "utf-8"),
    ],
)
def test_a_large_file_reads_the_same_from_disk(monkeypatch, tmp_path, text, encoding):
    """Read as a stream or in memory: the same sales, also where the end differs from the head."""
    (tmp_path / "till.csv").write_bytes(text.encode(encoding))
    case = replace(CASE, folder=tmp_path, data=(DataFile("till.csv"),))
    held = read_observations(case)
    monkeypatch.setattr(files, "LARGE_BYTES", 1)
    streamed = read_observations(case)
    assert list(streamed) == list(held) and len(held) == 2
    for store, seen in streamed.items():
        assert np.array_equal(seen.transactions, held[store].transactions, equal_nan=True)
        assert np.array_equal(seen.revenue, held[store].revenue, equal_nan=True)
        assert seen.reports[0].rows == 100_001


def test_a_quote_left_open_far_down_a_large_file_is_named(monkeypatch, tmp_path):
    """The sentence is that of a small file, with the row."""
    (tmp_path / "till.csv").write_text(many_rows('"Old Town'))
    monkeypatch.setattr(files, "LARGE_BYTES", 1)
    with pytest.raises(DataError, match="row 100002 or later"):
        read_observations(replace(CASE, folder=tmp_path, data=(DataFile("till.csv"),)))


def test_a_workbook_that_takes_too_long_is_given_up(monkeypatch):
    """The child process is ended by the clock."""
    monkeypatch.setattr(packed, "CHILD_SECONDS", 0.01)
    with pytest.raises(DataError, match="takes too long"):
        read(PACKED["xlsx"]())


def test_formulas_and_odd_names_are_only_text():
    """A cell that looks like a formula and a name that looks like a path stay what they are."""
    rows = "time;sum;store\n2026-11-16 10:00;'-5,00;=cmd()\n2026-11-16 11:00;'6,00;=cmd()\n"
    for name in ("../../etc/passwd", "C:\\x.csv", "a\0b", "x" * 300, "\u202egpj.csv", "🛒.csv"):
        seen = read(rows.encode(), name=name)
        assert (seen.store, seen.reports[0].file) == ("=cmd()", name)
        assert np.nansum(seen.transactions) == 1 and np.nansum(seen.revenue) == 1


def test_no_personal_data_pass_the_parser():
    """Names, addresses, cards, remarks and receipt numbers are in no result and no sentence."""
    secrets = ["Canary Bird", "canary@bird.fi", "+358 50 7654321", "4111-1111", "calls at noon",
               "RCPT-77-CANARY"]  # fmt: skip
    header = "Created at,Total,Customer,Email,Phone,Card,Notes,Receipt number,Staff\n"
    row = ",".join(["9.50", *secrets[:5], secrets[5], "Canary Bird"])
    text = header + f"2026-11-16 10:00,{row}\nsoon,{row}\n2026-11-16 11:00,many{row}\n"
    file = DataFile("till.csv", content=text.encode())
    case = replace(CASE, data=(file,))
    (seen,) = read_observations(case).values()
    told = repr(seen) + seen.frame().to_csv() + json.dumps(check(case)) + repr(file)
    for secret in secrets:
        assert secret not in told
    assert sum(out.rows for out in seen.reports[0].set_aside) == 2


@st.composite
def dialects(draw: st.DrawFn) -> dict[str, str]:
    """A way to write a table: marks, date order, encoding."""
    decimal = draw(st.sampled_from([".", ","]))
    grouping = {".": ["", ",", "\u00a0", "'"], ",": ["", ".", "\u202f", " "]}[decimal]
    order = draw(st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d"]))
    return {
        "decimal": decimal,
        "grouping": draw(st.sampled_from(grouping)),
        "delimiter": draw(st.sampled_from([",", ";", "\t"])),
        "stamp": order + draw(st.sampled_from([" %H:%M", " %H:%M:%S", "T%H:%M", " %I:%M %p"])),
        "dates": "month-first" if order.startswith("%m") else "day-first",
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
        "sign": draw(st.sampled_from(["", " €", "EUR "])),
        "minus": draw(st.sampled_from(["-", "\u2212", "()"])),
    }


ORDERS = st.lists(
    st.tuples(
        st.integers(0, 50 * 1440),
        st.integers(-500_000, 50_000_000).filter(bool),
        st.sampled_from(["Äänekoski", "Old, Town", "B"]),
    ),
    min_size=2,
    max_size=30,
).filter(lambda orders: any(minute % 1440 for minute, *_ in orders))  # else no time of day is told


def written(orders: list[tuple[int, int, str]], how: dict[str, str]) -> bytes:
    """The orders as a file in one dialect."""
    lines = ['"Date"', "Total", "Store"]
    text = how["delimiter"].join(lines) + "\r\n"
    for minute, cents, store in orders:
        when = datetime(2026, 1, 1) + timedelta(minutes=minute)
        amount = f"{abs(cents) / 100:,.2f}".translate(
            str.maketrans({",": how["grouping"], ".": how["decimal"]})
        )
        if cents < 0:
            amount = f"({amount})" if how["minus"] == "()" else how["minus"] + amount
        amount = amount + how["sign"] if how["sign"].startswith(" ") else how["sign"] + amount
        cells = (when.strftime(how["stamp"]), amount, store)
        text += how["delimiter"].join(f'"{cell}"' for cell in cells) + "\r\n"
    return text.encode(how["encoding"], errors="replace")


@given(orders=ORDERS, how=dialects())
@settings(max_examples=150)
def test_any_orders_in_any_dialect_come_back(orders, how):
    """Every store gets its customers in their quarter hour, and its money to the cent."""
    if how["encoding"] == "cp1252" and {how["minus"], how["grouping"]} & {"\u2212", "\u202f"}:
        how = how | {"minus": "-", "grouping": ""}
    bought = {s: [o for o in orders if o[2] == s and o[1] > 0] for _, _, s in orders}
    content = written(orders, how)
    file = DataFile("x.csv", content=content, columns=(("dates", how["dates"]),))
    case = replace(CASE, data=(file,), timezone="UTC")
    if not any(bought.values()):
        with pytest.raises(DataError):
            read_observations(case)
        return
    stores = read_observations(case)
    for store, sales in bought.items():
        if not sales:
            assert store not in stores
            continue
        seen = stores[store]
        first = (seen.first - date(2026, 1, 1)).days * 96
        expected = np.zeros(seen.transactions.size)
        for minute, _, _ in sales:
            expected[minute // 15 - first] += 1
        assert np.array_equal(np.nan_to_num(seen.transactions.ravel()), expected)
        span = range(first * 15, (first + expected.size) * 15)
        traded = {minute // 1440 for minute, *_ in sales}
        money = sum(c for m, c, s in orders if s == store and m in span and m // 1440 in traded)
        in_days = np.nansum(seen.revenue[sorted({m // 1440 - first // 96 for m, *_ in sales})])
        assert in_days == pytest.approx(money / 100, abs=0.005)
