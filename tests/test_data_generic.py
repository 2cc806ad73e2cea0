"""Plain tables as shops write them: encodings, delimiters, dates, kinds."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from optimizer.case import Case, DataFile, Hours
from optimizer.data.observations import Observations, check, read_observations
from optimizer.data.parsing import AmbiguousDates
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
    assert "day first" in seen.reports[0].notes[0]


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
