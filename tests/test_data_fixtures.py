"""Files as shops really have them, made up or real: what each holds, to the customer and the cent.

Exports of known systems have a file of their own; here are the tables without a known name, in the
encodings, delimiters and dialects in which they come, and every real file beside the project.
"""

import gzip
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from optimizer.case import DataFile
from optimizer.data.reading import read_file
from optimizer.errors import DataError
from optimizer.timegrid import TimeGrid

NBSP, THIN, MINUS = "\u00a0", "\u202f", "\u2212"


@dataclass(frozen=True)
class Held:
    """What is in a file: its kind, counted customers or people, money, and rows left out."""

    text: str | bytes
    kind: str
    count: float
    money: float | None = None
    out: int = 0
    encoding: str = "utf-8"
    columns: tuple[tuple[str, str], ...] = ()

    def content(self) -> bytes:
        return self.text if isinstance(self.text, bytes) else self.text.encode(self.encoding)


def workbook(*rows: tuple[object, ...]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "d.m.yyyy h:mm"})
    sheet = book.add_worksheet("Myynti")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    book.close()
    return out.getvalue()


FIXTURES = {
    "finnish till": Held(
        "Päivämäärä;Klo;Kuittinro;Toimipiste;Summa\n"
        f"16.11.2026;9.05;1;Töölö;1{NBSP}012,50\n16.11.2026;9.05;1;Töölö;7,50\n"
        f"17.11.2026;14.30;2;Töölö;-3,00\n17.11.2026;16.59;3;Töölö;4,00 €\n",
        "sales", 2, 1021.0, encoding="cp1252",
    ),
    "finnish hourly totals": Held(
        "Pvm;Tunti;Kuitit;Nettomyynti\n16.11.2026;9;3;30,00\n16.11.2026;10;0;0,00\n"
        "16.11.2026;11;2;12,40\n",
        "sales", 5, 42.4, encoding="utf-8-sig",
    ),
    "swedish till": Held(
        "Datum\tTid\tKvittonummer\tBelopp\tMoms\n2026-11-16\t10:05\t77\t125,00\t25,00\n"
        f"2026-11-16\t10:40\t78\t1{THIN}250,00\t250,00\n2026-11-16\t11:00\t79\t{MINUS}125,00\t"
        f"{MINUS}25,00\n",
        "sales", 2, 1000.0, encoding="utf-16",
    ),
    "german till": Held(
        "Datum;Uhrzeit;Bonnummer;Umsatz;Typ\n16.11.2026;10:05:10;1;1.234,50;Verkauf\n"
        "16.11.2026;10:06:10;2;12,00;Storno\n16.11.2026;11:06:10;3;5,50;Gutschrift\n",
        "sales", 1, 1229.0, out=1, encoding="cp1252",
    ),
    "swiss till": Held(
        "Zeitstempel,Betrag\n16.11.2026 10:05,CHF 1'234.50\n16.11.2026 11:05,CHF 5.-\n",
        "sales", 2, 1239.5,
    ),
    "norwegian till": Held(
        "Dato;Tid;Beløp\n16.11.2026;10.05;kr 1.200,50\n16.11.2026;10.15;kr 99,50\n",
        "sales", 2, 1300.0, encoding="cp1252",
    ),
    "indian grouping": Held(
        'created_at,order_id,total\n2026-11-16 10:05,1,"1,23,456.78"\n2026-11-16 10:15,2,99.00\n',
        "sales", 2, 123_555.78,
    ),
    "american twelve hours": Held(
        'Date,Time,Total\n12/27/2026,2:30:00 PM,"$1,149.00 "\n12/28/2026,12:15:00 AM,$2.00\n'
        "12/28/2026,12:00:00 PM,($33.62)\n",
        "sales", 2, 1117.38,
    ),
    "hours after noon and PM as well": Held(
        "Order Date,Grand Total\n2026-11-21 14:05:00 PM,10.00\n2026-11-21 09:05:00 AM,5.00\n",
        "sales", 2, 15.0,
    ),
    "refunds more than sales": Held(
        "time,amount\n2026-11-16 10:00,10\n" + "2026-11-16 11:00,-2\n" * 4, "sales", 1, 2.0
    ),
    "day first by one row": Held(
        "date;total\n01/10/2026 10:05;5\n13/10/2026 10:05;5\n", "sales", 2, 10.0
    ),
    "day first by a person": Held(
        "date;total\n01/10/2026 10:05;5\n02/10/2026 10:05;5\n", "sales", 2, 10.0,
        columns=(("dates", "day-first"),),
    ),
    "the night the clock springs": Held(
        "created at,total\n2026-03-29T02:59:00+02:00,5\n2026-03-29T04:01:00+03:00,6\n",
        "sales", 2, 11.0,
    ),
    "the night the clock falls": Held(
        "created at,total\n2026-10-25T03:30:00+03:00,5\n2026-10-25T03:30:00+02:00,6\n",
        "sales", 2, 11.0,
    ),
    "utc": Held("time utc,total\n2026-07-01T21:30:00Z,5\n2026-07-01T22:30:00Z,6\n",
                "sales", 2, 11.0),
    "serial days": Held("Date;Sum\n46347,5868;5\n46347,6;7,50\n", "sales", 2, 12.5),
    "seconds since 1970": Held("created,amount\n1763287500,5\n1763291100,6\n", "sales", 2, 11.0),
    "zone names and klo": Held(
        "Aika;Summa\n21.11.2026 klo 14.05 EET;5,00\n22.11.2026 klo 9.05 EET;6,50\n",
        "sales", 2, 11.5,
    ),
    "items without totals": Held(
        "Invoice No,Invoice Date,Quantity,Unit Price,Description\n1,2026-11-16 10:05,2,1.50,Mug\n"
        "1,2026-11-16 10:05,1,7.00,Bowl\n2,2026-11-16 12:05,3,2.00,Mug\n",
        "sales", 2, 16.0,
    ),
    "a title, blank lines and a sum below": Held(
        "Sales report\n\nTime;Sum\n16.11.2026 10:05;12,50\n\n16.11.2026 12:00;7,50\nTotal;20,00\n",
        "sales", 2, 20.0, out=1,
    ),
    "excel says its delimiter": Held(
        "sep=;\r\nTime;Sum\r\n16.11.2026 10:05;12,50\r\n", "sales", 1, 12.5, encoding="utf-16-le"
    ),
    "order list of a web shop": Held(
        "Order ID,Order Date,Order Status,Order Total\n1,2026-11-16 21:05,Shipped,30.00\n"
        "2,2026-11-16 22:05,Cancelled,10.00\n",
        "sales", 1, 30.0, out=1,
    ),
    "tips and tax inside": Held(
        "time,total,tax,tip\n2026-11-16 10:05,13.40,2.40,1.00\n", "sales", 1, 10.0
    ),
    "formulas made harmless": Held(
        "time;sum\n2026-11-16 10:00;'-5,00\n2026-11-16 11:00;'6,00\n", "sales", 1, 1.0
    ),
    "packed": Held(
        gzip.compress(b"time|sum\n2026-11-16 10:00|5.25\n2026-11-16 11:00|6.25\n"),
        "sales", 2, 11.5,
    ),
    "workbook with a solver cell": Held(
        workbook(("Aika", "Kuitti", "Summa", "solver_adj"),
                 (datetime(2026, 11, 16, 10, 5), "A1", 12.5, "=B1"),
                 (datetime(2026, 11, 16, 10, 5), "A1", 2.5, ""),
                 (datetime(2026, 11, 16, 14, 4, 59, 520_000), "A2", 5, "")),
        "sales", 2, 20.0,
    ),
    "door counter": Held(
        "Start,In,Out\n2026-11-16 10:00,12,11\n2026-11-16 10:15,7,6\n2026-11-16 10:30,0,1\n",
        "footfall", 19,
    ),
    "street counter in swedish": Held(
        "Tid;Fotgängare\n2026-11-16 10:00;1 200\n2026-11-16 11:00;900\n",
        "footfall", 2100, encoding="cp1252",
    ),
    "calls per half-hour": Held(
        "Aika;Puhelut\n16.11.2026 8.00;12\n16.11.2026 8.30;7\n", "attempts", 19
    ),
    "people at work": Held(
        "time,staff\n2026-11-16 10:00,2\n2026-11-16 11:00,3\n", "staff", 20
    ),  # a level: two people in four quarter hours, three in the next four
}  # fmt: skip


@pytest.mark.parametrize("name", FIXTURES)
def test_a_table_without_a_known_name_is_counted_exactly(name: str) -> None:
    """Kind, customers, money to the cent, and every row accounted for."""
    held = FIXTURES[name]
    file = DataFile("export", content=held.content(), columns=held.columns)
    tallies, report = read_file(file, None, TimeGrid("Europe/Helsinki", 15))
    assert report.kind == held.kind
    assert sum(tally.counts.sum() for tally in tallies) == held.count
    money = [tally.money.sum() for tally in tallies if tally.money is not None]
    assert (sum(money) if money else None) == pytest.approx(held.money, abs=0.005)
    assert sum(out.rows for out in report.set_aside) == held.out == report.rows - report.used


REAL = {  # rows, rows left out, counted, money; checked once with pandas on the raw files
    ("pos_bakery_edinburgh/BreadBasket_DMS.csv", ""): (21_293, 787, 9_464, None),
    ("pos_coffee_machine/index_1.csv", ""): (3_636, 0, 3_636, 115_431.58),
    # 29 orders stand five months before all others
    ("pos_takeaway_london/orders.csv", ""): (13_397, 29, 13_368, 444_651.95),
    ("pos_takeaway_london/restaurant-1-orders.csv", ""): (74_818, 68, 13_368, None),
    # without the cancelled; the lines hold what was given back as well
    ("web_uci_online_retail/online_retail_orders.csv", "web"): (
        25_900, 3_836, 19_960, 10_644_560.42),
    ("web_uci_online_retail/online_retail_lines.csv.gz", "web"): (541_909, 0, 19_960, 9_747_747.93),
    ("footfall_melbourne_2015_2016/pedestrian.csv", ""): (66_037, 0, 45_483_871, None),
    ("footfall_heidenheim_2022q4/persons_30min.csv", ""): (15_560, 0, 1_147_494, None),
    ("footfall_dublin_2023/pedestrian_2023.csv", "Grafton st/Monsoon"): (
        8_760, 1, 15_017_931, None),
    ("calls_bank_5min_2003/bank_calls_5min.csv", ""): (27_716, 0, 5_323_661, None),
    ("calls_queue_simulated_SYNTHETIC/simulated_call_centre.csv", ""): (51_708, 0, 51_708, None),
    ("pos_export_formats_SYNTHETIC/square_items_detail.csv", ""): (4, 0, 3, 1_262.5),
    ("pos_export_formats_SYNTHETIC/shopify_orders_export.csv", ""): (4, 1, 2, 57.0),
}  # fmt: skip
NO_SALES = {
    "footfall_dublin_2023/pedestrian_2023.csv": "78 columns hold numbers",
    "footfall_dublin_2023/weather_2023.txt": "4 columns hold numbers",
    "web_ulabox_hour_of_week/orders_by_weekday_hour.csv": "no column holds dates",
    "web_ulabox_hour_of_week/ulabox_orders_with_categories_partials_2017.csv": "no column holds",
    "osm_munich_opening_hours/distinct_values.csv": "no column holds dates",
    "osm_munich_opening_hours/pois.csv": "no column tells the time of day",
    "pos_takeaway_london/restaurant-1-products-price.csv": "no column holds dates",
    "pos_export_formats_SYNTHETIC/square_transactions_header_only.csv": "no rows below its header",
    "bench_curtois_shift_scheduling/best_known.csv": "no column holds dates",
    "bench_curtois_shift_scheduling/Instance1.ros": "web page",
    "bench_min_shift_design/all_instances.json": "columns are more than a till writes",
    "bench_min_shift_design/instances/toy1.dzn": "no column holds dates",
}


@pytest.mark.parametrize(("path", "said"), REAL)
def test_a_real_file_is_counted_exactly(shared_data: Path, path: str, said: str) -> None:
    """Nothing but the kind, or the column that counts, is said of it."""
    columns = (("count", said),) if said not in ("", "web") else ()
    kind = "footfall" if columns else said
    file = DataFile(path, kind=kind, columns=columns)
    tallies, report = read_file(file, shared_data, TimeGrid("Europe/London", 15))
    rows, out, counted, money = REAL[path, said]
    assert (report.rows, report.rows - report.used) == (rows, out)
    assert sum(tally.counts.sum() for tally in tallies) == pytest.approx(counted, abs=1e-4)
    sums = [tally.money.sum() for tally in tallies if tally.money is not None]
    assert (sum(sums) if sums else None) == pytest.approx(money, abs=0.01)


@pytest.mark.parametrize("path", NO_SALES)
def test_a_real_file_without_sales_is_refused_in_a_sentence(shared_data: Path, path: str) -> None:
    """Weather, opening hours, prices, puzzles: the cause is named."""
    with pytest.raises(DataError, match=NO_SALES[path]):
        read_file(DataFile(path), shared_data, TimeGrid("Europe/London", 15))


def test_no_real_table_goes_unread(shared_data: Path) -> None:
    """Every table beside the project is in one of the two lists above."""
    known = {path for path, _ in REAL} | set(NO_SALES)
    found = {
        path.relative_to(shared_data).as_posix()
        for path in shared_data.rglob("*")
        if path.suffix in (".csv", ".gz", ".xlsx", ".xls", ".ods", ".tsv")
    }
    assert found <= known, f"not read: {sorted(found - known)}"
