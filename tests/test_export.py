"""What leaves the house: report, workbook, CSV, calendar, door sign, hours for machines.

Each is read back by a program that is not ours, and has to say what the plan says.
"""

import csv
import io
import json
import re
import subprocess
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import openpyxl
import pytest
from opening_hours import OpeningHours as Oracle
from pypdf import PdfReader

import optimizer as opt
from browser import find_browser
from conftest import ROOT, missing
from optimizer.case import Case
from optimizer.cli import main
from optimizer.demand.demand import Demand
from optimizer.errors import CaseError
from optimizer.language import LANGUAGES, Weekday, translated, written
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.lost import SalesLost
from optimizer.planning.plan import Plan
from optimizer.reporting import hours_markup, ics, xlsx
from optimizer.reporting.door_sign import door_sign
from optimizer.reporting.html import html
from optimizer.reporting.paper import Document, Heading, Lead, Paragraph, Points, Table
from optimizer.reporting.pdf import pdf
from optimizer.reporting.report import report, write_report
from optimizer.roster.roster import Assignment, Roster
from optimizer.timegrid import clock

MADE = date(2026, 11, 20)
MONDAY = date(2026, 10, 19)  # the clock goes back on the Sunday of this week
NASTY = [
    '=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "%0a=1",
    "＝1+1", "  =1", "|calc", "<script>alert(1)</script>", "a;b,c\\d\r\nEND:VEVENT\r\nX:1",
    '"/><img src=x onerror=alert(1)>', "</script><b>&amp;", "Åse 'Ö' €",
]  # fmt: skip


@pytest.fixture(scope="module")
def case() -> Case:
    return opt.read_case(ROOT / "sample_data" / "old_town_gifts")


@pytest.fixture(scope="module")
def demand(case: Case) -> Demand:
    return opt.estimate_demand(case, opt.read_observations(case)[""])


@pytest.fixture(scope="module")
def plan(case: Case, demand: Demand) -> Plan:
    return opt.optimize(case, opt.potential(case, demand))


@pytest.fixture(scope="module")
def judged(case: Case, demand: Demand, plan: Plan) -> Evaluation:
    return opt.evaluate(case, opt.potential(case, demand), plan)


@pytest.fixture(scope="module")
def today(case: Case, demand: Demand) -> Evaluation:
    assert case.hours.current is not None
    return opt.evaluate(case, opt.potential(case, demand), case.hours.current)


@pytest.fixture(scope="module")
def lost(case: Case, demand: Demand) -> SalesLost:
    return opt.sales_lost(case, demand)


def roster_of(plan: Plan, people: list[str], first: date | None = MONDAY) -> Roster:
    """The plan's shifts given out in turn."""
    given = [
        Assignment(
            shift.weekday, people[n % len(people)], shift.start_minute, shift.end_minute,
            shift.break_start_minute, shift.break_minutes, "till" if n % 2 else "",
        )
        for n, shift in enumerate(plan.shifts)
        for _ in range(shift.count)
    ]  # fmt: skip
    return Roster(
        people=tuple(people), weeks=1, first=first, period_minutes=30, assignments=tuple(given),
        unmet=(), broken=(), pay=(), shares=(), relaxations=(), value=0.0, bound=0.0,
        status="optimal", seconds=0.0, currency="EUR",
    )  # fmt: skip


class Page(HTMLParser):
    """The tags, attributes and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def nasty_document() -> Document:
    """Every kind of text of a document, filled with what an attacker would write."""
    rows = tuple((text, text) for text in NASTY)
    blocks = (Lead(NASTY[10]), Heading(NASTY[12]), Paragraph(NASTY[13]), Points(tuple(NASTY)),
              Table((NASTY[10], NASTY[0]), rows))  # fmt: skip
    return Document(NASTY[10], NASTY[12], NASTY[13], "en", (blocks,))


@pytest.mark.parametrize("language", LANGUAGES)
def test_report_says_what_the_plan_says(
    case: Case, demand: Demand, plan: Plan, lost: SalesLost, today: Evaluation, language: str
) -> None:
    """Web page and PDF hold the same headline, hours, figures and names, in each language."""
    table = opt.compare(case, demand, {"wages up": {"economics.wage": 16.0}})
    roster = roster_of(plan, ["Aino Äijälä", "Łukasz Оксана"])
    document = report(case, demand, plan, lost=lost, today=today, what_if=table, roster=roster,
                      language=language, made=MADE)  # fmt: skip
    page = Page(html(document))
    reader = PdfReader(io.BytesIO(pdf(document)))
    printed = " ".join(page.extract_text() for page in reader.pages)
    shown = " ".join(page.texts)
    headline = document.pages[0][0]
    assert isinstance(headline, Lead)
    for text in (headline.text, case.name, "Łukasz Оксана", "wages up", str(plan.hours)):
        assert text in shown
        assert squeezed(text) in squeezed(printed)
    assert dict(page.attributes)["lang"] == language
    assert page.tags.count("svg") == 2 and page.tags.count("section") == 2
    assert len(reader.pages) == 2


def squeezed(text: str) -> str:
    """A text without its spaces, which a PDF puts where a line ends."""
    return re.sub(r"\s", "", text)


def test_report_asks_the_network_for_nothing(case: Case, demand: Demand, plan: Plan) -> None:
    """The page has no script, no address of anything outside, and forbids itself to load any."""
    page = html(report(case, demand, plan))
    parsed = Page(page)
    assert not {"script", "link", "img", "iframe", "object", "embed", "form"} & set(parsed.tags)
    assert not {"src", "href", "action", "style"} & {name for name, _ in parsed.attributes}
    assert set(re.findall(r"url\((.{10})", page)) == {"data:font/"}
    rest = re.sub(r"url\(data:font/ttf;base64,[\w+/=]+\)", "", page)
    assert not re.findall(r"https?:|//|@import|url", rest)
    assert "default-src 'none'" in page


def test_pdf_brings_its_fonts(case: Case, demand: Demand, plan: Plan) -> None:
    """Every font of report and sign is inside the file, and € and ä are read back from it."""
    document = Document("€ ä Ö å", "−3 %", "x", "fi", ((Paragraph("4\xa0000\u202f€ – ä ≈ Ž"),),))
    shop = hours_markup.listing(case, plan.hours, MADE)
    for content in (pdf(document), pdf(report(case, demand, plan)), door_sign(case, shop)):
        fonts = [
            font.get_object()
            for page in PdfReader(io.BytesIO(content)).pages
            for font in page["/Resources"]["/Font"].values()
        ]
        assert fonts
        assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)
    text = PdfReader(io.BytesIO(pdf(document))).pages[0].extract_text()
    assert all(sign in text for sign in "€äÖå−–≈Ž")


def test_texts_stay_texts_in_web_page_and_pdf() -> None:
    """Markup in a name is shown and never obeyed, by the page or by the PDF."""
    page = Page(html(nasty_document()))
    assert not {"script", "img"} & set(page.tags)
    assert "onerror" not in dict(page.attributes)
    assert NASTY[10] in page.texts and NASTY[12] in page.texts
    printed = PdfReader(io.BytesIO(pdf(nasty_document()))).pages[0].extract_text()
    assert squeezed(NASTY[10]) in squeezed(printed)


def test_a_full_report_keeps_its_pages() -> None:
    """What is too much for a sheet is drawn smaller; the PDF has as many pages as the document."""
    rows = tuple((f"row {n}", "text " * 30) for n in range(60))
    page = (Table(("a", "b"), rows),)
    reader = PdfReader(io.BytesIO(pdf(Document("t", "h", "f", "en", (page, page)))))
    assert len(reader.pages) == 2
    assert "row59" in squeezed(reader.pages[1].extract_text())


def test_write_report_chooses_by_the_name(
    case: Case, demand: Demand, plan: Plan, tmp_path: Path
) -> None:
    """The ending of the name decides; another ending is refused with the cure."""
    for name, start in (("a.html", b"<!doctype html>"), ("b.PDF", b"%PDF-")):
        write_report(tmp_path / name, case, demand, plan, made=MADE)
        assert (tmp_path / name).read_bytes().startswith(start)
    with pytest.raises(CaseError, match=r"\.html or \.pdf"):
        write_report(tmp_path / "c.docx", case, demand, plan)


@pytest.mark.browser
def test_report_prints_on_two_sheets(
    case: Case, demand: Demand, plan: Plan, tmp_path: Path
) -> None:
    """A browser prints the page on two sheets of A4."""
    found = find_browser()
    if found is None:
        missing("browser", "no Chromium with chromedriver on this machine")
        return
    write_report(tmp_path / "report.html", case, demand, plan, made=MADE)
    printed = tmp_path / "printed.pdf"
    subprocess.run(
        [found[0], "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--print-to-pdf={printed}", f"--user-data-dir={tmp_path / 'profile'}",
         (tmp_path / "report.html").as_uri()],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    pages = PdfReader(printed).pages
    assert len(pages) == 2
    assert abs(float(pages[0].mediabox.width) - 595) < 2


def test_workbook_reads_back_as_the_plan(
    case: Case, plan: Plan, judged: Evaluation, today: Evaluation
) -> None:
    """Another library finds the shifts as times and numbers, the staff, and the roster's names."""
    roster = roster_of(plan, [NASTY[0], "Veikko"])
    content = xlsx.workbook(case, plan, judged, today, roster=roster, assumed=NASTY)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Plan", "Staff", "Shifts", "Roster", "Assumptions"]
    shifts = list(book["Shifts"].values)[1:]
    assert [(row[1], row[2], row[5], row[6]) for row in shifts] == [
        (timedelta(minutes=s.start_minute), timedelta(minutes=s.end_minute), s.count, s.paid_hours)
        for s in plan.shifts
    ]
    staff = list(book["Staff"].values)[1:]
    assert sum(row[5] for row in staff) == plan.staff.sum()
    assert sum(row[4] for row in staff) == plan.opening.sum()
    people = [row[3] for row in book["Roster"].values][1:]
    assert people == [work.person for work in sorted(roster.assignments)]
    assert sum(row[9] for row in list(book["Roster"].values)[1:]) == pytest.approx(
        sum(shift.paid_hours for shift in plan.shifts)
    )
    facts = {row[0]: row[1] for row in book["Assumptions"].values if row[0]}
    assert facts["economics.wage"] == 14.46
    change = {row[0]: row[1:3] for row in book["Plan"].values if row[0]}
    assert change["paid hours"] == pytest.approx((today.paid_hours, judged.paid_hours))


def test_no_cell_of_a_workbook_is_a_formula(
    case: Case, plan: Plan, judged: Evaluation, today: Evaluation
) -> None:
    """Text that begins like a formula or an address is text, in every sheet."""
    content = xlsx.workbook(case, plan, judged, today, roster=roster_of(plan, NASTY), assumed=NASTY)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert {text for text in NASTY if "\r" not in text} <= {cell.value for cell in cells}


@pytest.mark.parametrize("language", LANGUAGES)
def test_workbook_in_every_language(
    case: Case, plan: Plan, judged: Evaluation, today: Evaluation, language: str
) -> None:
    """Sheets, heads and weekdays are in the language asked for; the figures are the same."""
    roster = roster_of(plan, ["Aino"])
    content = xlsx.workbook(case, plan, judged, today, roster=roster, language=language)
    book = openpyxl.load_workbook(io.BytesIO(content))
    shifts = list(book.worksheets[2].values)
    assert len(set(book.sheetnames)) == 5
    assert shifts[0][0] == translated("day", language)
    assert shifts[1][0] == written(Weekday(plan.shifts[0].weekday, "wide"), language)
    assert sum(row[6] for row in shifts[1:]) == sum(shift.paid_hours for shift in plan.shifts)


@pytest.mark.parametrize("text", NASTY[:10])
def test_csv_is_inert(text: str) -> None:
    """A spreadsheet sees no formula, neither in a cell nor in a head, and the text is all there."""
    content = xlsx.csv_text([{text: text, "n": -3.5}])
    assert content.startswith("\ufeff")
    head, row = csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
    assert head[0] == row[0] == f"'{text}"
    assert row[1] == "-3.5"


def test_csv_reads_back_as_the_shifts(plan: Plan) -> None:
    """Clock times and numbers of every shift are those of the plan."""
    content = xlsx.csv_text(xlsx.shift_table(plan)).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert [(row["from"], row["until"], int(row["people"])) for row in rows] == [
        (clock(shift.start_minute), clock(shift.end_minute), shift.count) for shift in plan.shifts
    ]


def events_of(text: str) -> list[tuple[datetime, datetime, str]]:
    """Start, end and summary as an independent library reads them, by its own reading of zones."""
    found = icalendar.Calendar.from_ical(text)
    return [
        (event.decoded("DTSTART"), event.decoded("DTEND"), str(event["SUMMARY"]))
        for event in found.walk("VEVENT")
    ]


def test_calendar_reads_back_as_the_roster(plan: Plan) -> None:
    """Each person's events are their assignments, by the shop's clock, also in the week of DST."""
    roster = roster_of(plan, ["Aino", NASTY[11]])
    zone, total = ZoneInfo("Europe/Helsinki"), 0
    for person in roster.people:
        events = ics.roster_events(roster, person, NASTY[11], "en", MADE)
        made = datetime(2026, 10, 1, tzinfo=UTC)
        found = events_of(ics.calendar(person, events, zone.key, made))
        own = [work for work in roster.assignments if work.person == person]
        assert [(start.astimezone(UTC), end.astimezone(UTC)) for start, end, _ in found] == [
            (instant(MONDAY, work.day, work.start_minute, zone),
             instant(MONDAY, work.day, work.end_minute, zone))
            for work in own
        ]  # fmt: skip
        assert all(name.startswith(NASTY[11].replace("\r\n", "\n")) for _, _, name in found)
        total += len(found)
    assert total == sum(shift.count for shift in plan.shifts)


def instant(monday: date, day: int, minute: int, zone: ZoneInfo) -> datetime:
    """A minute of a roster as a point in time."""
    local = datetime.combine(monday + timedelta(days=day), datetime.min.time())
    return (local + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "Europe/London", "Asia/Tokyo", "UTC",
                                  "America/St_Johns"])  # fmt: skip
def test_calendar_tells_its_own_time_zone(zone: str) -> None:
    """The zone written into the file has the offsets of the real one on every day of a year."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    events = [ics.Event(day, 600, 660, "x", str(day)) for day in days]
    text = ics.calendar("x", events, zone, datetime(2026, 1, 1, tzinfo=UTC))
    told = next(iter(icalendar.Calendar.from_ical(text).walk("VTIMEZONE"))).to_tz()
    for day in days:
        noon = datetime(day.year, day.month, day.day, 12)
        real = noon.replace(tzinfo=ZoneInfo(zone)).utcoffset()
        assert noon.replace(tzinfo=told).utcoffset() == real, day


def test_calendar_keeps_to_the_standard(plan: Plan) -> None:
    """Lines end in CRLF and have at most 75 bytes; identifiers differ and stay the same."""
    events = ics.shift_events(plan, MONDAY, "fi")
    events += [ics.Event(MONDAY, 0, 60, "ä€" * 60, "long", "b" * 200)]
    made = datetime(2026, 10, 1, tzinfo=UTC)
    text = ics.calendar("Åse; \\ " + NASTY[11], events, "Europe/Helsinki", made)
    lines = text.split("\r\n")
    assert lines[-1] == "" and "\n" not in "".join(lines) and "\r" not in "".join(lines)
    assert max(len(line.encode()) for line in lines) <= 75
    found = icalendar.Calendar.from_ical(text)
    uids = [str(event["UID"]) for event in found.walk("VEVENT")]
    assert len(set(uids)) == len(events) == len(uids)
    again = ics.calendar("Åse; \\ " + NASTY[11], events, "Europe/Helsinki", made)
    assert again == text
    assert events_of(text)[-1][2] == "ä€" * 60


WEEKS = [
    "Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off",
    "Mo-Th 11:00-14:00,16:00-22:00; Fr,Sa 18:00-02:00",
    "Mo-Su 08:00-20:00; Dec 24 08:00-13:00; Dec 25-26 off",
    "24/7; Jan 01 off",
    "Tu-Sa 10:00-24:00",
]


@pytest.mark.parametrize("text", WEEKS)
def test_hours_for_machines_agree(text: str) -> None:
    """JSON-LD and Google's row, read day by day, are what a third program makes of the OSM text."""
    case = Case(name="Kauppa", country="FI", timezone="Europe/Helsinki")
    shop = hours_markup.listing(case, OpeningHours.parse(text), MADE)
    oracle = Oracle(hours_markup.osm_text(shop), timezone=ZoneInfo(case.timezone), country="FI")
    told = json.loads(hours_markup.json_ld(shop))
    (row,) = hours_markup.google_rows([shop])
    for day in (MADE + timedelta(days=n) for n in range(365)):
        for clock_time in ("00:30", "09:30", "10:30", "12:30", "14:30", "16:30", "19:30", "23:30"):
            hour, minute = map(int, clock_time.split(":"))
            when = datetime(day.year, day.month, day.day, hour, minute,
                            tzinfo=ZoneInfo(case.timezone))  # fmt: skip
            is_open = oracle.is_open(when)
            assert json_ld_open(told, day, 60 * hour + minute) == is_open, (when, "JSON-LD")
            assert google_open(row, day, 60 * hour + minute) == is_open, (when, "Google")


def test_a_holiday_ends_the_night_before_it() -> None:
    """Where hours of a holiday replace the whole day, the evening before it closes at midnight."""
    case = Case(country="FI", timezone="Europe/Helsinki")
    hours = OpeningHours.parse("Fr,Sa 18:00-02:00; PH 12:00-15:00")
    shop = hours_markup.listing(case, hours, date(2026, 12, 1), days=10)
    assert [(day.date.day, day.windows) for day in shop.special] == [
        (5, ((1080, 1440),)),
        (6, ((720, 900),)),
    ]
    (row,) = hours_markup.google_rows([shop])
    assert row["Special hours"] == "2026-12-05: 18:00-24:00, 2026-12-06: 12:00-15:00"


def json_ld_open(told: dict, day: date, minute: int) -> bool:
    """Whether schema.org's text says open, read with nothing of ours."""

    def spans(day: date) -> list[tuple[int, int]]:
        special = [
            entry for entry in told.get("specialOpeningHoursSpecification", [])
            if entry["validFrom"] <= day.isoformat() <= entry["validThrough"]
        ]  # fmt: skip
        usual = [entry for entry in told["openingHoursSpecification"]
                 if day.strftime("%A") in entry["dayOfWeek"]]  # fmt: skip
        entries = special or usual
        found = [(minutes(entry["opens"]), minutes(entry["closes"])) for entry in entries]
        return [(a, 1440 if b == 1439 else b) for a, b in found if (a, b) != (0, 0)]

    return within(spans(day), spans(day - timedelta(days=1)), minute)


def google_open(row: dict[str, str], day: date, minute: int) -> bool:
    """Whether a row of the bulk upload says open, read with nothing of ours."""

    def spans(day: date) -> list[tuple[int, int]]:
        special = re.findall(rf"{day}: ([^,]+)", row["Special hours"])
        texts = special or row[f"{day:%A} hours"].split(", ")
        return [tuple(map(minutes, text.split("-"))) for text in texts if text != "x"]

    return within(spans(day), spans(day - timedelta(days=1)), minute)


def minutes(text: str) -> int:
    hour, minute = text.split(":")
    return 60 * int(hour) + int(minute)


def within(today: list, before: list, minute: int) -> bool:
    here = [(a, b if b > a else b + 1440) for a, b in today]
    night = [(0, b) for a, b in before if b < a]
    return any(a <= minute < b for a, b in here + night)


def test_proposed_hours_keep_special_days() -> None:
    """The plan's week takes over public holidays and single days, and ends seasons."""
    today = OpeningHours.parse(
        "Mo-Fr 10:00-17:00; Jun 01-Aug 31 Mo-Sa 10:00-20:00; Dec 24 10:00-13:00; PH off"
    )
    proposed = hours_markup.with_special_days(OpeningHours.parse("Mo-Sa 11:00-19:00"), today)
    assert str(proposed) == "Mo-Sa 11:00-19:00; Dec 24 10:00-13:00; PH off"
    assert OpeningHours.parse(str(proposed)) == proposed


def test_bulk_table_of_many_stores() -> None:
    """A row for each store with Google's columns, and nothing in it calculates."""
    hours = OpeningHours.parse("Mo-Fr 10:00-17:00")
    shops = [hours_markup.Listing(name, hours, code=f"S{n}") for n, name in enumerate(NASTY)]
    text = xlsx.csv_text(hours_markup.google_rows(shops)).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["Store code"] for row in rows] == [f"S{n}" for n in range(len(NASTY))]
    assert list(rows[0])[2:] == [*(f"{day} hours" for day in (
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    )), "Special hours"]  # fmt: skip
    assert rows[0]["Business name"] == f"'{NASTY[0]}"


def test_json_ld_cannot_leave_its_script() -> None:
    """A name that ends a script element stays a name inside one."""
    shop = hours_markup.Listing(NASTY[13], OpeningHours.parse("Mo 10:00-17:00"))
    text = hours_markup.json_ld(shop)
    assert "<" not in text and "&" not in text
    assert json.loads(text)["name"] == NASTY[13]


def test_door_sign_has_every_day_in_three_languages(case: Case) -> None:
    """One sheet names each run of days in three languages, its hours, and the special days."""
    hours = OpeningHours.parse("Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off; Dec 23 10:00-21:00")
    shop = hours_markup.listing(case, hours, MADE)
    (page,) = PdfReader(io.BytesIO(door_sign(case, shop))).pages
    text = page.extract_text()
    for word in ("Ma–pe", "Mån–fre", "Mon–Fri", "10.00–17.00", "Lauantai", "Lördag", "Saturday",
                 "10.00–15.00", "Sunnuntai", "Jouluaatto", "Julafton", "Christmas Eve",
                 "23.12.2026", "10.00–21.00", translated("closed", "fi")):  # fmt: skip
        assert word in text, word
    assert "su 6.12.2026" not in text  # a Sunday, on which the shop is closed anyway
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]


def test_door_sign_holds_a_long_name_and_a_week_of_seven_kinds() -> None:
    """Nothing leaves the sheet, however long the name and however many the windows."""
    names = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    week = "; ".join(f"{name} 0{n}:00-12:00,14:00-2{n % 4}:00" for n, name in enumerate(names, 1))
    case = Case(name="Ä" * 120)
    content = door_sign(case, hours_markup.listing(case, OpeningHours.parse(week), MADE))
    (page,) = PdfReader(io.BytesIO(content)).pages
    seen: list[tuple[float, float]] = []
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: seen.append((tm[4], tm[5])))
    assert min(x for x, _ in seen) >= 0 and min(y for _, y in seen) >= 0
    assert "…" in page.extract_text()


def test_terminal_writes_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`report -o folder` writes every file in the language asked for; a name ends in a report."""
    sample = str(ROOT / "sample_data" / "old_town_gifts")
    case = ["report", sample, "--time-limit", "0", "--language", "fi"]
    assert main([*case, "-o", str(tmp_path / "all"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["files"]
    assert {Path(file).name for file in told} == {
        "report.html", "report.pdf", "door-sign.pdf", "plan.xlsx", "shifts.csv", "shifts.ics",
        "hours.json", "hours.osm.txt", "google-hours.csv",
    }  # fmt: skip
    assert all(Path(file).stat().st_size for file in told)
    assert "maanantai" in (tmp_path / "all" / "shifts.csv").read_text(encoding="utf-8-sig")
    assert main([*case, "-o", str(tmp_path / "one.pdf")]) == 0
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF")
