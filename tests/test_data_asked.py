"""What files do not tell is asked or said, never guessed, and the answer is kept in the case."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from optimizer.app import state
from optimizer.case import Case, DataFile, Employee, Hours
from optimizer.casefile import case_text, read_case, with_changes
from optimizer.data.observations import Observations, read_observations
from optimizer.data.reading import preview
from optimizer.errors import DataError
from optimizer.opening import DatedHours, OpeningHours

ROOT = Path(__file__).resolve().parent.parent
HOURS = Hours(current=OpeningHours.parse("Mo-Su 09:00-18:00"))
CASE = Case(hours=HOURS, timezone="Europe/Helsinki", period_minutes=30)
TILL = DataFile("till.csv", content=b"time,sum\n2026-03-02 10:05,5\n2026-03-03 10:05,5\n")


def read(*files: DataFile, case: Case = CASE) -> Observations:
    (seen,) = read_observations(replace(case, data=files)).values()
    return seen


def till(dates: str, extra: str = "", rows: int = 8) -> bytes:
    """Sales in every hour from 9 to 16 on the first twelve days of five months."""
    lines = [
        f"{dates.format(day=day, month=month)} {hour:02d}:{7 * sale:02d},{10 + sale}.50{extra}"
        for month in range(1, 6)
        for day in range(1, 13)
        for hour in range(9, 17)
        for sale in range(rows)
    ]
    return "\n".join(["Date,Total", *lines]).encode()


def test_every_step_of_the_reading_is_told() -> None:
    """Each file is named before it is read, and the share of the work done only grows."""
    told: list[tuple[float, str]] = []
    files = (TILL, replace(TILL, file="b.csv"))
    read_observations(replace(CASE, data=files), lambda *step: told.append(step))
    assert [step for _, step in told[:2]] == ["Reading till.csv", "Reading b.csv"]
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and 0 <= shares[0] < shares[-1] < 1


# --- the time zone and the currency ------------------------------------------------------------


def test_a_time_zone_that_nobody_stated_is_said() -> None:
    """Local times read the same everywhere, so the guess is said; a stated zone ends it."""
    unstated = replace(CASE, timezone="")
    (said,) = [w for w in read(TILL, case=unstated).warnings if "Times are taken" in w]
    assert "Europe/Helsinki" in said and "state the time zone" in said
    assert not any("Times are taken" in warning for warning in read(TILL).warnings)


@pytest.mark.parametrize(
    ("zone", "offset", "told", "doubted"),
    [("", "+02:00", True, False), ("", "-0300", False, True),
     ("America/Sao_Paulo", "-0300", False, False), ("Europe/Helsinki", "-0300", False, True)],
)  # fmt: skip
def test_offsets_in_the_file_confirm_or_contradict_the_zone(zone, offset, told, doubted) -> None:
    """Offsets of the shop's zone end the question; others are said; the wall clock is read."""
    text = f"time,sum\n2026-03-02 10:05:00 {offset},5\n2026-03-03 10:05:00 {offset},5\n"
    seen = read(DataFile("t.csv", content=text.encode()), case=replace(CASE, timezone=zone))
    assert seen.transactions[0, 20] == 1
    assert any("are not those of" in note for note in seen.reports[0].notes) == doubted
    asked = any("Times are taken" in warning for warning in seen.warnings)
    assert asked == (not zone and not told)


@pytest.mark.parametrize(
    ("header", "cell", "found", "wanted"),
    [
        ("Total", "12.50 €", ("EUR",), ""),
        ("Total", "£12.50", ("GBP",), "state the currency (GBP)"),
        ("Value (GBP)", "12.50", ("GBP",), "state the currency (GBP)"),
        ("Summa", "12.50 kr", ("kr",), "SEK, NOK, DKK or ISK"),
        ("Total", "12.50", (), ""),
    ],
)
def test_the_currency_is_read_off_the_amounts(header, cell, found, wanted) -> None:
    """Signs and names beside the amounts are reported, and a contradiction is a warning."""
    text = f"time;{header}\n2026-03-02 10:05;{cell}\n2026-03-03 10:05;{cell}\n"
    seen = read(DataFile("t.csv", content=text.encode()))
    assert seen.reports[0].currencies == found
    said = [warning for warning in seen.warnings if "currency" in warning]
    assert [wanted in warning for warning in said] == ([True] if wanted else [])


def test_two_currencies_in_one_file_are_said() -> None:
    """They are added up as they stand, and the report says so; rows left out do not count."""
    rows = "2026-03-02 10:05,5,EUR\n2026-03-02 11:05,5,sek\nlater,5,USD\n"
    seen = read(DataFile("t.csv", content=("time,total,Currency\n" + rows).encode()))
    assert seen.reports[0].currencies == ("EUR", "SEK")
    assert any("EUR, SEK are added up" in note for note in seen.reports[0].notes)


# --- attempts and staff ------------------------------------------------------------------------


def test_attempts_are_counted_through_closed_hours() -> None:
    """Every row is a try; between the first and the last day no try is zero, outside missing."""
    rows = "called at\n2026-03-02 20:10\n2026-03-02 20:20\n2026-03-02 10:00\n"
    seen = read(TILL, DataFile("calls.csv", content=rows.encode(), kind="attempts"))
    expected = np.zeros(48)
    expected[[20, 40]] = 1, 2
    assert np.array_equal(seen.attempts[0], expected)
    assert np.isnan(seen.attempts[1]).all()
    assert seen.staff is None and np.nansum(seen.transactions) == 2


def test_attempts_as_totals_are_recognised() -> None:
    """Totals per hour are split; an hour without a row was not counted."""
    rows = "time,calls\n2026-03-02 08:00,6\n2026-03-02 09:00,0\n2026-03-02 11:00,4\n"
    seen = read(TILL, DataFile("phone.csv", content=rows.encode()))
    assert seen.reports[1].kind == "attempts"
    assert seen.attempts[0, 16:24].tolist()[:4] == [3, 3, 0, 0]
    assert np.isnan(seen.attempts[0, 20:22]).all() and seen.attempts[0, 22] == 2


@pytest.mark.parametrize("period", [15, 30, 60])
@pytest.mark.parametrize("step", [5, 15, 30, 60])
def test_staff_is_a_level_not_a_sum(period, step) -> None:
    """Two people for an hour are two people in each of its parts, whatever the periods."""
    rows = [f"2026-03-02 {9 + m // 60:02d}:{m % 60:02d},{2 + m // 60}" for m in range(0, 120, step)]
    text = "\n".join(["time,staff", *rows])
    seen = read(TILL, DataFile("s.csv", content=text.encode()),
                case=replace(CASE, period_minutes=period))  # fmt: skip
    parts = 60 // period
    worked = seen.staff[0, 9 * parts : 11 * parts]
    assert worked.tolist() == [2.0] * parts + [3.0] * parts
    assert np.isnan(np.delete(seen.staff[0], np.s_[9 * parts : 11 * parts])).all()


def test_staff_without_a_number_is_asked_for() -> None:
    """Names on a list do not say how many were there."""
    with pytest.raises(DataError, match="how many people"):
        read(TILL, DataFile("staff.csv", content=b"time,name\n2026-03-02 09:00,E\n"))


# --- what columns mean ----------------------------------------------------------------------------


COUNTS = "moment,left,right\n" + "".join(
    f"2026-03-{day:02d} {hour:02d}:00,{hour},{2 * hour}\n" for day in (2, 3) for hour in range(24)
)


def test_rows_that_follow_the_clock_are_not_taken_for_sales() -> None:
    """Two unnamed numbers per hour: which counts is asked, and neither is taken for a customer."""
    file = DataFile("x.csv", content=COUNTS.encode())
    assert "2 columns hold numbers" in preview(file).problem
    assert dict(preview(file).roles) == {"time": "moment"}, "what is clear is proposed"
    answered = replace(file, kind="footfall", columns=(("count", "right"),))
    assert np.nansum(read(TILL, answered).footfall) == 2 * 2 * sum(range(24))


def test_sales_per_hour_may_be_customers_or_money() -> None:
    """One number per hour is asked about, never read as one sale; single sales are not asked."""
    hours = [f"2026-03-{day:02d} {hour}:00" for day in (2, 3) for hour in range(10, 17)]
    text = "time,sales\n" + "".join(f"{hour},{k}\n" for k, hour in enumerate(hours))
    file = DataFile("till.csv", content=text.encode())
    assert "customers or money" in preview(file).problem
    answered = replace(file, columns=(("count", "sales"),))
    assert np.nansum(read(answered).transactions) == sum(range(14))
    assert not preview(replace(file, columns=(("amount", "sales"),))).problem
    for single in ("11:07", "11:00:09"):
        assert not preview(replace(file, content=text.replace("11:00", single).encode())).problem
    twice = text + f"{hours[0]},3\n"
    assert not preview(replace(file, content=twice.encode())).problem
    finnish = text.replace("2026-03-02 ", "2.3.2026 klo ").replace("2026-03-03 ", "3.3.2026 klo ")
    assert "customers or money" in preview(replace(file, content=finnish.encode())).problem


def test_a_person_may_say_that_no_column_has_a_role() -> None:
    """An empty name takes the column away from the role that it seemed to have."""
    text = "time,sum,site\n2026-03-02 10:05,5,A\n2026-03-02 11:05,5,B\n"
    file = DataFile("t.csv", content=text.encode())
    assert set(read_observations(replace(CASE, data=(file,)))) == {"A", "B"}
    seen = read(replace(file, columns=(("store", ""), ("amount", ""))))
    assert (seen.store, np.nansum(seen.transactions), seen.revenue) == ("", 2, None)


def test_a_preview_shows_what_columns_hold_and_no_cell() -> None:
    """Kinds of cells are enough to choose a column; what stands in them may be about people."""
    text = "when;who;sum\n2.3.2026 10:05;Canary Bird;5,00 €\n3.3.2026 10:05;Canary Bird;6,00 €\n"
    shown = preview(DataFile("t.csv", content=text.encode()))
    assert shown.holds == ("time", "text", "number") and shown.currency == "EUR"
    assert "Canary" not in repr(shown) and "5,00" not in repr(shown)


# --- the case as a file ---------------------------------------------------------------------------


def test_a_case_reads_back_what_was_written(tmp_path: Path) -> None:
    """Every fact of the sample, and odd ones: quotes, dated hours, columns."""
    sample = read_case(ROOT / "sample_data" / "old_town_gifts")
    always = OpeningHours.parse("24/7")
    odd = with_changes(
        Case(
            name='A "B"\\\n\u00e4 \x7f',
            hours=Hours(history=(DatedHours(date(2026, 1, 1), date(2026, 5, 1), always),)),
            data=(DataFile("t.csv", columns=(("time", 'When "was" it'), ("dates", "day-first"))),),
            employee=(Employee("V", (0.0, 20.0)), Employee("K")),
            synthetic=True,
        ),
        {"economics.wage": 1e-7, "displacement.lost": (0.1, 0.2, 0.3), "hours.tidy.same_weekdays":
         True, "timezone": "Europe/Oslo", "labour.hours_per_week": 120.0},
    )  # fmt: skip
    for case in (sample, odd, Case()):
        (tmp_path / "case.toml").write_text(case_text(case), encoding="utf-8")
        assert read_case(tmp_path) == replace(case, folder=tmp_path)


# --- the page Data ----------------------------------------------------------------------------


@pytest.fixture
def page() -> AppTest:
    """The page Data of the app, just opened."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90).run()
    return app.switch_page("optimizer/app/data.py").run()


def give(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    return page.file_uploader[0].set_value([(n, b, "text/csv") for n, b in files]).run()


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.main.button if button.label == label).click().run()
    assert not page.exception
    return page


def select(page: AppTest, label: str, value: str) -> None:
    next(box for box in page.main.selectbox if box.label == label).set_value(value).run()


def shown(page: AppTest) -> Case:
    case: Case = page.session_state.visitor.stated
    return case


def test_the_page_asks_for_day_and_month_and_remembers(page: AppTest) -> None:
    """Two days in words; the one pressed is used, kept in case.toml, and not asked again."""
    content = till("{day:02d}/{month:02d}/2026")
    give(page, ("till.csv", content))
    assert len(page.error) == 1
    assert {"2 January 2026", "1 February 2026"} <= {button.label for button in page.main.button}
    assert shown(page).synthetic, "nothing is shown that is not sure"

    press(page, "2 January 2026")
    assert not page.error
    (file,) = shown(page).data
    assert file.columns == (("dates", "day-first"),)
    assert 'dates = "day-first"' in page.main.code[0].value
    again = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90).run()
    again.switch_page("optimizer/app/data.py").run()
    give(again, ("till.csv", content), ("case.toml", case_text(shown(page)).encode()))
    assert not again.error and shown(again) == shown(page)


def test_the_page_asks_which_column_counts(page: AppTest) -> None:
    """A file that is not understood opens its questions; the answer is used with the others."""
    sales, counts = till("2026-{month:02d}-{day:02d}"), COUNTS.encode()
    give(page, ("till.csv", sales), ("x.csv", counts))
    assert "2 columns hold numbers" in page.error[0].value
    boxes = page.main.selectbox
    holds = [n for n, box in enumerate(boxes) if box.label == "The file holds"][1]
    boxes[holds].set_value("footfall").run()
    counts_in = [box for box in page.main.selectbox if box.label.startswith("Count, if")]
    counts_in[1].set_value("right").run()
    uses = [button for button in page.main.button if button.label == "Read it like this"]
    uses[1].click().run()
    assert not page.exception and not page.error
    assert shown(page).data[1].kind == "footfall"
    assert dict(shown(page).data[1].columns)["count"] == "right"


def test_what_was_recognised_can_be_corrected(page: AppTest) -> None:
    """Taking a column away is kept as a choice; facts that were stated stay."""
    give(
        page, ("till.csv", till("2026-{month:02d}-{day:02d}", ",A").replace(b"Total", b"Sum,Site"))
    )
    assert not page.error and page.session_state.visitor.own
    select(page, "Store", "")
    press(page, "Read it like this")
    assert shown(page).data[0].columns == (("store", ""),)
    assert page.session_state.shop.seen.store == ""


def test_an_answer_that_cannot_be_read_changes_nothing(page: AppTest) -> None:
    """The cause is shown, the facts and the file stay as they were, and so on the next visit."""
    give(
        page, ("till.csv", till("2026-{month:02d}-{day:02d}", ",A").replace(b"Total", b"Sum,Site"))
    )
    before = shown(page)
    select(page, "Date and time", "Site")
    press(page, "Read it like this")
    assert len(page.error) == 1 and "no readable date" in page.error[0].value
    assert shown(page) == before
    page.switch_page("optimizer/app/lost.py").run()
    page.switch_page("optimizer/app/data.py").run()
    assert not page.error and shown(page) == before


def test_a_wrong_case_file_is_said(page: AppTest) -> None:
    """A case.toml that names other files, breaks a rule or is none: one sentence each."""
    sales = ("till.csv", till("2026-{month:02d}-{day:02d}"))
    for text, said in (
        ('[[data]]\nfile = "other.csv"', "names other.csv, which was not given"),
        ("[economics]\nwagee = 1", "there is no field"),
        ("no toml at all", "not valid TOML"),
        ('[[data]]\nfile = "till.csv"\ncolumns = { dates = "dmy" }', '"dmy" says nothing'),
    ):
        give(page, sales, ("case.toml", text.encode()))
        assert not page.exception
        assert said in page.error[0].value.replace("\\", "")


def test_the_currency_of_the_files_is_that_of_the_page(page: AppTest) -> None:
    """Pounds in the file are pounds on the page, without a question."""
    give(page, ("till.csv", till("2026-{month:02d}-{day:02d}").replace(b"Total", b"Total (GBP)")))
    assert shown(page).currency == "GBP"
    assert not any("state the currency" in warning for warning in
                   page.session_state.shop.seen.warnings)  # fmt: skip


def test_nothing_personal_is_kept_of_a_refused_file(page: AppTest) -> None:
    """The question about a date holds the date and no other cell of the file."""
    canary = till("{day:02d}/{month:02d}/2026", ",Canary Bird").replace(b"Total", b"Total,Customer")
    give(page, ("till.csv", canary))
    assert page.error
    assert page.session_state.refused.__traceback__ is None
    assert "Canary" not in repr(page.session_state)
    assert not any("Canary" in part.value for part in (*page.markdown, *page.caption, *page.code))


def test_long_work_shows_its_steps(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the first second a bar names the file that is being read, then the estimate."""
    told: list[str] = []
    monkeypatch.setattr(state, "_PATIENCE", -1.0)
    monkeypatch.setattr(
        DeltaGenerator, "progress", lambda self, share, text: told.append(f"{share:.1f} {text}")
    )
    give(page, ("till.csv", till("2026-{month:02d}-{day:02d}")))
    assert not page.error and not page.exception
    assert [step[4:] for step in told] == [
        "Reading till.csv ...", "Putting the sales on the calendar ...",
        "Estimating the demand ...",
    ]  # fmt: skip
    assert told == sorted(told)


def test_too_much_at_once_is_said_with_the_limits(page: AppTest) -> None:
    """The sentence names what was given, what is allowed, and what to do."""
    give(page, *((f"{n}.csv", b"time,sum\n") for n in range(21)))
    assert "21 files" in page.error[0].value and "at most 20 files and 50 MB" in page.error[0].value
