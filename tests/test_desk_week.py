"""A desk's week against one played customer by customer, and its closing times and its mail."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from desk_simulation import Day, Line, play
from optimizer.case import Case, Hours, Service
from optimizer.channels import Channel, Desk
from optimizer.demand.contacts import ContactDemand
from optimizer.desk.closing import best_stop, close, served_by_place, wait_by_place
from optimizer.desk.response import DeskResponse, planned_shares, respond_desk
from optimizer.desk.transient import emptying, transient
from optimizer.desk.week import ChannelWeek, DeskWeek, desk_week, last_call
from optimizer.opening import OpeningHours

HALF = 0.5
PERIODS = slice(18, 34)  # Monday 09:00 to 17:00
PHONE_RATES = np.array([8, 14, 20, 26, 30, 32, 30, 26, 24, 26, 30, 34, 36, 34, 30, 26.0])
CHAT_RATES = PHONE_RATES[::-1] * 0.6
MAIL_RATES = np.full(48, 4.0)  # more than there is time for
STAFF = np.array([4, 6, 7, 8, 9, 9, 9, 8, 7, 8, 9, 9, 10, 9, 9, 8])
DAYS = 300
ERRORS = 3.5  # standard errors of the simulation


def demand_of(channel: Channel, per_period: np.ndarray) -> ContactDemand:
    """People who come on Mondays only, known exactly."""
    week = np.zeros(336)
    week[: len(per_period)] = per_period
    hours = OpeningHours.parse("Mo 09:00-17:00")
    return ContactDemand(channel, hours, np.tile(week, (2, 1)), week, np.ones(336, int), 0.0)


def at_day(rates: np.ndarray) -> np.ndarray:
    """Contacts per period of a whole Monday, from rates per hour while open."""
    day = np.zeros(48)
    day[PERIODS] = rates * HALF
    return day


def desk(custom: str = "finish", stop_minutes: float = 0.0, again: float = 0.3) -> DeskResponse:
    """A phone team, a chat team whose people handle two at once, and the mail."""
    phone = Channel("phone", 10, 5, value_per_contact=8.0, cost_of_lost=2.0, team="a", again=again)
    chat = Channel("chat", 16, 4, 2, value_per_contact=6.0, team="b", again=again / 2)
    mail = Channel("mail", 12, 3000, value_per_contact=3.0, deferrable=True)
    case = Case(
        hours=Hours(current=OpeningHours.parse("Mo 09:00-17:00")),
        service=Service(kind="desk", max_staff=14),
        channel=(phone, chat, mail),
        desk=Desk(closing=custom, stop_minutes=stop_minutes),
    )
    demands = (
        demand_of(phone, at_day(PHONE_RATES)),
        demand_of(chat, at_day(CHAT_RATES)),
        demand_of(mail, MAIL_RATES),
    )
    return respond_desk(case, demands, planned_shares(case, demands), np.ones(336))


def followed(response: DeskResponse) -> DeskWeek:
    """The week with the staff of this file."""
    staff = np.zeros(336, dtype=int)
    staff[PERIODS] = STAFF
    return desk_week(response, OpeningHours.parse("Mo 09:00-17:00"), staff)


class Played(NamedTuple):
    """Many simulated days of one team."""

    days: list[Day]

    def agrees(self, what: Callable[[Day], float], expected: float) -> bool:
        """Whether a mean lies within the simulation's own error of what is expected."""
        values = np.array([what(day) for day in self.days], dtype=float)
        # What is so rare that no day has seen it still varies as a Poisson count does.
        error = np.sqrt(max(values.var(), expected) / len(values))
        return bool(abs(values.mean() - expected) <= ERRORS * error)


def played(response: DeskResponse, team: int, rates: np.ndarray, seed: int) -> Played:
    """Simulate the team's Monday with the people that the response gives it."""
    staff = np.zeros(336, dtype=int)
    staff[PERIODS] = STAFF
    people = response.staff_of(staff)[team][PERIODS]
    channel = response.teams[team].channels[0]
    rules = response.case.desk
    line = Line(
        rates=rates,
        servers=people * channel.concurrency,
        work_hours=channel.minutes / 60,
        patience_hours=channel.patience_minutes / 60,
        again=channel.again,
        custom=rules.closing,
        stop_hours=rules.stop_minutes / 60,
    )
    random = np.random.default_rng(seed)
    return Played([play(line, HALF, random) for _ in range(DAYS)])


@pytest.mark.parametrize(
    ("custom", "stop_minutes"), [("finish", 0.0), ("cut", 0.0), ("stop", 20.0)]
)
def test_three_channels_agree_with_the_simulation(custom: str, stop_minutes: float) -> None:
    """Answered, gone, refused, waiting and overtime of a day with retrials and its closing."""
    response = desk(custom, stop_minutes)
    week = followed(response)
    worked = np.zeros(DAYS)
    for team, rates in enumerate((PHONE_RATES, CHAT_RATES)):
        days = played(response, team, rates, seed=team)
        seen: ChannelWeek = week.channels[team]
        closing = week.last_moments[team].closing

        assert days.agrees(lambda day: day.answered, seen.answered.sum())
        assert days.agrees(lambda day: day.gave_up, seen.gave_up.sum())
        assert days.agrees(lambda day: day.turned_away, seen.turned_away.sum())
        assert days.agrees(lambda day: day.waiting_at_closing, closing.waiting)
        assert days.agrees(lambda day: day.answered_after, closing.served_after)
        assert days.agrees(lambda day: day.overtime_hours, closing.overtime_hours)
        one = response.teams[team].at_once
        worked += np.array([day.worked.sum() for day in days.days]) / one
    assert week.mail is not None
    left = STAFF.sum() * HALF - worked  # hours that the simulated day leaves for the mail
    error = left.std() / np.sqrt(DAYS)
    assert abs(0.2 * week.mail.answered.sum() - left.mean()) <= ERRORS * error


def test_days_that_differ_cost_more_than_their_mean() -> None:
    """Quiet and busy days with the same mean: more give up, and the queue at closing is longer."""
    response = desk()
    uneven = tuple(replace(demand, day_spread=0.3) for demand in response.demands)
    even, spread = followed(response), followed(replace(response, demands=uneven))

    assert spread.total("contacts") == even.total("contacts")
    assert spread.total("gave_up") > 1.2 * even.total("gave_up")
    assert spread.last_moments[0].closing.waiting > even.last_moments[0].closing.waiting


def test_one_team_for_two_channels_answers_more_than_two_teams() -> None:
    """People who take both channels lose fewer contacts than as many who take one each."""
    apart = desk()
    facts = [replace(d.channel, team="all", concurrency=1) for d in apart.demands]
    alone = [replace(d.channel, concurrency=1) for d in apart.demands]
    weeks = []
    for channels in (alone, facts):
        demands = tuple(replace(d, channel=c) for d, c in zip(apart.demands, channels, strict=True))
        case = replace(apart.case, channel=tuple(channels))
        weeks.append(followed(respond_desk(case, demands, planned_shares(case, demands))))

    assert weeks[1].total("answered") > weeks[0].total("answered")
    assert len(weeks[0].last_moments) == 2
    assert len(weeks[1].last_moments) == 1


def test_a_retrial_is_no_second_customer() -> None:
    """Those who try again are answered more often, and never counted twice."""
    patient, stubborn = followed(desk(again=0.0)), followed(desk(again=0.6))

    assert stubborn.total("contacts") == patient.total("contacts")
    assert stubborn.total("answered") > patient.total("answered")
    assert stubborn.total("gave_up") + stubborn.total("answered") == pytest.approx(
        stubborn.total("contacts") - stubborn.total("met_closed")
    )


def test_transient_day_of_the_notes() -> None:
    """A day of sixteen half-hours: served, abandoned, and inside at closing, to four decimals."""
    servers = np.array([2, 4, 5, 6, 7, 7, 7, 6, 5, 6, 7, 7, 8, 7, 7, 6.0])
    day = transient(PHONE_RATES, servers, 6.0, 12.0, HALF)
    inside = day.at_end[-1] @ np.arange(day.at_end.shape[1])

    assert day.served.sum() == pytest.approx(191.7631, abs=5e-5)
    assert day.abandoned.sum() == pytest.approx(17.0623, abs=5e-5)
    assert inside == pytest.approx(4.1746, abs=5e-5)
    assert day.served.sum() + day.abandoned.sum() + inside == pytest.approx(213, abs=1e-8)


def test_transient_settles_at_the_steady_state_and_starts_from_a_crowd() -> None:
    """After many periods alike it is Erlang A; a crowd at the door is served on top."""
    rates, servers = np.full(40, 30.0), np.full(40, 6.0)
    day = transient(rates, servers, 6.0, 3.0, HALF)
    crowd = np.zeros(9)
    crowd[8] = 1.0
    later = transient(rates, servers, 6.0, 3.0, HALF, crowd)

    assert day.abandoned[-1] / 15 == pytest.approx(0.07557698, abs=1e-6)
    assert later.served[0] > day.served[0] + 2
    assert later.served.sum() + later.abandoned.sum() == pytest.approx(
        day.served.sum() + day.abandoned.sum() + 8, abs=1e-6
    )


def test_endless_patience_needs_no_endless_queue() -> None:
    """More come than can be served and nobody gives up: all who came are served or still there."""
    rates, people = np.full(8, 30.0), np.full(8, 2.0)
    found = transient(rates, people, 6.0, 1e-7, 0.5)
    inside = found.at_end[-1] @ np.arange(found.at_end.shape[-1])

    assert found.at_end.shape[-1] < 250  # 120 come
    assert found.served.sum() + inside == pytest.approx(120, abs=1e-3)


def test_nobody_there_and_nobody_coming() -> None:
    """Without servers everybody gives up; without arrivals nothing happens."""
    nobody = transient(np.array([6.0, 0.0]), np.array([0.0, 0.0]), 6.0, 12.0, HALF)
    quiet = transient(np.zeros(3), np.ones(3), 6.0, 12.0, HALF)

    assert nobody.served.sum() == 0
    assert nobody.abandoned.sum() == pytest.approx(3, abs=0.01)
    assert quiet.abandoned.sum() == 0
    assert quiet.at_end[:, 0].tolist() == [1.0, 1.0, 1.0]


def test_closing_vector_of_the_notes() -> None:
    """Ten inside, three at work: whom each custom serves, and how late it gets."""
    ten = np.eye(1, 11, 10)[0]
    finish, cut = close(ten, 3, 6.0, 12.0), close(ten, 3, 6.0, 12.0, "cut")

    assert finish.served_after == pytest.approx(5.241872, abs=5e-7)
    assert finish.gave_up_after == pytest.approx(4.758128, abs=5e-7)
    assert finish.overtime_hours == pytest.approx(0.430104, abs=5e-7)
    assert cut.turned_away == 7
    assert cut.overtime_hours == pytest.approx(0.305556, abs=5e-7)


def test_number_56_at_closing() -> None:
    """With five at work the 56th in the queue is almost never served, and waits 12 minutes."""
    chance = served_by_place(61, 5, 6.0, 12.0)

    assert chance[:5].tolist() == [1.0] * 5
    assert chance[60] == pytest.approx(30 / (30 + 56 * 12))
    assert wait_by_place(56, 5, 6.0, 12.0) == pytest.approx(
        sum(1 / (30 + 12 * before) for before in range(56))
    )


def test_emptying_ends_as_the_closing_says() -> None:
    """The time with somebody inside, summed over the state, is the overtime of the formula."""
    ten = np.eye(1, 11, 10)[0]
    _, hours = emptying(ten, 3, 6.0, 12.0, 8.0)

    assert hours[1:].sum() == pytest.approx(0.430104, abs=5e-6)
    assert hours @ np.minimum(np.arange(11), 3) * 6.0 == pytest.approx(5.241872, abs=5e-6)


def test_best_stop_weighs_those_refused_against_overtime() -> None:
    """Worth little, people are refused early; worth much, never; a limit on overtime binds."""
    rates, servers, start = np.array([20.0]), np.array([3.0]), np.eye(1, 4, 3)[0]
    states = {
        stop: start if stop == HALF else transient(
            rates, servers, 6.0, 6.0, HALF - stop, start
        ).at_end[0]
        for stop in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    }  # fmt: skip
    dear, _ = best_stop(states, 3, 6.0, 6.0, 20.0, worth=50.0, work=10.0)
    cheap, _ = best_stop(states, 3, 6.0, 6.0, 20.0, worth=0.1, work=30.0)
    punctual, found = best_stop(
        states, 3, 6.0, 6.0, 20.0, worth=50.0, work=10.0, longest_overtime=(0.25, 0.1)
    )

    assert (dear, cheap) == (0.0, 0.5)
    assert 0 < punctual <= 0.5
    assert found.turned_away == pytest.approx(20 * punctual)


def test_last_call_of_the_week_is_one_of_the_minutes_of_its_last_period() -> None:
    """With any overtime allowed nobody is refused; with none allowed it is the longest."""
    response = desk()
    moments = followed(response).last_moments[0]

    assert last_call(response, moments, (10.0, 0.05))[0] == 0
    assert last_call(response, moments, (0.001, 0.0))[0] == 30


def test_a_rush_cut_from_the_queue_hours_later_is_counted_once() -> None:
    """Fifty patient people at nine, one person of six an hour, two hours: 13 are answered."""
    phone = Channel("phone", 10, 1e5)
    case = Case(
        hours=Hours(current=OpeningHours.parse("Mo 09:00-11:00")),
        service=Service(kind="desk", max_staff=2),
        channel=(phone,),
        desk=Desk(closing="cut"),
    )
    rush = np.zeros(48)
    rush[18], rush[21] = 50.0, 0.01
    demands = (demand_of(phone, rush),)
    response = respond_desk(case, demands, planned_shares(case, demands))
    here = OpeningHours.parse("Mo 09:00-11:00")
    seen = desk_week(response, here, np.ones(336, dtype=int)).channels[0]

    assert seen.turned_away.sum() == pytest.approx(50 - 13, abs=1.0)
    assert seen.answered.sum() == pytest.approx(13, abs=1.0)
    for people in (seen.turned_away, seen.gave_up, seen.answered):
        assert (people >= -1e-9).all()


def test_mail_of_the_night_waits_for_the_morning() -> None:
    """The stack is what came since closing; first come, first served says how old its oldest is."""
    response = desk()
    mail = followed(response).mail
    assert mail is not None

    kept = np.exp(-HALF / 50)  # mail is of no use after 50 hours on average
    naive, stack = np.zeros(337), 0.0
    for _ in range(20):
        for t in range(336):
            naive[t] = stack
            stack = (stack + mail.arriving[t] - mail.answered[t]) * kept
    assert mail.backlog == pytest.approx(naive[:336], abs=1e-6)
    assert mail.growth == pytest.approx(0, abs=1e-3)
    assert mail.answered.sum() + mail.given_up == pytest.approx(mail.arriving.sum())
    assert mail.oldest_hours[18] <= 24 * 7
    assert mail.backlog[18] > mail.backlog[34]


def test_overworked_desk_says_that_the_mail_grows() -> None:
    """With people for the phone only the stack is higher a week later."""
    response = desk()
    endless = tuple(
        replace(d, channel=replace(d.channel, patience_minutes=1e9)) if d.channel.deferrable else d
        for d in response.demands
    )
    staff = np.zeros(336, dtype=int)
    staff[PERIODS] = 3
    hours = OpeningHours.parse("Mo 09:00-17:00")
    week = desk_week(replace(response, demands=endless), hours, staff)

    assert week.mail is not None
    assert week.mail.growth > 10
