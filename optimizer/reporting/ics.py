"""Shifts as calendar files (iCalendar, RFC 5545), one for each person."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from optimizer.language import Clock, say, translated
from optimizer.planning.plan import Plan
from optimizer.roster.roster import Roster

_LONGEST_LINE = 75  # bytes, without the line's end (section 3.1)


@dataclass(frozen=True)
class Event:
    """Something from one local minute to another, to stand in a calendar.

    `key` tells it apart from all others and stays when it is written again.
    """

    day: date
    start_minute: int
    end_minute: int
    summary: str
    key: str
    description: str = ""


def shift_events(plan: Plan, monday: date, language: str) -> list[Event]:
    """The shifts of a plan in the week that begins on `monday`, an event for each person needed."""
    return [
        Event(
            monday + timedelta(days=shift.weekday),
            shift.start_minute,
            shift.end_minute,
            translated(say("Shift to be filled"), language),
            f"{shift.weekday} {shift.start_minute} {shift.end_minute} {n} {number}",
            _pause(shift.break_start_minute, shift.break_minutes, language),
        )
        for n, shift in enumerate(plan.shifts)
        for number in range(shift.count)
    ]


def roster_events(
    roster: Roster, person: str, shop: str, language: str, monday: date
) -> list[Event]:
    """One person's shifts; those of a typical week are laid into the week of `monday`."""
    first = roster.first or monday
    return [
        Event(
            first + timedelta(days=work.day),
            work.start_minute,
            work.end_minute,
            f"{shop} ({work.role})" if work.role else shop,
            f"{person} {work.day} {work.start_minute}",
            _pause(work.break_start_minute, work.break_minutes, language),
        )
        for work in roster.assignments
        if work.person == person
    ]


def _pause(start: int | None, minutes: int, language: str) -> str:
    if start is None:
        return ""
    told = say("Break at {when}, {minutes} minutes", when=Clock(start), minutes=minutes)
    return translated(told, language)


def calendar(name: str, events: Iterable[Event], timezone: str, made: datetime) -> str:
    """The text of an `.ics` file, its lines ended as the standard asks for.

    Parameters
    ----------
    timezone
        Clock of the events, like "Europe/Helsinki"; its rules go into the file.
    made
        When it is written; with a time zone.
    """
    zone, events = ZoneInfo(timezone), list(events)
    stamp = made.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//opening-hours//shifts//EN"]
    lines += ["CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"X-WR-CALNAME:{_text(name)}"]
    if events:
        days = [event.day for event in events]
        lines += _timezone(zone, min(days), max(days) + timedelta(days=2))
    for event in events:
        uid = hashlib.sha256(f"{name} {event.day} {event.key}".encode()).hexdigest()[:32]
        lines += ["BEGIN:VEVENT", f"UID:{uid}@opening-hours", f"DTSTAMP:{stamp}"]
        for edge, minute in (("DTSTART", event.start_minute), ("DTEND", event.end_minute)):
            when = datetime.combine(event.day, datetime.min.time()) + timedelta(minutes=minute)
            lines.append(f"{edge};TZID={zone.key}:{when:%Y%m%dT%H%M%S}")
        lines.append(f"SUMMARY:{_text(event.summary)}")
        if event.description:
            lines.append(f"DESCRIPTION:{_text(event.description)}")
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _text(value: str) -> str:
    """A TEXT value (section 3.3.11); other control signs have no place in one."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    escaped = escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(sign for sign in escaped if sign >= " " and sign != "\x7f")


def _folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 bytes, each but the first after a space (section 3.1)."""
    part = ""
    for sign in line:
        if len((part + sign).encode()) > _LONGEST_LINE:
            yield part
            part = " "
        part += sign
    yield part


def _timezone(zone: ZoneInfo, first: date, last: date) -> Iterator[str]:
    """A VTIMEZONE with every change of the clock that matters from `first` to `last`.

    The onsets are written one by one (section 3.6.5 allows it), so that no rule has to be guessed
    from them.
    """
    yield from ("BEGIN:VTIMEZONE", f"TZID:{zone.key}")
    begin = datetime(first.year - 1, first.month, 1, tzinfo=UTC)
    yield from _observance(zone, begin, begin)
    day = begin
    while day.date() <= last:
        after = day + timedelta(days=1)
        if _offset(zone, day) != _offset(zone, after):
            yield from _observance(zone, day, _change(zone, day, after))
        day = after
    yield "END:VTIMEZONE"


def _observance(zone: ZoneInfo, before: datetime, onset: datetime) -> Iterator[str]:
    local, old = onset.astimezone(zone), _offset(zone, before)
    kind = "DAYLIGHT" if local.dst() else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{(onset + old).strftime('%Y%m%dT%H%M%S')}"  # by the clock before the change
    yield f"TZOFFSETFROM:{_signed(old)}"
    yield f"TZOFFSETTO:{_signed(_offset(zone, onset))}"
    yield f"TZNAME:{local.tzname()}"
    yield f"END:{kind}"


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first minute at which the clock differs from `before`."""
    old, low, high = _offset(zone, before), 0, round((after - before).total_seconds() / 60)
    while high - low > 1:
        middle = (low + high) // 2
        same = _offset(zone, before + timedelta(minutes=middle)) == old
        low, high = (middle, high) if same else (low, middle)
    return before + timedelta(minutes=high)


def _signed(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
