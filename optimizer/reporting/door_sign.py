"""The sign on the door: an A4 page to print, in three languages at once."""

from collections.abc import Sequence

import holidays
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from optimizer.case import Case
from optimizer.language import Clock, Day, Said, Weekday, said, say, translated, written
from optimizer.opening import Window
from optimizer.reporting.hours_markup import Listing, SpecialDay, days_alike
from optimizer.reporting.paper import INK, LINE, SOFT
from optimizer.reporting.pdf import BOLD, PLAIN, blank, fitting
from optimizer.reporting.plots import ACCENT

LANGUAGES = ("fi", "sv", "en")
_HOLIDAY_NAMES = {"fi": "fi", "sv": "sv_FI", "en": "en_US"}  # languages of the calendar
_MOST_SPECIAL = 6
_WIDTH, _HEIGHT = A4
_SIDE = 62.0
_RIGHT = _WIDTH - _SIDE


def door_sign(case: Case, shop: Listing, languages: Sequence[str] = LANGUAGES) -> bytes:
    """The PDF of the sign: the week, days alike together, and the special days that come next.

    Hours are written once, in the first of the languages: everybody can read them.
    """
    title = shop.name or translated(say("Your shop"), languages[0])
    canvas, content = blank(title, languages[0])
    canvas.setFillColor(HexColor(ACCENT))
    canvas.rect(0, _HEIGHT - 16, _WIDTH, 16, stroke=0, fill=1)
    y = _HEIGHT - 108
    size = _shrunk(title, 40)
    _line(canvas, _SIDE, y, fitting(title, BOLD, size, _RIGHT - _SIDE), size, bold=True)
    y -= 30
    _line(canvas, _SIDE, y, _three(say("Opening hours"), languages), 14, colour=SOFT)
    y -= 30
    groups = days_alike(shop.hours)
    step = min(74.0, 415 / len(groups))
    for days, windows in groups:
        y = _day(canvas, y, step, days, windows, languages)
    if shop.special:
        y -= 22
        _line(canvas, _SIDE, y, _three(say("Special days"), languages), 12, bold=True)
        special = shop.special[:_MOST_SPECIAL]
        step = min(36.0, (y - 40) / len(special))
        for day in special:
            y -= step
            _special(canvas, y, case, day, languages)
    canvas.showPage()
    canvas.save()
    return content.getvalue()


def _day(
    canvas: Canvas,
    top: float,
    step: float,
    days: tuple[int, int],
    windows: Sequence[Window],
    languages: Sequence[str],
) -> float:
    """A line for weekdays alike: their name large, in the other languages small, their hours."""
    canvas.setStrokeColor(HexColor(LINE))
    canvas.setLineWidth(0.8)
    canvas.line(_SIDE, top, _RIGHT, top)
    large = min(30.0, step * 0.44)
    y = top - step * 0.48
    first, *others = (_weekdays(days, language) for language in languages)
    _line(canvas, _SIDE, y, first, large, bold=True)
    rest = "   ".join(others)
    _line(canvas, _SIDE, y - large * 0.62, rest, large * 0.4, colour=SOFT)
    if windows:
        hours = "  ".join(_window(window, languages[0]) for window in windows)
        _line(canvas, _RIGHT, y, hours, large, bold=True, right=True, colour=ACCENT)
    else:
        closed = [translated(say("closed"), language) for language in languages]
        _line(canvas, _RIGHT, y, closed[0], large, right=True, colour=SOFT)
        _line(canvas, _RIGHT, y - large * 0.62, "   ".join(closed[1:]), large * 0.4,
              right=True, colour=SOFT)  # fmt: skip
    return top - step


def _special(
    canvas: Canvas, y: float, case: Case, day: SpecialDay, languages: Sequence[str]
) -> None:
    """A special day: when, which holiday in all languages, and its hours."""
    when = said("{day} {date}", day=Weekday(day.date.weekday()), date=Day(day.date))
    _line(canvas, _SIDE, y, translated(when, languages[0]), 11.5, bold=True)
    names = dict.fromkeys(_holiday(case, day, language) for language in languages)
    hours = "  ".join(_window(window, languages[0]) for window in day.windows)
    hours = hours or _three(say("closed"), languages)
    _line(canvas, _RIGHT, y, hours, 11.5, right=True, colour=ACCENT if day.windows else SOFT)
    text = fitting(" / ".join(filter(None, names)), PLAIN, 9, _RIGHT - _SIDE)
    _line(canvas, _SIDE, y - 13, text, 9, colour=SOFT)


def _holiday(case: Case, day: SpecialDay, language: str) -> str:
    """The name of a public holiday in a language, or in the country's own where it has none."""
    if not day.holiday:
        return ""
    names = holidays.country_holidays(
        case.country, subdiv=case.subdivision or None, years=day.date.year,
        language=_HOLIDAY_NAMES[language],
    )  # fmt: skip
    return str(names.get(day.date, day.holiday))


def _weekdays(days: tuple[int, int], language: str) -> str:
    first, last = days
    if first == last:
        return _capital(written(Weekday(first, "wide"), language))
    both = said("{first}\N{EN DASH}{last}", first=Weekday(first), last=Weekday(last))
    return _capital(translated(both, language))


def _window(window: Window, language: str) -> str:
    start, end = (written(Clock(minute), language) for minute in window)
    return f"{start}\N{EN DASH}{end}"


def _three(text: Said, languages: Sequence[str]) -> str:
    return "  /  ".join(dict.fromkeys(translated(text, language) for language in languages))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shrunk(text: str, size: float) -> float:
    """The size at which a title fits, down to half."""
    while size > 20 and fitting(text, BOLD, size, _RIGHT - _SIDE) != text:
        size -= 1
    return size


def _line(
    canvas: Canvas, x: float, y: float, text: str, size: float, *,
    bold: bool = False, right: bool = False, colour: str = INK,
) -> None:  # fmt: skip
    canvas.setFont(BOLD if bold else PLAIN, size)
    canvas.setFillColor(HexColor(colour))
    (canvas.drawRightString if right else canvas.drawString)(x, y, text)
