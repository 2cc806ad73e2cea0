"""Every page of the app, driven without a browser: what it says is what the package computes."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import optimizer as opt
from optimizer.app.state import plain
from optimizer.language import say, translated
from optimizer.reporting import plots, sentences, tables, takeaway
from optimizer.timegrid import WEEKDAYS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "optimizer" / "app").glob("*.py")
    if path.read_text(encoding="utf-8").endswith("\npage()\n")
    and path.stem not in ("desk", "stores")  # which only other kinds of case have
)
LOST, PLAN, DATA = (f"optimizer/app/{name}.py" for name in ("lost", "hours", "data"))
SEE_YOUR_OWN = "See your own shop: give the export of your till."
SYNTHETIC = "Synthetic sample data: a shop made up to show the tool."


def till(sales_an_hour: int, days: int = 42) -> bytes:
    """A till's export: as many sales in every hour from 9 to 16, Monday to Friday."""
    rows = [
        f"2026-03-{2 + day:02d} {hour:02d}:{1 + 60 * sale // sales_an_hour:02d}:00,10.00"
        if day < 30
        else f"2026-04-{day - 29:02d} {hour:02d}:{1 + 60 * sale // sales_an_hour:02d}:00,10.00"
        for day in range(days)
        if day % 7 < 5
        for hour in range(9, 16)
        for sale in range(sales_an_hour)
    ]
    return "\n".join(["timestamp,amount", *rows]).encode()


@pytest.fixture
def app() -> AppTest:
    """The app, just opened."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=90).run()


def headline(app: AppTest) -> str:
    """The sentence that a page begins with."""
    return app.main.subheader[0].value


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Give files on the page Data."""
    app.switch_page(DATA).run()
    return app.file_uploader[0].set_value([(n, b, "text/csv") for n, b in files]).run()


@cache
def sample() -> tuple[opt.Case, opt.Demand]:
    case = opt.read_case(ROOT / "sample_data" / "old_town_gifts")
    return case, opt.estimate_demand(case)


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_on_the_sample(app: AppTest, page: str) -> None:
    """Every page opens without a problem and says that the sample is synthetic."""
    app.switch_page(page).run()

    assert not app.exception
    assert not app.error
    assert SYNTHETIC in [caption.value for caption in app.caption]


def test_headline_is_what_the_library_computes(app: AppTest) -> None:
    """The first sentence is the one that the package makes of the same sample."""
    case, demand = sample()
    assert headline(app) == plain(sentences.headline(opt.sales_lost(case, demand)))


def test_slider_changes_the_answer(app: AppTest) -> None:
    """Moving Monday to Friday's closing to 19:00 says what the package says of it."""
    before = headline(app)
    app.select_slider[0].set_value(19 * 60).run()

    case, demand = sample()
    lost = opt.sales_lost(case, demand, close=dict.fromkeys(range(5), 19 * 60))
    assert headline(app) == plain(sentences.headline(lost)) != before


def test_what_if_lasts_across_pages(app: AppTest) -> None:
    """A wage supposed in the sidebar holds on every page until it is undone."""
    before = headline(app.switch_page(PLAN).run())
    app.switch_page(LOST).run()
    app.sidebar.number_input(key="economics.wage").set_value(30.0).run()
    app.switch_page(PLAN).run()
    assert headline(app) != before
    assert app.sidebar.number_input(key="economics.wage").value == 30.0

    app.sidebar.button[0].click().run()
    assert headline(app) == before


def test_share_lost_moves_the_money(app: AppTest) -> None:
    """Supposing that nearly everybody turned away is lost makes the answer what it then is."""
    app.sidebar.slider(key="lost_share").set_value((90, 96)).run()

    case, demand = sample()
    case = opt.with_changes(case, {"displacement.lost": (0.9, 0.93, 0.96)})
    assert headline(app) == plain(sentences.headline(opt.sales_lost(case, demand)))


def test_upload_replaces_the_sample_everywhere(app: AppTest) -> None:
    """After an upload no page speaks of the sample, and the answer is that of the file."""
    content = till(4)
    upload(app, ("my till.csv", content))
    assert not app.error
    case = opt.case_from_files([opt.DataFile("my till.csv", content=content)])
    expected = sentences.headline(opt.sales_lost(case, opt.estimate_demand(case)))
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
        assert SYNTHETIC not in [caption.value for caption in app.caption]
        assert "Your own data" in [caption.value for caption in app.sidebar.caption]
        if page == LOST:
            assert headline(app) == plain(expected)


def test_another_file_of_the_same_name_is_another_answer(app: AppTest) -> None:
    """The answer follows the bytes of a file, not its name."""
    upload(app, ("till.csv", till(2)))
    first = headline(app.switch_page(LOST).run())
    upload(app, ("till.csv", till(6)))
    assert headline(app.switch_page(LOST).run()) != first


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("letter.txt", b"Dear Sir,\nI write to you about the weather.\n"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(200)),
        ("../../[x](http://x) :red[y] $1$.csv", b"a,b\n1,2\n"),
    ],
)
def test_wrong_file_says_one_sentence_and_keeps_what_was_there(
    app: AppTest, name: str, content: bytes
) -> None:
    """A file that is no till export gives one sentence; the visitor's own data stay."""
    upload(app, ("till.csv", till(3)))
    before = headline(app.switch_page(LOST).run())
    upload(app, (name, content))
    assert len(app.error) == 1
    assert not app.exception
    assert "[x](" not in app.error[0].value
    assert headline(app.switch_page(LOST).run()) == before


@pytest.mark.parametrize(
    ("files", "tells"),
    [
        ((("tyhja.csv", b""),), "tyhjä"),
        ((("kuva.csv", bytes(range(256)) * 20),), ""),
        ((("sarakkeet.csv", b"a,b\n1,2\n"),), ""),
        ((("kassa.csv", till(3)), ("roska.csv", b"a,b\n1,2\n")), ""),
        ((("kassa.zip", b"PK\x03\x04" + bytes(100)),), ""),
        (
            (
                (
                    "rajaton.csv",
                    b"timestamp,amount\n2026-05-04 10:00,1e999\n2026-05-05 11:00,1e30\n",
                ),
            ),
            "",
        ),
    ],
)
def test_wrong_files_are_refused_in_finnish(
    app: AppTest, files: tuple[tuple[str, bytes], ...], tells: str
) -> None:
    """One sentence that is in the Finnish catalogue, names the file, and loses nothing."""
    app.selectbox(key="language").set_value("fi").run()
    before = headline(app)
    upload(app, *files)
    assert not app.exception
    (error,) = app.error
    assert error.value.startswith(tuple(name.split(".")[0] for name, _ in files))
    assert tells in error.value
    assert not re.search(r"\b(the|is|not|file|Give|Save)\b", error.value), error.value
    assert headline(app.switch_page(LOST).run()) == before


def test_a_desk_is_given_as_one_file() -> None:
    """A packed desk opens a desk from a shop's page Data, and another one on the desk's own page.

    What is no desk at all is refused in a sentence there, and the desk stays.
    """
    folder = ROOT / "sample_data" / "city_helpdesk"
    desk = replace(opt.read_case(folder), name="Our own desk")
    files = (replace(file, content=(folder / file.file).read_bytes()) for file in desk.data)
    desk = replace(desk, data=tuple(files))
    content = takeaway.bundle(desk)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90).run()
    app.switch_page(DATA).run()
    app.file_uploader[0].set_value([("desk.zip", content, "application/zip")]).run()
    assert not app.exception
    assert not app.error
    assert "Our own desk" in " ".join(text.value for text in app.sidebar.markdown)
    answer = headline(app)

    app.file_uploader[0].set_value([("photo.jpg", b"\xff\xd8" + bytes(99), "image/jpeg")]).run()
    assert len(app.error) == 1
    assert headline(app) == answer

    content = takeaway.bundle(replace(desk, name="Another desk"))
    app.file_uploader[0].set_value([("desk.zip", content, "application/zip")]).run()
    assert not app.error
    assert "Another desk" in " ".join(text.value for text in app.sidebar.markdown)


@pytest.mark.parametrize("sales", [1, 8])
def test_hardly_any_sales_are_no_problem(app: AppTest, sales: int) -> None:
    """One sale, or two days of them, open the pages with a sentence that promises nothing."""
    rows = [f"2026-03-{2 + n // 4:02d} {10 + n % 4 * 2}:00,5.00" for n in range(sales)]
    upload(app, ("till.csv", "\n".join(["timestamp,amount", *rows]).encode()))
    assert "cannot be said yet" in headline(app.switch_page(LOST).run())
    app.switch_page(PLAN).run()
    assert not app.exception
    assert not app.error


def test_start_over_brings_the_sample_back(app: AppTest) -> None:
    """After an upload and a what-if, Start over shows what a new visitor sees."""
    before = headline(app)
    upload(app, ("till.csv", till(3)))
    app.sidebar.number_input(key="economics.wage").set_value(30.0).run()
    next(button for button in app.main.button if button.label == "Start over").click().run()
    assert not app.exception
    assert headline(app.switch_page(LOST).run()) == before


def test_language_stays_everywhere(app: AppTest) -> None:
    """Chosen once, Finnish holds on every page, in what was moved before, and after Start over."""
    app.select_slider[0].set_value(19 * 60).run()
    case, demand = sample()
    lost = opt.sales_lost(case, demand, close=dict.fromkeys(range(5), 19 * 60))
    finnish = plain(translated(sentences.headline(lost), "fi"))
    app.sidebar.selectbox(key="language").set_value("fi").run()
    assert headline(app) == finnish
    assert app.select_slider[0].value == 19 * 60
    app.switch_page(DATA).run()
    assert app.sidebar.selectbox(key="language").value == "fi"
    assert headline(app) == plain(translated(say(SEE_YOUR_OWN), "fi"))
    assert headline(app.switch_page(LOST).run()) == finnish

    upload(app, ("letter.txt", b"Dear Sir,\nI write to you about the weather.\n"))
    assert len(app.error) == 1
    assert "letter.txt" in app.error[0].value
    assert not re.search(r"\b(the|is|of|no)\b", app.error[0].value)
    next(button for button in app.main.button if button.label == "Aloita alusta").click().run()
    assert app.sidebar.selectbox(key="language").value == "fi"
    assert headline(app.switch_page(LOST).run()).startswith("Sulkeminen")


def test_a_trial_is_drawn_and_given_away(app: AppTest) -> None:
    """The page Why believe it draws evenings on request, in a table and as files."""
    app.switch_page("optimizer/app/trust.py").run()
    before = len(app.table)
    app.main.toggle(key="trial-draw").set_value(True).run()
    assert not app.exception
    assert not app.error
    assert len(app.table) == before + 1
    weeks = app.table[-1].value
    assert weeks.shape[0] >= 2
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["Dates (CSV)", "Dates (calendar)"]


def test_facts_change_the_case(app: AppTest) -> None:
    """Hours and margin stated in the form are those of the answer; a wrong one changes nothing."""
    upload(app, ("till.csv", till(3)))
    app.text_input[0].set_value("Mo-Fr 09:00-15:30")
    app.main.number_input[0].set_value(70.0)
    submit(app)
    assert not app.error
    case = opt.case_from_files(
        [opt.DataFile("till.csv", content=till(3))],
        {"hours.current": "Mo-Fr 09:00-15:30", "economics.contribution_margin": 0.7},
    )
    expected = plain(sentences.headline(opt.sales_lost(case, opt.estimate_demand(case))))
    assert headline(app.switch_page(LOST).run()) == expected

    app.switch_page(DATA).run()
    app.text_input[0].set_value("whenever I like")
    submit(app)
    assert len(app.error) == 1
    assert headline(app.switch_page(LOST).run()) == expected


def submit(app: AppTest) -> None:
    next(button for button in app.main.button if button.label == "Use these facts").click().run()


def test_several_stores_can_be_chosen(app: AppTest) -> None:
    """A file with a store column offers its stores, each with its own answer."""
    header, *rows = till(3).decode().splitlines()
    busy = [f"{row},North" for row in rows] + [f"{row},South" for row in rows for _ in range(3)]
    upload(app, ("chain.csv", "\n".join([f"{header},store", *busy]).encode()))
    assert not app.error
    app.switch_page(LOST).run()
    north = headline(app)
    app.sidebar.selectbox(key="store").set_value("South").run()
    assert not app.exception
    assert headline(app) != north


def test_day_table_is_what_the_evening_is_made_of() -> None:
    """Closed hours of the table add up, minute by minute, to the customers that are counted lost.

    Half past five as closing time cuts an hour; the customers from then to 22:00 are those of the
    periods 35 to 43 of Friday, and open hours are as the till sees them.
    """
    case, demand = sample()
    whom = opt.potential(case, demand)
    rows = tables.day_table(case, demand, whom, 4, 17 * 60 + 30)

    after = [row for row in rows if row["start"] >= 17.5]
    assert not any(row["open"] for row in after)
    total = sum(row["customers"] * (row["end"] - row["start"]) for row in after)
    expected = sum(whom.customers[:, 4 * 48 + period].mean() for period in range(35, 44))
    assert total == pytest.approx(expected)
    noon = next(row for row in rows if row["hours"] == "12:00-13:00")
    assert noon["open"]
    assert noon["customers"] == pytest.approx(demand.draws[:, 4 * 48 + 24 : 4 * 48 + 26].mean())
    assert [row["hours"] for row in rows if row["start"] in (17, 17.5)] == [
        "17:00-17:30",
        "17:30-18:00",
    ]


def test_staff_runs_unfold_to_the_plan() -> None:
    """Stretches of equal staff, written out again, are the staff of the plan."""
    grid = opt.Case(period_minutes=30).grid
    staff = np.random.default_rng(3).integers(0, 3, grid.periods_per_week)
    staff[:6] = 0
    again = np.zeros_like(staff)
    for row in tables.staff_runs(staff, grid):
        day = 48 * WEEKDAYS.index(row["day"])
        for period in range(int(2 * row["start"]), int(2 * row["end"])):
            again[day + period] = row["people"]

    np.testing.assert_array_equal(again, staff)


def test_charts_obey_the_grammar() -> None:
    """Every chart passes the schema that the app leaves out for speed."""
    case, demand = sample()
    rows = tables.day_table(case, demand, opt.potential(case, demand), 4, 1020)
    runs = [{"day": "Mon", "start": 10.0, "end": 17.5, "people": 2}]
    for chart in (
        plots.day_chart(rows, 17.0),
        plots.split_chart([("moved", 3.0), ("web", 1.0), ("lost", 2.0)]),
        plots.week_chart(runs, tables.open_runs(opt.OpeningHours.parse("Mo-Sa 09:00-18:00"))),
    ):
        assert chart.to_dict(validate=True)["height"] > 0


def test_plain_text_shows_as_it_is() -> None:
    """Nothing that a file's name can hold becomes a link, a colour or a formula."""
    assert plain("[a](b) :red[c] $d$ *e* <f>") == (
        "\\[a\\](b) \\:red\\[c\\] \\$d\\$ \\*e\\* \\<f\\>"
    )
