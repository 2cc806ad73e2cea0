"""A service desk from its files to its plan, in the terminal and on its page."""

import json
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from optimizer.case import Case, DataFile, Economics, Hours, Labour, Service
from optimizer.casefile import case_from_table, case_text, read_case
from optimizer.channels import Channel, Desk
from optimizer.cli import main
from optimizer.data.contacts import DeskRecord, read_contacts
from optimizer.data.observations import read_observations
from optimizer.demand.contacts import ContactDemand, estimate_contacts
from optimizer.desk.answer import DeskAnswer, answer_desk, judge_hours
from optimizer.desk.response import (
    mail_room,
    mail_work,
    plan_desk,
    planned_shares,
    required_staff,
    respond_desk,
    spare_hours,
)
from optimizer.desk.transient import transient
from optimizer.errors import CaseError, DataError
from optimizer.opening import OpeningHours
from optimizer.planning.plan import check_plan
from optimizer.planning.queueing import erlang_a
from optimizer.reporting import desk_plots, desk_tables, desk_words

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "sample_data" / "city_helpdesk"
sys.path.insert(0, str(ROOT / "sample_data"))

import generate_desk  # noqa: E402  the script that makes the sample is not a package


@pytest.fixture(scope="module")
def case() -> Case:
    """The sample desk."""
    return read_case(FOLDER)


@pytest.fixture(scope="module")
def record(case: Case) -> DeskRecord:
    """What its files hold."""
    return read_contacts(case)


@pytest.fixture(scope="module")
def demands(record: DeskRecord) -> tuple[ContactDemand, ...]:
    """Its demand."""
    return estimate_contacts(record)


@pytest.fixture(scope="module")
def answer(case: Case, record: DeskRecord) -> DeskAnswer:
    """Its plan, beside today."""
    return answer_desk(case, record)


def one_phone(**channel: object) -> tuple[Case, tuple[ContactDemand, ...]]:
    """A desk with one phone that rings evenly from 08:00 to 20:00 every day."""
    facts = {"minutes": 6.0, "patience_minutes": 4.0, "value_per_contact": 6.0} | channel
    phone = Channel("phone", **facts)  # type: ignore[arg-type]
    hours = OpeningHours.parse("Mo-Su 09:00-17:00")
    day = np.zeros(48)
    day[16:40] = 10.0
    week = np.tile(day, 7)
    case = Case(
        hours=Hours(current=hours, candidate=OpeningHours.parse("Mo-Su 08:00-20:00")),
        service=Service(kind="desk", max_staff=8),
        channel=(phone,),
        economics=Economics(wage=14.0),
    )
    seen = np.full(336, 30)
    return case, (ContactDemand(phone, hours, np.tile(week, (4, 1)), week, seen, 0.0),)


def test_sample_in_the_repository_is_what_the_script_makes(tmp_path: Path) -> None:
    """Running the script again writes the same bytes."""
    generate_desk.write(tmp_path)

    for file in FOLDER.iterdir():
        assert file.read_bytes() == (tmp_path / file.name).read_bytes(), file.name


def test_case_of_a_desk_is_written_and_read_again(case: Case) -> None:
    """Channels and desk rules survive a round trip through the text of a case.toml."""
    again = case_from_table(tomllib.loads(case_text(case)))

    assert again.channel == case.channel
    assert again.desk == case.desk
    assert again.is_desk


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"channel": [{"name": "a", "minutes": 0}]}, "channel.minutes"),
        ({"channel": [{"name": "a", "concurrency": 0}]}, "channel.concurrency"),
        ({"channel": [{"name": "a", "again": 1.0}]}, "channel.again"),
        ({"channel": [{"name": "a"}, {"name": "a"}]}, "channel.name"),
        ({"desk": {"closing": "never"}}, "desk.closing"),
        ({"desk": {"occupancy": 0.0}}, "desk.occupancy"),
        ({"desk": {"answer_share": 1.5}}, "desk.answer_share"),
    ],
)
def test_impossible_facts_are_refused(facts: dict, where: str) -> None:
    """What cannot be is refused where it stands."""
    with pytest.raises(CaseError) as refused:
        case_from_table({"service": {"kind": "desk"}} | facts)

    assert refused.value.where == where


def test_single_channel_desk_needs_no_channel_table() -> None:
    """Service and economics alone make one phone."""
    case = case_from_table(
        {"service": {"kind": "desk", "minutes": 3}, "economics": {"value_per_contact": 4}}
    )

    assert [(c.minutes, c.value_per_contact) for c in case.channels] == [(3.0, 4.0)]


def test_attempts_are_not_customers(case: Case, demands: tuple[ContactDemand, ...]) -> None:
    """The sample's people are found again, retrials left out, evening and night included."""
    for demand in demands:
        name = demand.channel.name
        truth = generate_desk.PEOPLE[name]
        tries = demand.attempts.sum()
        # Six weeks, whose days differ by a tenth: the total is known to about four percent.
        assert demand.mean.sum() == pytest.approx(truth.sum(), rel=0.05)
        evening = demand.mean.reshape(7, 48)[:, 36:].sum()
        assert evening == pytest.approx(truth[:, 36:].sum(), rel=0.1)
        if demand.channel.again:
            assert tries > 1.1 * truth.sum()
        assert (demand.observed_days == 6).all()


def test_days_differ_by_what_was_drawn(demands: tuple[ContactDemand, ...]) -> None:
    """The spread of days beyond chance is the sample's tenth; its draws keep the mean."""
    phone = demands[0]

    assert phone.day_spread == pytest.approx(generate_desk.DAY_SPREAD, abs=0.04)
    days = phone.contacts.reshape(len(phone.contacts), 7, -1).sum(axis=2)
    assert days.std(axis=0) / days.mean(axis=0) == pytest.approx(phone.day_spread, rel=0.1)


def test_answered_contacts_say_nothing_of_closed_hours(case: Case) -> None:
    """Without attempts closed hours are missing, and it is said."""
    only = replace(
        case, channel=case.channel[:1],
        data=tuple(f for f in case.data if f.channel == "phone" and f.kind == "contacts"),
    )  # fmt: skip
    record = read_contacts(only)
    (phone,) = estimate_contacts(record)
    closed = case.channel[0].hours.week_share(case.grid) == 0  # type: ignore[union-attr]

    assert (phone.observed_days[closed] == 0).all()
    assert phone.mean[closed].sum() == 0
    assert any("Nobody counted" in warning for warning in record.warnings)


@pytest.mark.parametrize(
    ("change", "says"),
    [({"channel": "fax"}, "none of the channels"), ({"channel": ""}, "which channel"),
     ({"kind": "footfall"}, "has no use")],
)  # fmt: skip
def test_files_must_name_their_channel(case: Case, change: dict, says: str) -> None:
    """A file about nothing known is refused in one sentence."""
    wrong = replace(case, data=(replace(case.data[0], **change),))

    with pytest.raises(DataError, match=says):
        read_contacts(wrong)


def test_every_channel_has_data_and_one_of_them_cannot_wait(case: Case) -> None:
    """A channel without a file, or a desk of mail alone, is refused in one sentence."""
    silent = replace(case, data=tuple(file for file in case.data if file.channel != "chat"))
    with pytest.raises(DataError, match='"chat"'):
        read_contacts(silent)
    with pytest.raises(CaseError, match="can wait"):
        read_contacts(replace(case, channel=case.channel[2:]))


def test_without_money_the_hours_of_today_are_the_limit(case: Case, record: DeskRecord) -> None:
    """Where a channel has no value, contacts count, within the hours that are paid today."""
    plain = replace(case, channel=tuple(replace(c, value_per_contact=None) for c in case.channel))
    found = answer_desk(plain, record)

    assert found.plan.unit == "customers"
    assert found.proposed.paid_hours <= found.today.paid_hours + 1e-6
    assert found.proposed.total("answered") > found.today.total("answered")


def test_contacts_are_not_read_as_a_shops_sales(case: Case) -> None:
    """A shop with a file of contacts, or a desk taken for a shop, is told so."""
    for wrong in (case, replace(case, service=Service())):
        with pytest.raises(DataError, match="service desk"):
            read_observations(wrong)


def test_one_phone_answers_as_erlang_a_says() -> None:
    """One channel, no shrinkage: the response is the queue's, read off a table."""
    case, demands = one_phone()
    response = respond_desk(case, demands, planned_shares(case, demands))
    queue = erlang_a(np.array(20.0), 10.0, 15.0, 8)

    assert response.potential.served is not None
    served = response.potential.served[0, 20] / 6.0
    assert served == pytest.approx(10 * (1 - queue.p_abandon), rel=1e-4)


def test_shrinkage_occupancy_and_retrials_bend_the_response() -> None:
    """Time away is fewer servers; occupancy caps the work; who tries again waits on."""
    case, demands = one_phone(again=0.5)
    shares = planned_shares(case, demands)
    away = replace(case, desk=Desk(shrinkage=0.5))
    capped = replace(case, desk=Desk(occupancy=0.5))
    served = [respond_desk(c, demands, shares).potential.served for c in (case, away, capped)]
    queue = erlang_a(np.array(20.0), 10.0, 7.5, 8)

    assert served[0][0, 20] / 6 == pytest.approx(10 * (1 - queue.p_abandon), rel=1e-4)
    assert served[1][0, 20, 4] == pytest.approx(served[0][0, 20, 2])
    assert served[2][0, 20, 2] == pytest.approx(6 * 0.5 * 2 * 10 * 0.5)


def test_people_are_shared_out_among_teams_as_by_trying_everything(
    case: Case, demands: tuple[ContactDemand, ...]
) -> None:
    """In every period no other split of six people brings more, with one in each team."""
    response = respond_desk(case, demands, planned_shares(case, demands))
    most = case.service.max_staff
    first, second = (
        (team.at_stake * team.all_contacts)[..., None] * team.answered(most, case.desk.occupancy)
        for team in response.teams
    )
    both, other = first.mean(axis=0), second.mean(axis=0)
    for period in range(14, 44):
        tried = [both[period, n] + other[period, 6 - n] for n in range(1, 6)]
        one, two = response.split[period, 6]
        assert one + two == 6
        assert both[period, one] + other[period, two] == pytest.approx(max(tried))


def test_the_plan_obeys_every_rule_and_beats_today(answer: DeskAnswer) -> None:
    """Recomputed without the solver, and followed queue by queue, it brings more than today."""
    assert check_plan(answer.response.case, answer.plan) == []
    assert answer.gain > 0
    assert answer.plan.gap < 0.01
    assert answer.proposed.total("met_closed") < 0.5 * answer.today.total("met_closed")


def test_weeks_add_up(answer: DeskAnswer) -> None:
    """Everybody is answered, gone, refused or before a closed desk; the money is of those."""
    for week in (answer.today, answer.proposed):
        margin = week.mail.margin if week.mail else 0.0
        lost = 0.0
        for seen in week.channels:
            parts = (seen.answered, seen.gave_up, seen.turned_away, seen.met_closed)
            assert sum(parts) == pytest.approx(seen.contacts)
            assert min(part.min() for part in parts) >= -1e-9
            value = seen.channel.value_per_contact or 0.0
            margin += value * seen.answered.sum()
            lost += (seen.contacts - seen.answered).sum()
        extra = week.margin - margin  # of those who come back, less the cost of the lost
        most = max(c.channel.value_per_contact or 0 for c in week.channels)
        dear = max(c.channel.cost_of_lost for c in week.channels)
        assert -dear * lost <= extra <= most * week.moved
        grid = answer.case.grid
        assert week.paid_hours == pytest.approx(week.staff.sum() * grid.period_hours)


def test_mail_of_a_week_finds_time_in_the_plan(
    answer: DeskAnswer, demands: tuple[ContactDemand, ...]
) -> None:
    """What is left of the people's time is at least the week's mail."""
    spare = spare_hours(answer.response, answer.plan.staff).sum()

    assert spare >= mail_work(demands).sum()
    assert answer.proposed.mail is not None
    assert answer.proposed.mail.growth < 0.01


def test_room_for_mail_is_all_of_it(demands: tuple[ContactDemand, ...]) -> None:
    """Spread over the open periods of the week there is room for exactly the week's work."""
    open_ = OpeningHours.parse("Mo-Fr 09:00-18:00").week_share(read_case(FOLDER).grid)
    room = mail_room(demands, open_)

    assert (room * open_).sum() == pytest.approx(mail_work(demands).sum())


def test_service_level_instead_of_money(case: Case, demands: tuple[ContactDemand, ...]) -> None:
    """Asked for 80 % in 20 seconds, nearly every open half-hour has the people for it."""
    asked = replace(
        case, desk=replace(case.desk, answer_share=0.8),
        service=replace(case.service, max_staff=20),
    )  # fmt: skip
    plan, response = plan_desk(asked, demands)
    needed = required_staff(asked, response.teams)
    open_ = plan.opening
    short = np.maximum(needed - plan.staff, 0)[open_]

    assert short.sum() <= 0.02 * needed[open_].sum()
    money, _ = plan_desk(case, demands)
    assert plan.staff.sum() / plan.opening.sum() > money.staff.sum() / money.opening.sum()


def test_service_level_without_money_keeps_todays_hours() -> None:
    """Where no contact has a value, hours are those of today and staff is what the level needs."""
    case, demands = one_phone(value_per_contact=None)
    case = replace(case, desk=Desk(answer_share=0.8), labour=Labour(hours_per_week=400))
    plan, response = plan_desk(case, demands)

    assert str(plan.hours) == "Mo-Su 09:00-17:00"
    needed = required_staff(case, response.teams)[plan.opening]
    assert (plan.staff[plan.opening] >= needed).mean() > 0.95


def test_extra_hours_are_those_outside_today(answer: DeskAnswer) -> None:
    """Each lies in the candidate hours, costs its people's wages, and answers no more than call."""
    today = answer.today.opening.reshape(7, 24, -1).max(axis=2)
    for hour in answer.extra:
        assert today[hour.weekday, hour.minute // 60] == 0
        assert hour.answered <= hour.people + 1e-9
        assert hour.cost >= hour.staff * 0.5 * answer.case.economics.labour_cost_per_hour


def test_longer_hours_meet_more_people(case: Case, record: DeskRecord) -> None:
    """Judged hours: an evening more leaves fewer before a closed desk and costs more hours."""
    short, longer = (
        judge_hours(case, record, OpeningHours.parse(f"Mo-Fr 09:00-{end}:00")) for end in (17, 20)
    )

    assert longer.total("met_closed") < short.total("met_closed")
    assert longer.paid_hours > short.paid_hours


def test_sentences_and_tables_hold_the_figures(answer: DeskAnswer) -> None:
    """The words are of the numbers; the machine's answer can be written as JSON."""
    lines = desk_tables.lines(answer)
    table = desk_tables.desk_table(answer)

    assert any("closed desk" in line for line in lines)
    assert any("in the queue at closing" in line for line in lines)
    assert any("mails" in line for line in lines)
    assert json.loads(json.dumps(table))["gain"] == pytest.approx(answer.gain)
    assert desk_words.headline(answer) == lines[0]


def test_pictures_are_valid(answer: DeskAnswer) -> None:
    """Every chart of the page obeys the schema, and the bars of an hour stand on each other."""
    rows = desk_tables.day_rows(answer.today, 0)
    waits = desk_tables.wait_rows(answer, 0)
    charts = [
        desk_plots.contacts_chart(rows),
        desk_plots.wait_chart(waits, "minutes", "minutes"),
        desk_plots.mail_chart(desk_tables.mail_rows(answer)),
    ]

    for chart in charts:
        assert chart.to_dict()["mark"]
    tops = {(row["hour"], row["order"]): row["high"] for row in rows}
    for row in rows:
        assert row["low"] == (tops[row["hour"], row["order"] - 1] if row["order"] else 0)
    people = sum(week.contacts for week in answer.today.channels)
    assert sum(row["people"] for row in rows) == pytest.approx(people[:48].sum())


@pytest.mark.parametrize("verb", ["check", "demand", "lost", "plan"])
def test_terminal_answers_for_a_desk(verb: str, capsys: pytest.CaptureFixture) -> None:
    """Each verb that makes sense at a desk answers, for people and for machines."""
    assert main([verb, str(FOLDER), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    key = {"check": "files", "demand": "periods", "lost": "per_week", "plan": "shifts"}[verb]

    assert answer[key]


def test_terminal_says_what_a_desk_cannot_be_asked(capsys: pytest.CaptureFixture) -> None:
    """Other verbs are refused in a sentence."""
    assert main(["backtest", str(FOLDER)]) == 1
    assert "this is a service desk" in capsys.readouterr().err


def test_real_bank_plans_from_07_to_21(shared_data: Path) -> None:
    """A bank's calls by five minutes: open 07 to 21 it answers what 08 to 17 turns away."""
    file = shared_data / "calls_bank_5min_2003" / "bank_calls_5min.csv"
    wide, narrow = (
        OpeningHours.parse(f"Mo-Fr {hours}") for hours in ("07:00-21:00", "08:00-17:00")
    )
    case = Case(
        timezone="America/New_York", country="US", currency="USD",
        hours=Hours(current=wide, candidate=wide),
        data=(DataFile(str(file), kind="contacts"),),
        service=Service("desk", minutes=4.0, patience_minutes=5.0, min_staff=2, max_staff=330),
        economics=Economics(wage=20.0, value_per_contact=6.0),
    )  # fmt: skip
    record = read_contacts(case)
    demands = estimate_contacts(record)
    plan, _ = plan_desk(case, demands)
    counted = pd.read_csv(file)
    days = counted.DateTime.str[:10].nunique()

    assert demands[0].mean.sum() == pytest.approx(5 * counted.Calls.sum() / days, rel=0.01)
    assert str(plan.hours) == "Mo-Fr 07:00-21:00"
    assert check_plan(case, plan) == []
    closed = demands[0].mean @ (wide.week_share(case.grid) - narrow.week_share(case.grid))
    assert 0.1 < closed / demands[0].mean.sum() < 0.3


def test_waits_of_a_simulated_call_centre(shared_data: Path) -> None:
    """From a month's calls, four agents and five minutes each, the year's waits are found."""
    folder = shared_data / "calls_queue_simulated_SYNTHETIC"
    calls = pd.read_csv(folder / "simulated_call_centre.csv")
    month = calls.date.str[5:7]
    waited, free, total = 0.0, 0.0, 0
    for _, mine in calls.groupby(month):
        rate = len(mine) / mine.date.nunique() / 10  # the desk is open for ten hours
        day = transient(
            np.full(20, rate), np.full(20, 4.0), 3600 / calls.service_length.mean(), 0.05, 0.5
        )
        waited += len(mine) * day.waiting.mean() / rate * 3600
        free += len(mine) * day.at_end[:, :4].sum(axis=1).mean()
        total += len(mine)
    by_day = calls.groupby("date").wait_length.agg(["sum", "size"])
    ratio = by_day["sum"].sum() / by_day["size"].sum()
    error = (by_day["sum"] - ratio * by_day["size"]).std() / by_day["size"].mean()

    assert waited / total == pytest.approx(ratio, abs=3 * error / np.sqrt(len(by_day)))
    assert free / total == pytest.approx((calls.wait_length == 0).mean(), abs=0.01)


def test_page_of_the_desk() -> None:
    """The page tells who meets a closed desk, draws the day, and has no error."""
    script = (
        "from pathlib import Path\n"
        "import runpy\n"
        "from optimizer.app import state\n"
        "with state.problems():\n"
        f"    state.begin(Path({str(FOLDER)!r}))\n"
        f"    runpy.run_path({str(ROOT / 'optimizer' / 'app' / 'desk.py')!r})\n"
    )
    app = AppTest.from_string(script, default_timeout=60).run()

    assert not app.exception
    assert not app.error
    assert "closed desk" in app.subheader[0].value
    assert len(app.table) >= 3


def test_app_opens_on_a_desk() -> None:
    """The front door shows the desk's page, and only that, for a case of a desk."""
    script = (
        "import sys; sys.argv = ['app.py', sys.argv[1]];"
        "from streamlit.testing.v1 import AppTest;"
        "app = AppTest.from_file('app.py', default_timeout=90).run();"
        "print(app.exception, app.error, [h.value for h in app.subheader])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(FOLDER)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert "closed desk" in done.stdout, done.stderr[-2000:]
