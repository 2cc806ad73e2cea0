"""Opening hours for machines: schema.org JSON-LD, OpenStreetMap text, Google Business Profile rows.

All three say the same: the ordinary week, and the days of the coming year that differ from it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.opening import HoursCalendar, OpeningHours, Window
from optimizer.opening_rules import DateRange, Rule
from optimizer.timegrid import MINUTES_PER_DAY, clock, holiday_mask, public_holidays

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_YEAR = 365
_SPECIAL_DAYS = 14  # in a row, at most: what lasts longer is a season and not a special day


@dataclass(frozen=True)
class SpecialDay:
    """A day whose hours are not those of its weekday; no windows = closed.

    `holiday` is the English name of the public holiday it is, or empty.
    """

    date: date
    windows: tuple[Window, ...]
    holiday: str = ""


@dataclass(frozen=True)
class Listing:
    """What the world should know of one shop: its ordinary week and its special days.

    `code` is the store code under which the shop stands in a Business Profile.
    """

    name: str
    hours: OpeningHours
    special: tuple[SpecialDay, ...] = ()
    code: str = ""


def listing(case: Case, hours: OpeningHours, first: date, days: int = _YEAR) -> Listing:
    """What to publish when `hours` shall hold, with the special days from `first` on."""
    found = []
    mask = holiday_mask(case.country, case.subdivision, first, days + 1)
    minutes = HoursCalendar(hours).open_minutes(first, days + 1, mask)
    for n, day in enumerate(first + timedelta(days=n) for n in range(days)):
        holiday = public_holidays(case.country, case.subdivision, day.year).get(day, "")
        windows = _cut(hours.windows_on(day, holiday=bool(holiday)), minutes[n + 1])
        if windows != hours.windows(day.weekday()):
            found.append(SpecialDay(day, windows, holiday))
    return Listing(case.name, hours, tuple(found), case.store)


def _cut(windows: tuple[Window, ...], next_day: np.ndarray) -> tuple[Window, ...]:
    """Windows of a day whose night ends when a public holiday cuts it off.

    `next_day` are the open minutes of the day after it, bool of shape (1440,).
    """
    if not windows or windows[-1][1] <= MINUTES_PER_DAY:
        return windows
    start, end = windows[-1]
    closed = np.flatnonzero(~next_day[: end - MINUTES_PER_DAY])
    return (*windows[:-1], (start, MINUTES_PER_DAY + int(closed[0]))) if len(closed) else windows


def with_special_days(hours: OpeningHours, today: OpeningHours | None) -> OpeningHours:
    """A proposed week, with what today's hours say of public holidays and of single days.

    A plan knows only the ordinary week. What today's hours say of whole seasons is left out: the
    plan takes their place.
    """
    rules = () if today is None else tuple(filter(_is_special, today.rules))
    return replace(hours, rules=hours.rules + rules)


def _is_special(rule: Rule) -> bool:
    if rule.dates:
        return all(_length(dates) <= _SPECIAL_DAYS for dates in rule.dates)
    return rule.holidays and not rule.weekdays


def _length(dates: DateRange) -> int:
    """Days in a range; one without a year is measured from a leap year on."""
    (year, *first), (to_year, *last) = dates.first, dates.last
    start, end = date(year or 2024, *first), date(to_year or 2024, *last)
    return ((end if end >= start else end.replace(year=2025)) - start).days + 1


def days_alike(hours: OpeningHours) -> list[tuple[tuple[int, int], tuple[Window, ...]]]:
    """First and last of the weekdays that follow each other with the same windows."""
    groups: list[tuple[tuple[int, int], tuple[Window, ...]]] = []
    for weekday in range(7):
        windows = hours.windows(weekday)
        if groups and groups[-1][1] == windows:
            groups[-1] = ((groups[-1][0][0], weekday), windows)
        else:
            groups.append(((weekday, weekday), windows))
    return groups


def json_ld(shop: Listing) -> str:
    """Hours as schema.org's `LocalBusiness`, to stand in a web page's `application/ld+json`.

    A day without hours is left out of the week; a special day on which the shop stays closed has
    opens = closes = 00:00, as Google's guide to structured data asks for. Hours past midnight have
    closes before opens.
    """
    by_windows: dict[tuple[Window, ...], list[str]] = {}
    for weekday, name in enumerate(DAYS):
        by_windows.setdefault(shop.hours.windows(weekday), []).append(name)
    week = [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": names} | _opens(window)
        for windows, names in by_windows.items()
        for window in windows
    ]
    special = [
        {
            "@type": "OpeningHoursSpecification",
            "validFrom": day.date.isoformat(),
            "validThrough": day.date.isoformat(),
        }
        | _opens(window)
        for day in shop.special
        for window in day.windows or ((0, 0),)
    ]
    told: dict[str, Any] = {"@context": "https://schema.org", "@type": "LocalBusiness"}
    told |= {"name": shop.name, "openingHoursSpecification": week}
    if special:
        told["specialOpeningHoursSpecification"] = special
    text = json.dumps(told, ensure_ascii=False, indent=2)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _opens(window: Window) -> dict[str, str]:
    start, end = window
    if end - start == MINUTES_PER_DAY:
        return {"opens": "00:00", "closes": "23:59"}
    return {"opens": clock(start), "closes": clock(end % MINUTES_PER_DAY)}


def osm_text(shop: Listing) -> str:
    """The value of OpenStreetMap's `opening_hours`: rules, so that special days need no dates."""
    return str(shop.hours)


def google_rows(shops: Iterable[Listing]) -> list[dict[str, str]]:
    """A row per shop for the bulk upload of Google Business Profile, its columns as Google's.

    A closed day is an "x"; columns that are not there leave what the profile says as it is.
    """
    return [_google_row(shop) for shop in shops]


def _google_row(shop: Listing) -> dict[str, str]:
    row = {"Store code": shop.code or shop.name, "Business name": shop.name}
    for weekday in (6, 0, 1, 2, 3, 4, 5):  # their week begins on Sunday
        windows = shop.hours.windows(weekday)
        row[f"{DAYS[weekday]} hours"] = ", ".join(map(_span, windows)) or "x"
    row["Special hours"] = ", ".join(
        f"{day.date}: {hours}"
        for day in shop.special
        for hours in [_span(window) for window in day.windows] or ["x"]
    )
    return row


def _span(window: Window) -> str:
    start, end = window
    late = end if end <= MINUTES_PER_DAY else end - MINUTES_PER_DAY
    return f"{clock(start)}-{clock(late)}"
