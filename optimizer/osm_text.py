"""Reads and writes opening hours in OpenStreetMap's `opening_hours` notation.

Only what can be held exactly is read; everything else is refused with the part that was not
understood. Grammar and meaning: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

import re
from calendar import monthrange
from textwrap import shorten
from typing import NoReturn

from optimizer.errors import CaseError
from optimizer.language import say
from optimizer.opening_rules import EVERY_DAY, WHOLE_DAY, DateRange, Day, Rule, Window, merged
from optimizer.timegrid import MINUTES_PER_DAY, clock

DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LEAP_YEAR = 2000  # stands for every year where the length of February is asked for


# ---------------------------------------------------------------------------------------- writing


def write_rules(rules: tuple[Rule, ...]) -> str:
    """The rules as OSM text, "Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off"."""
    text = ""
    for rule in rules:
        separator = ("," if rule.additive else ";") + " " if text else ""
        text += separator + _write_rule(rule)
    return text or "off"


def _write_rule(rule: Rule) -> str:
    dates = ",".join(_write_dates(dates) for dates in rule.dates)
    whole_day = rule.windows == WHOLE_DAY
    days = _write_days(rule)
    if days == "Mo-Su":
        if rule.is_open and whole_day and not dates:
            return "24/7"
        # The one selector that says nothing is left out where the rule can be read without it.
        days = "" if dates or (whole_day and not rule.is_open) else days
    times = ",".join(_write_window(window) for window in rule.windows)
    if not rule.is_open:
        times = "off" if whole_day else f"{times} off"
    return " ".join(part for part in (dates, days, times) if part)


def _write_days(rule: Rule) -> str:
    names = []
    for start in sorted(rule.weekdays):
        if start - 1 in rule.weekdays:
            continue
        end = start
        while end + 1 in rule.weekdays:
            end += 1
        names.append(DAY_NAMES[start] + (f"-{DAY_NAMES[end]}" if end > start else ""))
    names += [f"{DAY_NAMES[weekday]}[{n}]" for weekday, n in sorted(rule.nth)]
    return ",".join(names + ["PH"] * rule.holidays)


def _write_window(window: Window) -> str:
    start, end = window
    if end > MINUTES_PER_DAY and end - start <= MINUTES_PER_DAY:
        end -= MINUTES_PER_DAY  # 18:00-02:00; past 24 h only "08:00-46:00" says it
    return f"{clock(start)}-{clock(end)}"


def _write_dates(dates: DateRange) -> str:
    year, month, day = dates.first
    last_year, last_month, last_day = dates.last
    if not year and day == 1 and last_day == _month_end(0, last_month):
        first_name, last_name = MONTH_NAMES[month - 1], MONTH_NAMES[last_month - 1]
        return first_name if month == last_month else f"{first_name}-{last_name}"
    first_text, last_text = _write_date(dates.first), _write_date(dates.last)
    if first_text == last_text:
        return first_text
    if (year, month) == (last_year, last_month) and day < last_day:
        return f"{first_text}-{last_day:02d}"
    return f"{first_text}-{last_text}"


def _write_date(day: Day) -> str:
    year, month, day_of_month = day
    return (f"{year} " if year else "") + f"{MONTH_NAMES[month - 1]} {day_of_month:02d}"


def _month_end(year: int, month: int) -> int:
    return monthrange(year or LEAP_YEAR, month)[1]


# ---------------------------------------------------------------------------------------- reading

_TOKEN = re.compile(r'24/7|\d{1,2}:\d{2}|\d+|[^\W\d_]+|"[^"]*"|\|\||\S')
_TIME = re.compile(r"\d{1,2}:\d{2}")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_REMARK = re.compile(r'"[^"]*"')
_DASHES = re.compile("[\u2010-\u2015]")  # word processors turn a hyphen into one of these
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_EXAMPLE = say('Write it like "Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off".')
_NAMES = say("Days are written Mo, Tu, We, Th, Fr, Sa, Su, PH, and months Jan, Feb, Mar ...")
_CURES = {
    "+": say("Give a closing time instead of an open end."),
    "||": say("Leave out this and what follows: it says what may hold outside the opening hours."),
    "unknown": say("Say open or off."),
    "sh": say("School holidays are not known here; write their dates instead."),
    "week": say("Write dates instead of week numbers."),
    "easter": say("Write the date with its year, or PH for all public holidays."),
    **dict.fromkeys(("sunrise", "sunset", "dawn", "dusk"), say("Write a clock time instead.")),
}


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of an OSM text, in its order and as it says them.

    Small slips that leave one meaning only are read (upper and lower case, spaces, full English
    day names, a doubled ";"). A remark in quotes is dropped after "off" and refused elsewhere,
    because there it changes what "open" means.

    Raises
    ------
    CaseError
        Part of the text was not understood, or its meaning could not be held exactly.
    """
    try:
        return _Reader(text).rules()
    except CaseError as error:
        here = say("opening hours '{text}'", text=shorten(text, 120))
        raise CaseError(error.what, where=here, cure=error.cure) from None


class _Reader:
    """Walks once over the tokens of a text; each method reads what it is named after."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(_DASHES.sub("-", text))
        self.at = 0

    @property
    def next(self) -> str:
        return self.tokens[self.at].lower() if self.at < len(self.tokens) else ""

    def skip(self, token: str) -> bool:
        found = self.next == token
        self.at += found
        return found

    def refuse(self, what: str = "was not understood", cure: str = "") -> NoReturn:
        part = f'"{self.tokens[self.at]}"' if self.next else say("the end")
        if _REMARK.fullmatch(self.next):
            part = say("the remark {tokens}", tokens=self.tokens[self.at])
            cure = say("Leave it out, or write times or off instead of it.")
        elif self.next.isalpha() and _weekday(self.next) is None and not _month(self.next):
            cure = cure or _CURES.get(self.next, _NAMES)
        raise CaseError(f"{part} {what}", cure=cure or _CURES.get(self.next, _EXAMPLE))

    def rules(self) -> tuple[Rule, ...]:
        rules: list[Rule] = []
        additive = False
        while self.next:
            if self.skip(";"):
                additive = False
                continue
            start = self.at
            rule = self.rule(additive)
            end, self.at = self.at, start
            if rules and rule.is_open and not additive and _TIME.fullmatch(self.next):
                self.refuse(
                    say('after ";" would replace all hours before it'),
                    say('Write "," before it to add these hours, or name the days they are for.'),
                )
            if _night_is_disputed(rule, rules):
                self.refuse(
                    say(
                        'after ";" begins hours past midnight, which run into days of earlier rules'
                    ),
                    say('Write "," instead of ";" so that the night goes on, or end it at 24:00.'),
                )
            self.at = end
            rules.append(rule)
            additive = self.skip(",")
            if not additive and self.next not in ("", ";"):
                self.refuse()
        if not rules:
            raise CaseError(say("nothing is written"), cure=_EXAMPLE)
        return tuple(rules)

    def rule(self, additive: bool) -> Rule:
        if self.skip("24/7"):
            return Rule(WHOLE_DAY, additive=additive)
        dates = self.dates()
        self.skip(":")
        weekdays, nth, holidays = self.days()
        self.skip(":")
        windows = self.windows()
        is_open = not (self.skip("off") or self.skip("closed"))
        if not is_open and _REMARK.fullmatch(self.next):
            self.at += 1
        elif is_open and not self.skip("open") and not windows:
            if self.next not in ("", ";", ","):
                self.refuse()
            self.refuse(
                say("comes where times were expected"), say("Write times or off after the days.")
            )
        if not (weekdays or nth or holidays):
            weekdays = EVERY_DAY
        holidays = holidays and weekdays != EVERY_DAY  # Mo-Su has every holiday in it
        return Rule(windows or WHOLE_DAY, weekdays, holidays, nth, dates, is_open, additive)

    def dates(self) -> tuple[DateRange, ...]:
        if not (_YEAR.fullmatch(self.next) or _month(self.next)):
            return ()
        ranges = [self.date_range()]
        while self.skip(","):
            ranges.append(self.date_range())
        return tuple(ranges)

    def date_range(self) -> DateRange:
        first = last = self.date()
        if self.skip("-"):
            if first[2] and self.next.isdecimal() and not _YEAR.fullmatch(self.next):
                last = (*first[:2], self.day_of_month(first[0], first[1]))
            else:
                last = self.date()
        if [part > 0 for part in first] != [part > 0 for part in last]:
            self.refuse(
                say("follows a range of dates with two unlike ends"),
                say(
                    'Write both ends alike: "Aug 03-Aug 21", "2026 Aug 03-2026 Aug 21", "Jun-Aug".'
                ),
            )
        last_month = last[1] or 12
        last_day = last[2] or _month_end(last[0], last_month)
        return DateRange((first[0], first[1] or 1, first[2] or 1), (last[0], last_month, last_day))

    def date(self) -> Day:
        """Year, month and day; 0 stands for what is not written."""
        year = month = day = 0
        if _YEAR.fullmatch(self.next):
            year = int(self.next)
            self.at += 1
        if _month(self.next):
            month = _month(self.next)
            self.at += 1
            if self.next.isdecimal() and not _YEAR.fullmatch(self.next):
                day = self.day_of_month(year, month)
        if not (year or month):
            self.refuse()
        return year, month, day

    def day_of_month(self, year: int, month: int) -> int:
        day = int(self.next)
        if not 1 <= day <= _month_end(year, month):
            self.refuse(f"is not a day of {MONTH_NAMES[month - 1]}")
        self.at += 1
        return day

    def days(self) -> tuple[frozenset[int], frozenset[tuple[int, int]], bool]:
        weekdays: set[int] = set()
        nth: set[tuple[int, int]] = set()
        holidays = False
        more = self.next == "ph" or _weekday(self.next) is not None
        while more:
            if self.skip("ph"):
                holidays = True
            else:
                first = self.weekday()
                if self.skip("["):
                    nth |= {(first, n) for n in self.places()}
                else:
                    last = self.weekday() if self.skip("-") else first
                    weekdays |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
            more = self.skip(",")
        return frozenset(weekdays), frozenset(nth), holidays

    def weekday(self) -> int:
        weekday = _weekday(self.next)
        if weekday is None:
            self.refuse()
        self.at += 1
        return weekday

    def places(self) -> list[int]:
        """Places in the month, "1,3]" or "-1]" (the last)."""
        places: list[int] = []
        while not places or self.skip(","):
            sign = -1 if self.skip("-") else 1
            if self.next not in ("1", "2", "3", "4", "5"):
                self.refuse()
            places.append(sign * int(self.next))
            self.at += 1
        if not self.skip("]"):
            self.refuse()
        return places

    def windows(self) -> tuple[Window, ...]:
        windows: list[Window] = []
        more = bool(_TIME.fullmatch(self.next))
        while more:
            start = self.time(MINUTES_PER_DAY - 1)
            if not self.skip("-"):
                self.refuse(say("comes where a closing time was expected"))
            end = self.time(2 * MINUTES_PER_DAY)
            windows.append((start, end if end > start else end + MINUTES_PER_DAY))
            after_comma = self.tokens[self.at + 1 : self.at + 2] if self.next == "," else []
            more = any(_TIME.fullmatch(token) for token in after_comma)
            self.at += more
        return merged(windows)

    def time(self, latest: int) -> int:
        if not _TIME.fullmatch(self.next):
            self.refuse()
        hours, minutes = map(int, self.next.split(":"))
        if minutes > 59 or hours * 60 + minutes > latest:
            self.refuse(say("is not a time of day"))
        self.at += 1
        return hours * 60 + minutes


def _night_is_disputed(rule: Rule, earlier: list[Rule]) -> bool:
    """Whether a rule after ";" runs into the night of a day that only earlier rules describe.

    Programs differ there: opening_hours.js lets the night go on, opening-hours-rs ends it at
    midnight. Asked of the weekdays alone, so a rule with dates or holidays is taken for any day.
    """
    if rule.additive or not (rule.is_open and rule.past_midnight):
        return False
    runs_into = _days_after(rule.weekdays) - rule.weekdays if rule.is_weekly else EVERY_DAY
    for other in earlier:
        days = EVERY_DAY if other.holidays else other.weekdays | {day for day, _ in other.nth}
        if runs_into & (days | _days_after(days) if other.past_midnight else days):
            return True
    return False


def _days_after(weekdays: frozenset[int]) -> frozenset[int]:
    return frozenset((day + 1) % 7 for day in weekdays)


def _weekday(word: str) -> int | None:
    """0 = Monday for "mo", "mon", ... "monday"; None for anything else."""
    days = [n for n, name in enumerate(_FULL_DAYS) if len(word) >= 2 and name.startswith(word)]
    return days[0] if days else None


def _month(word: str) -> int:
    """1 = January for "jan", ... "january"; 0 for anything else."""
    months = [
        n for n, name in enumerate(_FULL_MONTHS, 1) if len(word) >= 3 and name.startswith(word)
    ]
    return months[0] if months else 0
