"""Customers of closed hours: near hours keep more of them than far ones, and none is kept twice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.opening import OpeningHours
from optimizer.planning.recapture import coming, hours_away, recapture
from optimizer.planning.response import Potential
from optimizer.timegrid import TimeGrid
from planning_cases import TODAY, kept_by_trying, potential, two_peaks


def week(hours: str, minutes: int = 60) -> np.ndarray:
    """Share of each period that is open, shape (W,)."""
    return OpeningHours.parse(hours).week_share(TimeGrid("UTC", minutes))


def kept(people: Potential, opening: np.ndarray) -> np.ndarray:
    """Share of customers who stay if the period is closed, shape (D, W)."""
    return sum(recapture(people).shares(opening))


def test_the_circle_of_time() -> None:
    """Ten customers an hour from 8 to 22, a fifth flexible, two hours of fading: known totals."""
    clock = np.arange(8, 22)

    def captured(opens: int, closes: int) -> np.ndarray:
        away = np.maximum(np.maximum(opens - clock, clock - (closes - 1)), 0)
        return 10 * np.where(away == 0, 1.0, coming(away, other_days=0.2, fading_hours=2.0))

    short, long = captured(9, 17), captured(9, 20)
    gross_after_five = long[clock >= 17].sum()

    assert short.sum() == pytest.approx(108.1719, abs=5e-5)
    assert long.sum() == pytest.approx(128.6475, abs=5e-5)
    assert gross_after_five == pytest.approx(41.7953, abs=5e-5)
    assert (long.sum() - short.sum()) / gross_after_five == pytest.approx(0.4899, abs=5e-5)


def test_hours_away_by_the_clock() -> None:
    """From the middle of an hour to the nearest door of the day, at half past as well."""
    away = hours_away(week("Mo 09:30-17:30; Tu 08:00-10:00,14:00-16:00")).reshape(7, 24)

    assert away[0, [7, 8, 9, 12, 17, 18, 19]].tolist() == [2.0, 1.0, 0.5, 0.5, 0.5, 1.0, 2.0]
    assert away[1, [7, 9, 10, 11, 12, 13, 16]].tolist() == [0.5, 0.5, 0.5, 1.5, 1.5, 0.5, 0.5]
    assert np.isinf(away[2]).all()


@pytest.mark.parametrize("lost", [0.02, 0.5, 0.95])
def test_todays_hours_keep_what_is_stated(lost: float) -> None:
    """The mean share kept before today's closed doors is just the stated one, in every draw."""
    people = potential(two_peaks(), lost=lost)
    today = people.open_now
    closed = np.repeat(today.reshape(7, -1).any(axis=1), 24) & (today == 0)
    weight = people.customers[:, closed]

    mean = (kept(people, today)[:, closed] * weight).sum(axis=1) / weight.sum(axis=1)

    np.testing.assert_allclose(mean, 1 - people.lost, rtol=1e-9)
    assert kept(people, today)[:, closed].max() <= 1 + 1e-12


@pytest.mark.parametrize("hours", [TODAY, "Mo-We 08:00-12:00; Fr 15:00-21:00", "Mo-Su 09:00-20:00"])
def test_margin_kept_customer_by_customer(hours: str) -> None:
    """Money kept on every day of a week, against the slow road."""
    people = potential(two_peaks(), draws=3, lost=0.3)
    opening = week(hours)
    moved, web = recapture(people).shares(opening)
    worth = people.value[:, None] * people.customers * (1 - opening) * (moved + web)
    slow = kept_by_trying(people)

    by_day = worth.reshape(3, 7, 24).sum(axis=2).mean(axis=0)

    assert by_day == pytest.approx([slow(d, opening.reshape(7, -1)[d]) for d in range(7)])
    assert (web == people.web[:, None]).all()


@pytest.mark.parametrize("minutes", [60, 15])
def test_margin_by_door_is_that_of_the_hours(minutes: int) -> None:
    """Two doors and a closed day, put together, are the week judged as a whole."""
    people = potential(two_peaks(minutes), today="Mo-Fr 10:00-17:00")
    opening = week("Mo-Fr 08:00-21:00; Sa 12:00-13:00", minutes)
    before, after, closed = recapture(people).margin_by_door()
    hour = 60 // minutes

    by_door = sum(before[d, 8 * hour] + after[d, 21 * hour] for d in range(5)) + closed[6]
    by_door += before[5, 12 * hour] + after[5, 13 * hour]
    worth = people.value[:, None] * people.customers * (1 - opening) * kept(people, opening)

    assert by_door == pytest.approx(worth.sum(axis=1).mean())
    assert (before[:, 0] == 0).all() and (after[:, -1] == 0).all()


@pytest.mark.parametrize("minutes", [60, 30])
def test_margin_by_pause_is_that_of_the_hours(minutes: int) -> None:
    """Whatever pause a day has, its customers come to the nearer door: the slow road agrees."""
    people = potential(two_peaks(minutes), lost=0.4)
    periods = 1440 // minutes
    doors = np.arange(8 * 60 // minutes, 20 * 60 // minutes + 1)
    found = recapture(people).margin_by_pause(doors)
    slowly = kept_by_trying(people)
    before, after, _ = recapture(people).margin_by_door()
    for closes, opens in [(1, 2), (2, 5), (3, 9), (4, 6), (1, len(doors) - 2)]:
        open_ = np.ones(periods)
        open_[: doors[0]] = open_[doors[-1] :] = open_[doors[closes] : doors[opens]] = 0
        here = found[3, closes, opens] + before[3, doors[0]] + after[3, doors[-1]]
        assert here == pytest.approx(slowly(3, open_.tolist()))
    assert not found[:, 4, 4].any()
    assert not found[:, 6, 2].any()


@settings(max_examples=60)
@given(
    st.integers(0, 10**6), st.floats(0.05, 0.95), st.integers(0, 23), st.integers(1, 24), st.data()
)
def test_opening_more_never_drives_customers_of_other_hours_away(
    seed: int, lost: float, start: int, length: int, data: st.DataObject
) -> None:
    """One more open hour leaves every other closed hour with at least the share it kept before.

    And what the hour adds is no more than its customers and those whom it newly attracts.
    """
    people = potential(two_peaks(), lost=lost, seed=seed)
    opening = np.zeros((7, 24))
    opening[data.draw(st.integers(0, 6)), start : start + length] = 1
    longer = opening.copy()
    longer[data.draw(st.integers(0, 6)), data.draw(st.integers(0, 23))] = 1
    less, more = kept(people, opening.ravel()), kept(people, longer.ravel())

    assert (more >= less - 1e-12).all()
    assert (more <= 1 + 1e-12).all()
    staying = [
        (people.customers * np.where(open_.ravel() > 0, 1.0, shares)).sum(axis=1)
        for open_, shares in ((opening, less), (longer, more))
    ]
    assert (staying[1] >= staying[0] - 1e-9).all()


def test_who_comes_falls_with_the_distance() -> None:
    """The later the hour the fewer stay, down to those who come on other days."""
    people = potential(two_peaks())
    shares = kept(people, people.open_now)[:, 17:24]  # Monday after 17:00
    sunday = kept(people, people.open_now)[:, 6 * 24 :]

    assert (np.diff(shares, axis=1) < 0).all()
    np.testing.assert_allclose(sunday, (people.web + 0.4375 * people.moved)[:, None] + 0 * sunday)
    assert (shares > sunday[:, :7]).all()


def test_a_week_that_never_opens_keeps_nobody() -> None:
    """With no open hour there is none to move to."""
    people = potential(two_peaks())

    assert kept(people, np.zeros(168)).max() == 0


@pytest.mark.parametrize("today", ["off", "Mo-Su 00:00-24:00"])
def test_without_closed_hours_to_measure_by_the_share_holds_at_the_door(today: str) -> None:
    """A shop that is never or always open today has a nearness of 1."""
    people = potential(two_peaks(), today=today)

    assert recapture(people).nearness == pytest.approx(1.0)


def test_who_cannot_move_does_not() -> None:
    """Shares of nothing stay nothing: all lost, or all on the web."""
    people = potential(two_peaks(), draws=2)
    none, one = np.zeros(2), np.ones(2)
    gone = replace(people, moved=none, web=none, lost=one)
    online = replace(people, moved=none, web=one, lost=none)

    assert kept(gone, people.open_now).max() == 0
    np.testing.assert_allclose(kept(online, people.open_now), 1)
