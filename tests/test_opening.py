"""Opening hours: reading, writing and evaluating, held against opening-hours-rs and naive loops."""

import csv
import re
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import opening_hours as osm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import CaseError
from optimizer.opening import DatedHours, HoursCalendar, OpeningHours
from optimizer.opening_rules import DateRange, Rule
from optimizer.timegrid import TimeGrid

MONDAY = date(2026, 3, 2)  # a week without public holidays


def minutes_by_oracle(text: str, first: date, days: int) -> np.ndarray:
    """Open minutes by opening-hours-rs with German public holidays, bool (days, 1440)."""
    minutes = np.zeros(days * 1440, dtype=bool)
    midnight = datetime.combine(first, time())
    spans = osm.OpeningHours(text, country="DE").intervals(midnight, midnight + timedelta(days))
    for start, end, state, _ in spans:
        assert state != osm.State.UNKNOWN
        if state == osm.State.OPEN:
            begin, stop = ((t - midnight) // timedelta(minutes=1) for t in (start, end))
            minutes[begin:stop] = True
    return minutes.reshape(days, 1440)


def minutes_by_rules(rules: tuple[Rule, ...], first: date, holidays: list[bool]) -> np.ndarray:
    """Open minutes one by one, as the notation is defined; `holidays` begin the day before."""
    minutes = np.zeros((len(holidays) - 1, 1440), dtype=bool)
    for (n, minute), _ in np.ndenumerate(minutes):
        day = first + timedelta(days=n)
        is_open = False
        for rule in rules:
            covers = rule.covers(day, holidays[n + 1])
            from_before = rule.covers(day - timedelta(days=1), holidays[n])
            inside = any(
                (covers and start <= minute < end) or (from_before and start <= minute + 1440 < end)
                for start, end in rule.windows
            )
            if covers and rule.is_open and not rule.additive:
                is_open = inside
            elif inside:
                is_open = rule.is_open
        minutes[n, minute] = is_open
    return minutes


def open_minutes(hours: OpeningHours, first: date, holidays: list[bool]) -> np.ndarray:
    """Our minutes of the days after the first of `holidays`, which begin the day before."""
    start = first - timedelta(days=1)
    return HoursCalendar(hours).open_minutes(start, len(holidays), np.array(holidays))[1:]


# ------------------------------------------------------------------------- reading and writing


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Mo 9:00-12:00;Tu 9:00-12:00;Su,PH closed", "Mo-Tu 09:00-12:00; PH off"),
        ("mo - fr 10:00 – 17:00 ;; sat 10:00-15:00;", "Mo-Fr 10:00-17:00; Sa 10:00-15:00"),
        ("Mo-Fr 07:00-21:00, Sa 08:00-17:00", "Mo-Fr 07:00-21:00; Sa 08:00-17:00"),
        ("Mo, We 10:00-12:00, 13:00-15:00", "Mo,We 10:00-12:00,13:00-15:00"),
        ("10:00-12:00,11:00-13:00", "Mo-Su 10:00-13:00"),
        ("Mo-Fr 10:00-18:00; 12:00-12:30 off", "Mo-Fr 10:00-12:00,12:30-18:00"),
        ("18:00-26:00", "Mo-Su 18:00-02:00"),
        ("Su-Th 18:00-02:00, Fr 18:00-04:00", "Mo-Th,Su 18:00-02:00, Fr 18:00-04:00"),
        ("Mo-Tu 18:00-02:00; We 18:00-23:00", "Mo 18:00-02:00, Tu 18:00-24:00, We 18:00-23:00"),
        ("Mo-Sa 18:00-02:00; Su,PH off", "Mo-Fr 18:00-02:00, Sa 18:00-24:00; PH off"),
        ("Mo 08:00-46:00", "Mo 08:00-46:00"),
        ("Mo-Su,PH 00:00-24:00", "24/7"),
        ("24/7; PH off", "24/7; PH off"),
        ("Mo off", "off"),
        ("PH off", "PH off"),
        (
            'Mo 10:00-18:00; 2026 Aug 03-2026 Aug 21 off "on leave"',
            "Mo 10:00-18:00; 2026 Aug 03-21 off",
        ),
        ("Mo 10:00-18:00; Dec 24,Dec 31: 10:00-14:00", "Mo 10:00-18:00; Dec 24,Dec 31 10:00-14:00"),
        ("Oct-Mar: Mo 10:00-16:00; Sept: 10:00-18:00", "Oct-Mar Mo 10:00-16:00; Sep 10:00-18:00"),
        (
            "Dec 28-Jan 06 off; 2026: Su[1,-1] open",
            "Dec 28-Jan 06 off; 2026 Jan 01-2026 Dec 31 Su[-1],Su[1] 00:00-24:00",
        ),
    ],
)
def test_text_is_written_back_in_its_shortest_form(text: str, canonical: str) -> None:
    """Every way to write the same hours is written back in one form, which reads as itself."""
    hours = OpeningHours.parse(text)
    assert str(hours) == canonical
    assert OpeningHours.parse(canonical) == hours


def test_equal_hours_are_equal_however_they_were_written() -> None:
    """Hours are values: they compare and hash by their rules."""
    first = OpeningHours.parse("Mo-Sa 10:00-18:00; Su,PH off")
    second = OpeningHours.parse("Sa 10:00-18:00, Mo-Fr 10:00-18:00; PH closed")
    assert first == second
    assert len({first, second, OpeningHours.parse("Mo-Sa 10:00-18:00")}) == 2


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "nothing is written"),
        ("Mo-Sa 18:00+", '"+"'),
        ("Mo-Sa 11:00-18:00+", "open end"),
        ("Mi-Fr 10:00-12:00", '"Mi"'),
        ('Mo-Fr 10:00-18:00 "members"', 'the remark "members"'),
        ("nach Vereinbarung", '"nach"'),
        ('Mo 10:00-12:00 || "by appointment"', '"||"'),
        ("Mo 10:00-12:00 unknown", '"unknown"'),
        ("SH off", "School holidays"),
        ("week 3 Mo 10:00-12:00", "dates instead of week numbers"),
        ("easter off", "the date with its year"),
        ("Mo sunrise-20:00", "clock time"),
        ("PH -1 day off", '"-"'),
        ("Mo-Fr", "times or off"),
        ("Mo-Fr 8-18", '"8"'),
        ("Mo-Fr 10:00", "closing time was expected"),
        ("Mo-Fr 10:00-12:00 13:00-15:00", '"13:00"'),
        ("Mo 25:00-26:00", '"25:00" is not a time'),
        ("Mo 10:00-12:61", '"12:61"'),
        ("Feb 30 off", '"30" is not a day of Feb'),
        ("2026 Aug 3-Aug 5 off", "both ends alike"),
        ("2026 Aug 9-2026 Aug 2 off", "ends before it begins"),
        ("Su[6] 10:00-12:00", '"6"'),
        # Programs differ on these two, and people seldom mean what the notation says.
        ("Mo-Fr 11:00-14:00; 17:00-22:00", '"17:00" after ";" would replace'),
        ("Su-Th 11:00-01:00; Fr-Sa 11:00-03:00", '"Fr" after ";" begins hours past midnight'),
    ],
)
def test_what_cannot_be_held_is_refused_with_the_part_and_a_cure(text: str, part: str) -> None:
    """The message names the part that was not understood and says what to do."""
    with pytest.raises(CaseError, match=part.replace("+", r"\+").replace("||", r"\|\|")) as error:
        OpeningHours.parse(text)
    assert error.value.cure
    assert text in str(error.value)


# Slips that people make and we read, but opening-hours-rs refuses or, in a list of days with blanks
# after its commas ("Mo, We 10:00-12:00"), reads as rules of their own ("Mo" open all day).
# Nobody who writes that means it, and days without times are refused anyway, so the list is the
# one meaning left. The oracle is given the text without the slip.
SLIPS = [
    (r"[‐-―]", "-"),
    (r"\s+", " "),
    (r" ?- ?", "-"),
    (r"(?i)\b(mo|tu|we|th|fr|sa|su)[a-z]*\b", lambda found: found[1].capitalize()),
    (r"(?i)\bph(?=\b|\d)", "PH"),
    (r"\bSept\b", "Sep"),
    (r"(?<=Mo|Tu|We|Th|Fr|Sa|Su|PH), (?=[A-Z])", ","),
    (r"(?<=:\d\d),(?=[A-Z])", ", "),
    (r"(?<=[a-zH])(?=\d)", " "),
    (r"(?<=Mo|Tu|We|Th|Fr|Sa|Su): ", " "),
    (r"( ?; ?)+", "; "),
    (r"; $", ""),
]


def without_slips(text: str) -> str:
    quoted = re.split(r'("[^"]*")', text)
    for slip, cure in SLIPS:
        quoted[::2] = [re.sub(slip, cure, part) for part in quoted[::2]]
    return "".join(quoted)


def test_real_texts_are_read_exactly_or_refused(shared_data: Path) -> None:
    """Of 5,108 real hours at least nine in ten are read, none differently from the oracle."""
    with open(shared_data / "osm_munich_opening_hours" / "distinct_values.csv") as file:
        texts = {row["opening_hours"]: int(row["n"]) for row in csv.DictReader(file)}
    # Weeks in every season, with Christmas, Easter, Whitsun and the dates at which hours change.
    weeks = [
        (date(2025, 8, 1), 8),
        (date(2025, 10, 27), 8),
        (date(2025, 12, 22), 17),
        (date(2026, 2, 27), 5),
        (date(2026, 3, 29), 10),
        (date(2026, 5, 24), 9),
    ]
    read = 0
    wrong = []
    holidays = [minutes_by_oracle("PH open", first, days).any(axis=1) for first, days in weeks]
    assert sum(map(sum, holidays)) >= 6
    for text, shops in texts.items():
        try:
            hours = OpeningHours.parse(text)
        except CaseError:
            continue
        read += shops
        for (first, days), free in zip(weeks, holidays, strict=True):
            ours = open_minutes(hours, first, [False, *free])
            for theirs in {without_slips(text), str(hours)}:
                if not np.array_equal(ours, minutes_by_oracle(theirs, first, days)):
                    wrong.append((text, theirs, first))
    assert not wrong
    assert sum(texts.values()) == 5108
    assert read >= 0.91 * 5108


# ---------------------------------------------------------------------------------- evaluating

QUARTERS = st.integers(0, 95).map(lambda n: 15 * n)


@st.composite
def windows(draw: st.DrawFn, longest: int = 1440) -> tuple[tuple[int, int], ...]:
    """Up to two windows of a day, the last perhaps past midnight."""
    cuts = sorted(draw(st.sets(QUARTERS, max_size=4)))
    if len(cuts) % 2:
        cuts.append(cuts[-1] + draw(st.integers(1, longest // 15)) * 15)
    return tuple(zip(cuts[::2], cuts[1::2], strict=True))


@st.composite
def dates(draw: st.DrawFn) -> DateRange:
    """A range of dates in early March, of every year or of 2026."""
    year = draw(st.sampled_from([0, 2026]))
    first, last = sorted(draw(st.tuples(st.integers(1, 9), st.integers(1, 9))))
    return DateRange((year, 3, first), (year, 3, last))


@st.composite
def hours(draw: st.DrawFn) -> OpeningHours:
    """A random week with rules for holidays, dates and n-th weekdays behind it."""
    week = OpeningHours.daily(draw(st.lists(windows(), min_size=7, max_size=7)))
    special = st.builds(
        Rule,
        windows(longest=15).filter(bool),
        weekdays=st.frozensets(st.integers(0, 6), min_size=1),
        holidays=st.booleans(),
        nth=st.frozensets(st.tuples(st.integers(0, 6), st.sampled_from([-1, 1, 2])), max_size=1),
        dates=st.lists(dates(), max_size=2).map(tuple),
        is_open=st.booleans(),
        additive=st.booleans(),
    )
    # After ";" a special rule past midnight would be refused (its night is disputed).
    rules = [r for r in draw(st.lists(special, max_size=3)) if r.additive or not r.past_midnight]
    return OpeningHours(week.rules + tuple(rules))


@settings(max_examples=150)
@given(hours())
def test_written_hours_mean_the_same_to_us_and_to_the_oracle(written: OpeningHours) -> None:
    """Hours -> text -> hours keeps every open minute, and the oracle reads the same from it."""
    no_holidays = [False] * 11
    minutes = open_minutes(written, MONDAY, no_holidays)
    read = OpeningHours.parse(str(written))
    np.testing.assert_array_equal(open_minutes(read, MONDAY, no_holidays), minutes)
    np.testing.assert_array_equal(minutes_by_oracle(str(written), MONDAY, 10), minutes)
    assert OpeningHours.parse(str(read)) == read


@settings(max_examples=25)
@given(hours(), st.lists(st.booleans(), min_size=4, max_size=4))
def test_open_minutes_follow_the_rules_one_by_one(drawn: OpeningHours, free: list[bool]) -> None:
    """Evaluating by kinds of days gives what every minute by itself gives."""
    expected = minutes_by_rules(drawn.rules, MONDAY, free)
    np.testing.assert_array_equal(open_minutes(drawn, MONDAY, free), expected)


@given(hours())
def test_windows_of_a_week_are_its_open_minutes(drawn: OpeningHours) -> None:
    """The windows of seven days, run over midnight, cover exactly the open minutes of the week."""
    grid = TimeGrid(period_minutes=15)
    week = np.zeros(7 * 1440, dtype=bool)
    for weekday in range(7):
        for start, end in drawn.windows(weekday):
            week[np.arange(1440 * weekday + start, 1440 * weekday + end) % (7 * 1440)] = True
    share = drawn.week_share(grid)
    np.testing.assert_array_equal(share, week.reshape(-1, 15).mean(axis=1))
    assert drawn.weekly_hours == pytest.approx(week.sum() / 60)
    assert OpeningHours.from_week(share == 1, grid).week_share(grid).tolist() == share.tolist()


def test_open_share_counts_parts_of_a_period_and_the_night_before() -> None:
    """A period open for part of its length has that share; Sunday night reaches into Monday."""
    drawn = OpeningHours.parse("Mo 10:10-10:30, Su 22:00-01:15")
    share = drawn.open_share(TimeGrid(period_minutes=30), MONDAY, 2, np.zeros(2, dtype=bool))
    expected = np.zeros((2, 48))
    expected[0, [0, 1, 2, 20]] = [1, 1, 0.5, 20 / 30]
    np.testing.assert_allclose(share, expected)
    np.testing.assert_allclose(drawn.week_share(TimeGrid())[:48], expected[0])


def test_holidays_and_dates_have_their_own_windows() -> None:
    """A day's windows follow its date and whether it is a holiday; the ordinary week does not."""
    drawn = OpeningHours.parse(
        "Mo-Fr 10:00-18:00; PH off; Dec 24 10:00-13:00; Jul-Aug Fr off; Su[-1] 12:00-16:00"
    )
    assert drawn.windows_on(date(2026, 12, 23), holiday=False) == ((600, 1080),)
    assert drawn.windows_on(date(2026, 12, 23), holiday=True) == ()
    assert drawn.windows_on(date(2026, 12, 24), holiday=True) == ((600, 780),)
    assert drawn.windows_on(date(2026, 7, 3), holiday=False) == ()
    assert drawn.windows_on(date(2026, 3, 22), holiday=False) == ()
    assert drawn.windows_on(date(2026, 3, 29), holiday=False) == ((720, 960),)
    assert drawn.windows(4) == ((600, 1080),)
    assert drawn.windows(6) == ()
    assert drawn.weekly_hours == 40


def test_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    """A window past midnight ends after 24:00 of its day, and does not start the next day."""
    drawn = OpeningHours.parse("Fr 12:00-14:00,20:00-04:00, Sa 10:00-12:00")
    assert drawn.windows(4) == ((720, 840), (1200, 1680))
    assert drawn.windows(5) == ((600, 720),)
    assert (drawn.opening_minute(4), drawn.closing_minute(4)) == (720, 1680)
    assert (drawn.opening_minute(6), drawn.closing_minute(6)) == (None, None)


def test_a_rule_replaces_the_calendar_day_with_its_small_hours() -> None:
    """As the notation has it, "PH off" ends the evening before a holiday at midnight."""
    drawn = OpeningHours.parse("Mo-Su 18:00-02:00; PH off")
    minutes = open_minutes(drawn, MONDAY, [False, False, True, False])
    assert minutes.sum(axis=1).tolist() == [8 * 60, 0, 8 * 60]


@pytest.mark.parametrize(
    ("spans", "text"),
    [
        ([(0, 0)], "off"),
        ([(0, 168)], "24/7"),
        ([(10, 18), (34, 42)], "Mo-Tu 10:00-18:00"),
        ([(20, 26)], "Mo 20:00-02:00"),
        ([(20, 44)], "Mo 20:00-20:00"),
        ([(20, 50)], "Mo 20:00-24:00; Tu 00:00-24:00; We 00:00-02:00"),
        ([(0, 2), (164, 168)], "Su 20:00-02:00"),
        ([(0, 24)], "Mo 00:00-24:00"),
    ],
)
def test_a_run_of_open_periods_becomes_a_window(spans: list[tuple[int, int]], text: str) -> None:
    """Runs of up to a day are one window of the day they start on, longer ones end at midnight."""
    week = np.zeros(168, dtype=bool)
    for start, end in spans:
        week[start:end] = True
    assert str(OpeningHours.from_week(week, TimeGrid(period_minutes=60))) == text


def test_impossible_windows_are_refused() -> None:
    """A window starts on its day and ends after it starts."""
    for window in [(600, 600), (1500, 1600), (600, 2881), (-10, 60)]:
        with pytest.raises(CaseError, match="do not fit into a day"):
            OpeningHours.daily([[window], *[[]] * 6])


# ------------------------------------------------------------------------------------- calendar


def test_each_day_is_open_by_the_hours_that_held_on_it() -> None:
    """The latest history entry that covers a day wins, and days without one have current hours."""
    late, short, current = (
        OpeningHours.parse(f"Mo-Su {t}") for t in ("10:00-22:00", "10:00-12:00", "10:00-18:00")
    )
    calendar = HoursCalendar(
        current,
        (
            DatedHours(date(2026, 3, 4), date(2026, 3, 9), late),
            DatedHours(None, date(2026, 3, 2), short),
            DatedHours(date(2026, 3, 8), date(2026, 3, 8), short, random=True),
            DatedHours(date(2026, 3, 10), None, late),
        ),
    )
    assert calendar.regimes(MONDAY, 10).tolist() == [1, -1, 0, 0, 0, 0, 2, 0, 3, 3]
    share = calendar.open_share(TimeGrid(), MONDAY, 10, np.zeros(10, dtype=bool))
    assert (share.sum(axis=1) / 2).tolist() == [2, 8, 12, 12, 12, 12, 2, 12, 12, 12]


def test_the_last_night_of_a_regime_runs_to_its_end() -> None:
    """New hours begin with their first window and cut no night that began before them."""
    night, day = OpeningHours.parse("Mo-Su 18:00-02:00"), OpeningHours.parse("Mo-Su 10:00-18:00")
    calendar = HoursCalendar(day, (DatedHours(None, date(2026, 3, 3), night),))
    share = calendar.open_share(TimeGrid(period_minutes=60), MONDAY, 3, np.zeros(3, dtype=bool))
    nights = [[hour in (0, 1) or hour >= 18 for hour in range(24)]] * 2
    last = [hour in (0, 1) or 10 <= hour < 18 for hour in range(24)]
    assert share.tolist() == [*nights, last]


@settings(max_examples=20)
@given(
    st.lists(hours(), min_size=3, max_size=3), st.lists(st.integers(0, 5), min_size=4, max_size=4)
)
def test_a_calendar_is_its_hours_day_by_day(drawn: list[OpeningHours], ends: list[int]) -> None:
    """Started windows follow the day's regime, run-over ones the regime of the day before."""
    first_days = [MONDAY + timedelta(days=n) for n in sorted(ends[:2])]
    history = tuple(
        DatedHours(start, start + timedelta(days=length), hours_)
        for start, length, hours_ in zip(first_days, ends[2:], drawn, strict=False)
    )
    calendar = HoursCalendar(drawn[2], history)
    minutes = calendar.open_minutes(MONDAY, 5, np.zeros(5, dtype=bool))

    def holding(day: date) -> OpeningHours:
        covering = [h.hours for h in history if h.first <= day <= h.last]
        return covering[-1] if covering else calendar.current

    for n, (before, here) in enumerate(pairwise(MONDAY + timedelta(days=k) for k in range(-1, 5))):
        evening, today = holding(before), holding(here)
        started, _ = today.minutes(today.covering(here, False), today.covering(before, False))
        _, run_in = evening.minutes(evening.covering(here, False), evening.covering(before, False))
        np.testing.assert_array_equal(minutes[n], started | run_in)


def test_hours_that_end_before_they_begin_are_refused() -> None:
    """An entry of the history needs its dates in order."""
    with pytest.raises(CaseError, match="cannot hold"):
        DatedHours(date(2026, 3, 4), date(2026, 3, 3), OpeningHours())
