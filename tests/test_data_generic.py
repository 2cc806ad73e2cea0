"""Plain tables as shops write them: encodings, delimiters, dates, kinds."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from optimizer.case import Case, DataFile, Hours
from optimizer.data.money import parse_money
from optimizer.data.observations import Observations, check, read_observations
from optimizer.data.parsing import AmbiguousDates
from optimizer.data.reading import preview
from optimizer.errors import DataError
from optimizer.opening import OpeningHours

HOURS = Hours(current=OpeningHours.parse("Mo-Fr 10:00-17:00; Sa 10:00-15:00"))
CASE = Case(hours=HOURS)


def read(
    text: str | bytes, name: str = "till.csv", case: Case = CASE, **facts: object
) -> Observations:
    content = text.encode() if isinstance(text, str) else text
    file = DataFile(name, content=content, **facts)
    stores = read_observations(replace(case, data=(*case.data, file)))
    (only,) = stores.values()
    return only


TILL = """Päivämäärä;Myymälä;Summa
16.11.2026 10:05;Äänekoski;12,50
16.11.2026 10:45;Äänekoski;7,50
16.11.2026 16:59;Äänekoski;1 200,00
17.11.2026 11:00;Äänekoski;-7,50
17.11.2026 11:05;Äänekoski;3,00 €
"""


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_every_encoding_and_delimiter_gives_the_same_sales(encoding, delimiter):
    """A table says the same however its letters and columns are written."""
    seen = read(TILL.replace(";", delimiter).encode(encoding))
    assert seen.store == "Äänekoski"
    assert (seen.first, seen.days) == (date(2026, 11, 16), 2)
    assert np.nansum(seen.transactions) == 4  # the refund is no customer
    assert np.nansum(seen.revenue) == pytest.approx(12.5 + 7.5 + 1200 - 7.5 + 3)
    assert seen.transactions[0, 20] == 1 and seen.transactions[0, 21] == 1
    assert seen.transactions[0, 22] == 0, "open and nobody came is zero"
    assert np.isnan(seen.transactions[0, 19]), "closed is missing"


@pytest.mark.parametrize(
    "text",
    [
        'timestamp,amount\n2026-11-16 10:05,"12,50"\n2026-11-16 12:00,"7,50"\n',
        "Date,Time,Total\n2026-11-16,10:05:00,12.50\n2026-11-16,12:00:00,7.50\n",
        "date;clock;amount\n16/11/2026;10.05;12,5\n16/11/2026;12.00;7,5\n",
        "sep=;\nTime;Sum\n16.11.2026 klo 10.05;12,50\n16.11.2026 klo 12.00;7,50\n",
        "Created,Total\n2026-11-16T10:05:00+02:00,12.50\n2026-11-16T12:00:00+02:00,7.50\n",
        "Date,Total\n11/16/2026 10:05 AM,$12.50\n11/16/2026 12:00 PM,$7.50\n",
        "receipt,when,sum\nA1,16.11.2026 10:05,10.00\nA1,16.11.2026 10:05,2.50\n"
        "A2,16.11.2026 12:00,7.50\n",
        "timestamp,transactions,revenue\n2026-11-16 10:00,1,12.50\n2026-11-16 10:30,0,0\n"
        "2026-11-16 11:00,0,0\n2026-11-16 11:30,0,0\n2026-11-16 12:00,1,7.50\n",
        "16.11.2026 10:05;12,50\n16.11.2026 12:00;7,50\n",
        "Raportti\n\nAika;Summa\n16.11.2026 10:05;12,50\n\n16.11.2026 12:00;7,50\n",
    ],
)
def test_two_sales_are_found_in_every_usual_layout(text):
    """Events, receipts of several rows, separate date and time, totals: two customers, 20.00."""
    seen = read(text)
    assert np.nansum(seen.transactions) == 2
    assert np.nansum(seen.revenue) == pytest.approx(20.0)
    assert seen.transactions[0, 20] == 1 and seen.transactions[0, 24] == 1
    assert seen.basket_mean == pytest.approx(10.0)


def test_dates_that_can_be_read_both_ways_are_asked_for():
    """Nothing is guessed: the sentence names both days, and the answer is remembered."""
    text = "date,total\n01/10/2026 10:05,5\n02/10/2026 10:05,5\n"
    with pytest.raises(AmbiguousDates, match="1 October 2026 or 10 January 2026"):
        read(text)
    assert read(text, columns=(("dates", "day-first"),)).first == date(2026, 10, 1)
    assert read(text, columns=(("dates", "month-first"),)).first == date(2026, 1, 10)


def test_one_late_row_decides_the_order_of_day_and_month():
    """The order is decided over the whole column, and said."""
    rows = "".join(f"0{day}/10/2026 10:05,5\n" for day in range(1, 8))
    seen = read("date,total\n" + rows + "13/10/2026 10:05,5\n")
    assert seen.first == date(2026, 10, 1)
    assert any("day first" in note for note in seen.reports[0].notes)


def test_stores_are_kept_apart():
    """A store column makes a file multi-store; every store has its own span."""
    text = "time,store,sum\n2026-11-16 10:05,A,5\n2026-11-17 10:05,B,6\n2026-11-18 10:05,A,7\n"
    file = DataFile("till.csv", content=text.encode())
    stores = read_observations(replace(CASE, data=(file,)))
    assert {name: seen.days for name, seen in stores.items()} == {"A": 3, "B": 1}
    assert np.nansum(stores["A"].revenue) == 12
    only = read_observations(replace(CASE, data=(file,), store="B"))
    assert list(only) == ["B"]


FOOT = "timestamp,count\n" + "".join(
    f"2026-11-{day} {hour:02d}:00,{10 * hour}\n" for day in (16, 17) for hour in range(24)
)


def test_kinds_are_recognised():
    """Street counts run all night; a file's name is the last hint; a person's word wins."""
    till = DataFile("till.csv", content=TILL.encode())
    case = replace(CASE, data=(till,))
    seen = read(FOOT, name="a.csv", case=case)
    assert seen.footfall_where == "street"
    assert seen.footfall[0, 20] == 50, "an hour's count is split over its two periods"
    assert np.nansum(seen.footfall) == 2 * sum(10 * hour for hour in range(24))
    orders = "timestamp\n2026-11-16 21:05\n2026-11-17 23:10\n"
    seen = read(orders, name="webshop.csv", case=case)
    assert np.nansum(seen.web_orders) == 2 and seen.web_orders[0, 42] == 1
    assert seen.web_orders[0, 0] == 0, "a web shop never closes"
    seen = read(orders, name="x.csv", case=case, kind="footfall", where="door")
    assert np.nansum(seen.footfall) == 2 and seen.footfall_where == "door"


def test_last_customers_after_closing_belong_to_the_last_open_period():
    """17:10 after closing at 17 is demand before closing; 18:00 is set aside."""
    seen = read("time\n2026-11-16 12:00\n2026-11-16 17:10\n2026-11-16 17:29\n2026-11-16 18:00\n")
    assert seen.transactions[0, 33] == 2
    assert np.isnan(seen.transactions[0, 34:]).all()
    assert seen.after_hours[0, 36] == 1 and seen.after_hours.sum() == 1


def test_a_day_without_trade_is_missing_and_a_slow_day_is_zero():
    """Twenty sales a day and then none: not open. One sale a day and then none: nobody came."""
    busy = [f"2026-11-{day} 11:{minute}" for day in (16, 17, 19, 20) for minute in range(10, 30)]
    seen = read("time\n" + "\n".join(busy))
    assert np.isnan(seen.transactions[2]).all()
    assert any("2026-11-18" in warning for warning in seen.warnings)
    slow = [f"2026-11-{day} 11:10" for day in (16, 17, 19, 20)]
    seen = read("time\n" + "\n".join(slow))
    assert np.nansum(seen.transactions[2]) == 0 and not np.isnan(seen.transactions[2, 22])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        ("%PDF-1.7 ...", "a PDF"),
        ("<html><body>", "web page"),
        ("a,b\n1,2\n", "no column holds dates"),
        ("date,sum\n2026-11-16,5\n2026-11-17,6\n", "time of day"),
        ('time,sum\n2026-11-16 10:00,"5\n2026-11-16 11:00,6\n', "never closed"),
        ("time,visitors\n2026-11-16 10:00,5\n2026-11-16 11:00,6\n", "no file holds sales"),
        ("time,sales\nx,5\n", "no column holds dates"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(text, sentence):
    """A wrong file ends in a sentence with the cause."""
    with pytest.raises(DataError, match=sentence):
        read(text)


def test_a_wrong_column_is_named_with_those_that_exist():
    """The cure lists the columns there are."""
    with pytest.raises(DataError, match=r'no column "Sum".*"time", "x"'):
        read("time,x\n2026-11-16 10:00,5\n", columns=(("amount", "Sum"),))


def test_check_tells_what_was_left_out_and_where():
    """Rows that cannot be used are counted by reason with their row numbers."""
    text = "time,sum\n2026-11-16 10:00,5\nyesterday,6\n2026-11-16 11:00\n2026-11-16 12:00,x\n"
    text += "2026-11-16 13:00,4\n" * 7
    file = DataFile("till.csv", content=text.encode())
    answer = check(replace(CASE, data=(file,)))
    (report,) = answer["files"]
    assert (report["rows"], report["used"]) == (11, 8)
    reasons = {out["reason"]: out["examples"] for out in report["set_aside"]}
    assert reasons == {
        "too few or too many cells": ["row 4"],
        "no readable date and time": ["row 3"],
        "the amount is no number": ["row 5"],
    }
    assert answer["hours_inferred"] is False and answer["hours"] == str(HOURS.current)


def test_a_preview_proposes_columns_and_takes_a_persons_word():
    """What is proposed is what is read; where a file says too little, the question is shown."""
    text = "When was it;What;Paid\n16.11.2026 10:05;Tea;12,50\n"
    shown = preview(DataFile("till.csv", content=text.encode()))
    assert (shown.kind, shown.problem) == ("sales", "")
    assert dict(shown.roles) == {"time": "When was it", "amount": "Paid"}
    chosen = DataFile("till.csv", content=text.encode(), columns=(("store", "What"),))
    assert dict(preview(chosen).roles)["store"] == "What"
    shown = preview(DataFile("till.csv", content=b"a;b\n1;2\n"))
    assert "no column holds dates" in shown.problem and shown.columns == ("a", "b")


def test_what_a_person_says_is_kept_over_what_was_recognised():
    """Roles named in the case override every guess, also a date and a clock said as a pair."""
    text = "Booked,Day,At,Sum,Right sum\n2026-11-15 09:00,2026-11-16,10:05,1,12.50\n"
    columns = (("date", "Day"), ("time", "At"), ("amount", "right sum"))
    seen = read(text, columns=columns)
    assert seen.first == date(2026, 11, 16) and seen.transactions[0, 20] == 1
    assert np.nansum(seen.revenue) == 12.5


def test_one_enormous_order_hardly_moves_the_average_sale():
    """It counts as one customer, its money stays in the revenue, and the report flags it."""
    rows = "".join(f"2026-11-16 {10 + n % 7}:{n % 60:02d},{9 + n % 3}\n" for n in range(100))
    seen = read("time,sum\n" + rows + "2026-11-16 12:00,25000\n")
    assert np.nansum(seen.transactions) == 101
    assert np.nansum(seen.revenue) == pytest.approx(25_000 + sum(9 + n % 3 for n in range(100)))
    assert seen.basket_mean < 12
    assert any("nusually large" in note for note in seen.reports[0].notes)


def test_two_exports_that_overlap_count_once_and_two_tills_add_up():
    """The same sales in two files are one; other sales on the same days are more."""
    first = "time,sum\n2026-11-16 10:05,1\n2026-11-17 10:05,2\n"
    later = "time,sum\n2026-11-17 10:05,2\n2026-11-18 10:05,3\n"
    other = "time,sum\n2026-11-16 11:05,1\n2026-11-17 12:05,2\n"
    for second, customers, money in ((later, 3, 6), (other, 4, 6)):
        one = DataFile("a.csv", content=first.encode())
        seen = read(second, name="b.csv", case=replace(CASE, data=(one,)))
        assert np.nansum(seen.transactions) == customers
        assert np.nansum(seen.revenue) == money


def test_a_wrong_date_far_away_does_not_stretch_the_span():
    """A receipt stamped 1999 is left out, and said."""
    rows = "".join(f"2026-11-{day} 1{n % 7}:00\n" for day in range(16, 28) for n in range(20))
    seen = read("time\n1999-01-01 12:00\n" + rows)
    assert (seen.first, seen.days) == (date(2026, 11, 16), 12)
    (out,) = seen.reports[0].set_aside
    assert (out.reason, out.rows, out.examples) == ("a date far from all others", 1, ("row 2",))


def test_a_setting_that_does_not_exist_is_refused():
    """A misspelt answer is not taken for the other one."""
    with pytest.raises(DataError, match='"day-first" or "month-first"'):
        read("date,total\n01/10/2026 10:05,5\n", columns=(("dates", "dmy"),))


def test_a_till_that_dates_the_night_by_its_evening():
    """Under one date the clock goes on past midnight: those sales are of the next day."""
    rows = "".join(
        f"2026-11-{day},{clock}\n" for day in (16, 17, 18) for clock in ("18:00", "23:30", "00:40")
    )
    seen = read("date,time\n" + rows, case=Case(hours=Hours(OpeningHours.parse("24/7"))))
    assert seen.days == 4
    assert seen.transactions[0, 1] == 0 and seen.transactions[1, 1] == 1


def test_frame_has_a_row_per_period():
    """The table for a person: local start, counts, and missing where nobody counted."""
    frame = read("time,sum\n2026-11-16 10:05,12.5\n").frame()
    assert len(frame) == 48
    row = frame[frame.start == "2026-11-16 10:00"].iloc[0]
    assert (row.transactions, row.revenue, row.open_share) == (1, 12.5, 1)
    assert np.isnan(frame.transactions.iloc[0])


def test_a_chain_of_many_stores_is_one_file():
    """As many stores as rows in the sample are still stores, each with its own sales."""
    rows = "".join(
        f"2026-11-{16 + n // 400} 1{n % 7}:{n % 60:02d},Shop {n % 400},{1 + n % 400}\n"
        for n in range(800)
    )
    file = DataFile("till.csv", content=("time,store,sum\n" + rows).encode())
    stores = read_observations(replace(CASE, data=(file,)))
    assert len(stores) == 400
    for number in (0, 7, 399):
        assert np.nansum(stores[f"Shop {number}"].transactions) == 2
        assert np.nansum(stores[f"Shop {number}"].revenue) == 2 * (1 + number)


@pytest.mark.parametrize(
    "text",
    [
        "time,orders,revenue\n2026-11-16 10:00,3,30\n2026-11-16 11:00,2,20\n",
        "Aika;Määrä\n16.11.2026 10:00;3\n16.11.2026 11:00;2\n",
        "Datum;Uhrzeit;Belege;Umsatz\n16.11.2026;10:00;3;30,00\n16.11.2026;11:00;2;20,00\n",
        "Tid\tAntal kvitton\tKvitton\n2026-11-16 10:00\t9\t3\n2026-11-16 11:00\t9\t2\n",
    ],
)
def test_totals_are_told_from_events(text):
    """Counts per hour are customers, not rows."""
    seen = read(text)
    assert np.nansum(seen.transactions) == 5
    assert seen.transactions[0, 20] == seen.transactions[0, 21] == 1.5


def test_dates_in_two_orders_in_one_file_are_refused():
    """Half the rows exist only day first, half only month first: no reading is right."""
    text = "date,total\n13/10/2026 10:05,5\n10/14/2026 10:05,5\n"
    with pytest.raises(DataError, match="only month first"):
        read(text)


@pytest.mark.parametrize(
    ("cells", "amounts"),
    [
        ("5|3.345", [5, 3.345]),
        ("1.234|12.500", [1.234, 12.5]),
        ("1.234.567|12", [1_234_567, 12]),
        ("1,234|12", [1234, 12]),
        ("0.125|3", [0.125, 3]),
        ("1'234.50|CHF 5.-", [1234.5, 5]),
        ("(12.00)|$3.00", [-12, 3]),
        ("12.00-|kr 3.50", [-12, 3.5]),
        ("1,23,456.78|5", [123_456.78, 5]),
        ("many|5", [np.nan, 5]),
        ("12,00|8.00|1,149.00", [np.nan, 8, 1149]),
    ],
)
def test_money_is_read_as_it_is_meant(cells, amounts):
    """Marks are decided over the column; what fits no reading is no number, never a wrong one."""
    read_as = parse_money(pa.array(cells.split("|")), ",")
    assert read_as == pytest.approx(amounts, nan_ok=True)
