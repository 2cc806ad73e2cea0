"""The pages Plan, Staff and What if: what they say is what the package computes."""

from functools import cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import optimizer as opt
from optimizer.app.state import plain
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.explain import price_of_free
from optimizer.planning.pay import pay_lines
from optimizer.planning.plan import Plan
from optimizer.planning.response import Potential
from optimizer.planning.surge import Surge, answer_surge
from optimizer.reporting import plan_plots, plan_tables, plan_words, what_if_words

ROOT = Path(__file__).resolve().parent.parent
PLAN, STAFF, WHAT_IF = (f"optimizer/app/{name}.py" for name in ("hours", "staff", "scenarios"))


@pytest.fixture
def app() -> AppTest:
    """The app, just opened."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=90).run()


@cache
def sample() -> tuple[opt.Case, opt.Demand, Potential, Plan, Evaluation]:
    """The sample as the app plans it."""
    case = opt.read_case(ROOT / "sample_data" / "old_town_gifts")
    demand = opt.estimate_demand(case)
    whom = opt.potential(case, demand)
    plan = opt.optimize(case, whom)
    return case, demand, whom, plan, opt.evaluate(case, whom, plan)


def said(app: AppTest) -> str:
    """All paragraphs and lists of a page."""
    return "\n".join(block.value for block in app.main.markdown)


def shows(app: AppTest, sentence: str | None) -> bool:
    return plain(str(sentence)) in said(app)


def test_plan_page_gives_the_reasons_of_every_weekday(app: AppTest) -> None:
    """A sentence a weekday, the easy hours and the binding rule, as the package says them."""
    case, _, whom, plan, _ = sample()
    app.switch_page(PLAN).run()

    assert not app.exception
    for day in range(7):
        ladder = opt.price_ladder(case, whom, plan, day)
        assert shows(app, plan_words.weekday_choice(plan, day, ladder))
    assert shows(app, plan_words.simple_plan(plan, opt.simplest(case, whom, plan)))
    assert "rule" in said(app)


def test_another_weekday_has_another_ladder(app: AppTest) -> None:
    """Choosing Monday says what opening earlier on Monday would bring."""
    case, _, whom, plan, _ = sample()
    app.switch_page(PLAN).run()
    app.main.selectbox(key="ladder-day").set_value(0).run()
    earlier = opt.price_ladder(case, whom, plan, 0, earlier=True)

    assert shows(app, plan_words.opening_choice(plan, 0, earlier))


def test_turning_points_come_when_asked_for(app: AppTest) -> None:
    """Nothing is walked before the switch is on; then the wage has its values."""
    app.switch_page(PLAN).run()
    assert "With a wage above" not in said(app)
    app.main.toggle(key="turns").set_value(True).run()
    assert not app.exception
    assert "With a wage above" in said(app)


def test_any_hours_are_judged_at_once(app: AppTest) -> None:
    """Typed hours give their change; a slip of the pen gives one sentence."""
    case, _, whom, _, _ = sample()
    app.switch_page(PLAN).run()
    app.main.text_input(key="other-hours").set_value("Mo-Sa 10:00-19:00").run()
    today = opt.evaluate(case, whom, case.hours.current)
    other = opt.evaluate(case, whom, opt.OpeningHours.parse("Mo-Sa 10:00-19:00"))
    change = plan_words.change(other.profit_draws - today.profit_draws, "EUR")
    assert shows(app, change)

    for wrong in ("always on Tuesdays", "off"):
        app.main.text_input(key="other-hours").set_value(wrong).run()
        assert not app.exception
        assert len(app.error) == 1


def test_a_broken_rule_is_never_silent(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the checker finds is shown as an error on both pages of the plan."""
    for page in (PLAN, STAFF):
        module = Path(page).stem
        monkeypatch.setattr("optimizer.planning.plan.check_plan", lambda *_: ["Nobody is there."])
        app.switch_page(page).run()
        assert "Nobody is there." in app.error[0].value, module


def test_staff_page_pays_what_the_plan_costs(app: AppTest) -> None:
    """The headline has hours and wages of the plan; the pay table is that of the package."""
    case, _, whom, plan, judged = sample()
    app.switch_page(STAFF).run()

    assert app.main.subheader[0].value == plain(plan_words.work(plan, judged))
    rows = plan_tables.pay_rows(pay_lines(case, whom, plan), "EUR")
    shown = app.main.table[-1].value
    assert shown.shape == (len(rows), 3)
    assert str(rows[-1]["a week"]) in shown.iloc[-1].tolist()


def test_shift_bars_are_the_paid_hours() -> None:
    """The bars of the picture, added up, are the hours of the shifts; breaks are left out."""
    _, _, _, plan, _ = sample()
    bars = plan_tables.shift_bars(plan)
    assert sum(bar["end"] - bar["start"] for bar in bars) == pytest.approx(
        sum(shift.paid_hours for shift in plan.shifts)
    )


def test_what_ifs_stand_side_by_side(app: AppTest) -> None:
    """Three at first; one more click is one more row; a kept one stays across pages."""
    app.switch_page(WHAT_IF).run()
    assert not app.exception
    assert len(app.main.table[0].value) == 4

    app.sidebar.number_input(key="economics.wage").set_value(20.0).run()
    app.main.number_input(key="times").set_value(1.4).run()
    next(button for button in app.main.button if button.label == "Keep it").click().run()
    assert not app.exception
    assert app.main.table[0].value.iloc[-1, 0] == "A"
    app.sidebar.button[0].click().run()
    app.switch_page(PLAN).run()
    app.switch_page(WHAT_IF).run()
    assert app.main.table[0].value.iloc[-1, 0] == "A"

    app.main.segmented_control(key="letter").set_value("B").run()
    app.main.selectbox(key="base").set_value("A").run()
    next(button for button in app.main.button if button.label == "Keep it").click().run()
    assert not app.exception
    assert app.main.table[0].value.iloc[-1, 1:].equals(app.main.table[0].value.iloc[-2, 1:])

    case, demand, *_ = sample()
    table = opt.compare(case, demand, {"A": {"economics.wage": 20.0, "demand": 1.4}})
    row = plan_tables.compare_rows(table, ["as it is", "A"], "EUR")[1]
    assert app.main.table[0].value.iloc[-2].tolist() == [plain(str(cell)) for cell in row.values()]


def test_campaign_and_own_hours_answer_the_sliders(app: AppTest) -> None:
    """The sentences are those of the package for Friday 16 to 20, threefold, over three days."""
    case, _, whom, plan, _ = sample()
    app.switch_page(WHAT_IF).run()
    answer = answer_surge(case, whom, plan, Surge(4, 960, 1200, 3.0, 3))
    assert all(shows(app, sentence) for sentence in what_if_words.surge(answer, "EUR"))
    free = price_of_free(case, whom, plan, opt.OpeningHours.parse("Fr 17:00-24:00"))
    assert shows(app, what_if_words.free_time(free, "EUR", 4))

    app.main.slider(key="surge-times").set_value(5.0).run()
    app.main.selectbox(key="free-day").set_value(1).run()
    assert not app.exception
    answer = answer_surge(case, whom, plan, Surge(4, 960, 1200, 5.0, 3))
    assert shows(app, what_if_words.surge(answer, "EUR")[0])


def test_heavy_answers_come_when_asked_for(app: AppTest) -> None:
    """Tornado, frontier and regret open without a problem and say their sentence."""
    app.switch_page(WHAT_IF).run()
    assert "Most depends on" not in said(app)
    for key in ("tornado", "frontier", "regret"):
        app.main.toggle(key=key).set_value(True).run()
        assert not app.exception
    assert "Most depends on" in said(app)
    assert "you would regret one choice least" in said(app)


def test_charts_obey_the_grammar() -> None:
    """Every picture passes the schema that the app leaves out for speed."""
    case, demand, whom, plan, judged = sample()
    unit = plan_words.Unit("EUR")
    today = opt.evaluate(case, whom, case.hours.current)
    ladder = plan_tables.ladder_steps(plan, 3, opt.price_ladder(case, whom, plan, 3))
    table = opt.compare(case, demand, {"busy": {"demand": 1.2}})
    bars = plan_tables.compare_bars(table, ["as it is", "busy"])
    swings = [
        {"assumption": name, "side": side, "told": side, "gain": gain}
        for name in ("wage", "margin") for side, gain in (("low", 80.0), ("high", 120.0))
    ]  # fmt: skip
    points = plan_tables.frontier_points([], {"today": today, "proposed": judged})
    for chart in (
        plan_plots.ladder_chart(ladder, unit),
        plan_plots.shift_chart(plan_tables.shift_bars(plan)),
        plan_plots.staff_chart(plan_tables.staff_steps(case, 4, plan.staff, plan.staff)),
        plan_plots.frontier_chart(points, plan_words.earned("EUR")),
        plan_plots.tornado_chart(swings, 100.0, unit),
        plan_plots.compare_chart(bars, plan_words.earned("EUR")),
    ):
        assert chart.to_dict(validate=True)["height"] > 0
