"""Local days cut into equal periods, the clock, and public holidays.

A shop lives by the clock on its wall, so every count is kept by local day and period of that day.
A day of 23 or 25 hours then needs no special case: `real_hours` says how much real time each
period of each day holds (0 where the clock jumped over it, twice as much where it was repeated).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays as holiday_calendars
import numpy as np

from optimizer.errors import CaseError
from optimizer.language import say

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MINUTES_PER_DAY = 1440


def clock(minutes: int) -> str:
    """Minutes after midnight as local clock text: 1020 is "17:00"; past midnight, "26:00"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def parse_clock(text: str) -> int:
    """Clock text to minutes after midnight: "17", "17:00", "17.30", "9:05"; at most "24:00".

    Raises
    ------
    CaseError
        The text is not a time between 00:00 and 24:00.
    """
    hours, _, minutes = text.strip().replace(".", ":").partition(":")
    if hours.isdecimal() and (minutes or "0").isdecimal():
        total = int(hours) * 60 + int(minutes or "0")
        if int(minutes or "0") < 60 and total <= MINUTES_PER_DAY:
            return total
    raise CaseError(
        say('"{text}" is not a time of day', text=text), cure=say('Write it like "17:00".')
    )


def parse_date(text: str) -> date:
    """An ISO date.

    Raises
    ------
    CaseError
        The text is not a date like 2026-05-04.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CaseError(
            say('"{text}" is not a date', text=text), cure=say('Write it like "2026-05-04".')
        ) from None


@dataclass(frozen=True)
class TimeGrid:
    """The shop's clock: its time zone and the length of one period.

    Periods of a week are counted from Monday 00:00 and numbered 0..W-1; period w belongs to
    weekday `w // periods_per_day`.
    """

    timezone: str = "Europe/Helsinki"
    period_minutes: int = 30

    def __post_init__(self) -> None:
        if self.period_minutes not in (15, 30, 60):
            raise CaseError(
                say("a period of {minutes} minutes does not fit", minutes=self.period_minutes),
                where="period_minutes",
                cure=say("Choose 15, 30 or 60."),
            )
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise CaseError(
                say('"{timezone}" is not a time zone', timezone=self.timezone),
                where="timezone",
                cure=say('Write it like "Europe/Helsinki".'),
            ) from None

    @property
    def periods_per_day(self) -> int:
        """Number of periods from midnight to midnight by the clock."""
        return MINUTES_PER_DAY // self.period_minutes

    @property
    def periods_per_week(self) -> int:
        """Number of periods from Monday 00:00 to Sunday 24:00, W."""
        return 7 * self.periods_per_day

    @property
    def period_hours(self) -> float:
        """Length of one period in hours."""
        return self.period_minutes / 60

    def start_of(self, period_of_week: int) -> str:
        """Local clock at which a period of the week begins, "17:00"."""
        return clock(period_of_week % self.periods_per_day * self.period_minutes)

    def weekday_of(self, period_of_week: int) -> int:
        """Weekday of a period of the week, 0 = Monday."""
        return period_of_week // self.periods_per_day

    def share_between(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Share of each period that lies between two clock times of its weekday, shape (7, P).

        Parameters
        ----------
        starts, ends
            Minutes of the day, shape (7,); an end before its start leaves the day out.
        """
        begin = np.arange(self.periods_per_day) * self.period_minutes
        overlap = np.minimum(begin + self.period_minutes, ends[:, None]) - np.maximum(
            begin, starts[:, None]
        )
        return np.clip(overlap / self.period_minutes, 0, 1)

    def real_hours(self, first: date, days: int) -> np.ndarray:
        """Real time in each local period, in hours, shape (days, periods per day).

        Everywhere the period length, except on the days on which the clock is changed: a period
        that the clock skips holds 0 hours, one that it repeats holds twice its length.
        """
        hours = np.full((days, self.periods_per_day), self.period_hours)
        zone = ZoneInfo(self.timezone)
        for day in range(days):
            here = first + timedelta(days=day)
            start, end = (_utc(here + timedelta(days=k), zone) for k in (0, 1))
            if end - start == timedelta(days=1):
                continue
            hours[day] = 0.0
            minutes = int((end - start).total_seconds() // 60)
            for minute in range(0, minutes, 15):
                local = (start + timedelta(minutes=minute)).astimezone(zone)
                hours[day, (local.hour * 60 + local.minute) // self.period_minutes] += 0.25
        return hours


def _utc(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=64)
def public_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    """Public holidays of one year with their English names; {} for an unnamed country.

    Raises
    ------
    CaseError
        The country or its subdivision is not known.
    """
    if not country:
        return {}
    try:
        found = holiday_calendars.country_holidays(
            country, subdiv=subdivision or None, years=year, language="en_US"
        )
    except NotImplementedError:
        raise CaseError(
            say(
                'no calendar of public holidays for "{country}"',
                country=f"{country} {subdivision}".strip(),
            ),
            where="country",
            cure=say('Write the country as two letters, like "FI".'),
        ) from None
    return dict(found)


def holiday_mask(country: str, subdivision: str, first: date, days: int) -> np.ndarray:
    """Which of the days from `first` on are public holidays, bool of shape (days,)."""
    dates = [first + timedelta(days=day) for day in range(days)]
    return np.array([d in public_holidays(country, subdivision, d.year) for d in dates], dtype=bool)
