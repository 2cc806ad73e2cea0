"""Sentences that can be said in another language after they were made.

Rooms below the app make their sentences in English with `say`, and keep in them the template and
the values they were made of. Whoever shows them asks `translated` for a language; so an answer may
be kept, sent from a child process or printed as JSON, and no room needs to know who reads it.

Catalogues stand in `locale/<language>.po`, the template in English being the key. A test fails on
every template that a catalogue lacks.
"""

import gettext
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

from babel.dates import format_date, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_decimal_symbol, get_group_symbol

LANGUAGES = {"en": "English", "fi": "Suomi", "sv": "Svenska"}
LOCALE = Path(__file__).parent / "locale"
_AND_OR = {"en": (" and ", " or "), "fi": (" ja ", " tai "), "sv": (" och ", " eller ")}
_FORMATS = {"en": "en_GB", "fi": "fi_FI", "sv": "sv_FI"}  # where numbers and dates look


class Said(str):
    """English text that remembers how it was made.

    Cutting or joining it with `+` gives an ordinary string, which no catalogue knows: put texts
    together with `say` and `Listed` instead.
    """

    template: str
    several: str  # template for other numbers than one, or ""
    values: dict[str, Any]

    def __new__(cls, template: str, several: str = "", **values: Any) -> Self:
        """English text of a template and its values."""
        made = super().__new__(cls, _filled(template, several, values, "en"))
        made.template, made.several, made.values = template, several, values
        return made

    def __reduce__(self) -> tuple:  # an answer may come from another process
        return _again, (self.template, self.several, self.values)


def _again(template: str, several: str, values: dict[str, Any]) -> Said:
    return Said(template, several, **values)


def say(template: str, **values: Any) -> Said:
    """A sentence: `say("Closing at {when} costs {much} a week", when=Clock(1020), much=...)`.

    Values may be texts, what `say` made, numbers (shown as they are) or one of the kinds below,
    which are written in the habits of each language.
    """
    return Said(template, **values)


def said(frame: str = "{value}", **values: Any) -> Said:
    """Values with nothing but signs around them, which no language changes."""
    return Said(frame, **values)


def say_n(one: str, several: str, n: int, **values: Any) -> Said:
    """A sentence whose words follow a number, which both templates may show as `{n}`."""
    return Said(one, several, n=n, **values)


def translated(text: str, language: str) -> str:
    """A text in a language: what `say` made with its values, any other as the catalogue has it."""
    if isinstance(text, Said):
        return _filled(text.template, text.several, text.values, language)
    return _catalogue(language).gettext(text) if text else ""


def _filled(one: str, several: str, values: dict[str, Any], language: str) -> str:
    catalogue = _catalogue(language)
    found = catalogue.ngettext(one, several, values["n"]) if several else catalogue.gettext(one)
    return found.format(**{name: written(value, language) for name, value in values.items()})


def written(value: Any, language: str) -> str:
    """A value of a sentence in the habits of a language."""
    if isinstance(value, Said):
        return translated(value, language)
    return value.written(language) if isinstance(value, _Written) else str(value)


def number_signs(language: str) -> tuple[str, str]:
    """The decimal sign and the sign between thousands."""
    locale = _FORMATS[language]
    return get_decimal_symbol(locale), get_group_symbol(locale)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    file = LOCALE / f"{language}.po"
    if not file.is_file():  # English needs none
        return gettext.NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _day_names(width: Any, locale: str) -> dict[int, str]:
    return dict(get_day_names(width, "stand-alone", locale))


@runtime_checkable
class _Written(Protocol):
    def written(self, language: str) -> str: ...


@dataclass(frozen=True)
class Number:
    """A number with so many decimals; thousands are set apart as the language does."""

    value: float
    digits: int = 0

    def written(self, language: str) -> str:
        """As one writes it in a language."""
        pattern = "#,##0" + (f".{'0' * self.digits}" if self.digits else "")
        number = round(self.value, self.digits) + 0.0  # no minus before nothing
        return format_decimal(number, pattern, locale=_FORMATS[language])


@dataclass(frozen=True)
class Exact:
    """A number with no more decimals than it needs, six digits at most: 37.5 or 160."""

    value: float

    def written(self, language: str) -> str:
        """As one writes it in a language."""
        decimals = f"{self.value:.6g}".partition(".")[2]
        return Number(self.value, len(decimals) if decimals.isdigit() else 0).written(language)


@dataclass(frozen=True)
class About:
    """A number as one says it: two or three leading digits."""

    value: float

    @property
    def rounded(self) -> float:
        """The number that is said."""
        size = abs(self.value)
        step = 1 if size < 100 else 10 if size < 2000 else 100 if size < 20000 else 1000
        return round(self.value / step) * step + 0.0

    def written(self, language: str) -> str:
        """As one writes it in a language."""
        return Number(self.rounded).written(language)


@dataclass(frozen=True)
class Percent:
    """A share as a percentage."""

    share: float
    digits: int = 0

    def written(self, language: str) -> str:
        """As one writes it in a language: Finnish and Swedish set the sign apart."""
        number = Number(100 * self.share, self.digits).written(language)
        return f"{number}%" if language == "en" else f"{number}\N{NO-BREAK SPACE}%"


@dataclass(frozen=True)
class Money:
    """An amount to the cent, or to the unit with `digits` 0."""

    amount: float
    currency: str
    digits: int = 2

    def written(self, language: str) -> str:
        """As one writes it in a language."""
        if language == "en":
            return f"{Number(self.amount, self.digits).written(language)} {self.currency}"
        amount = round(self.amount, self.digits) + 0.0
        pattern = "#,##0" + (f".{'0' * self.digits}" if self.digits else "") + "\xa0¤"
        locale = _FORMATS[language]
        return format_currency(amount, self.currency, pattern, locale, currency_digits=False)


@dataclass(frozen=True)
class Unit:
    """What a figure counts, a currency's code or "customers", alone in a sentence."""

    name: str

    def written(self, language: str) -> str:
        """Its sign or word in a language."""
        if language != "en" and len(self.name) == 3 and self.name.isupper():
            return "€" if self.name == "EUR" else self.name
        return translated(self.name, language)


@dataclass(frozen=True)
class Clock:
    """A time of day, in minutes after midnight; past midnight it starts again."""

    minute: int

    def written(self, language: str) -> str:
        """08:30, or 8.30 in Finnish and Finland's Swedish."""
        hour, minute = divmod(self.minute, 60)
        shown = 24 if hour == 24 and not minute else hour % 24
        return f"{shown:02d}:{minute:02d}" if language == "en" else f"{shown}.{minute:02d}"


@dataclass(frozen=True)
class Weekday:
    """A day of the week, 0 = Monday."""

    day: int
    width: str = "abbreviated"  # or "wide"

    def written(self, language: str) -> str:
        """Mon or Monday, ma or maanantai, mån or måndag."""
        width: Any = self.width
        return _day_names(width, _FORMATS[language])[self.day].rstrip(".")


@dataclass(frozen=True)
class Day:
    """A date; `width` "long" names the month."""

    date: date
    width: str = "short"  # or "long"

    def written(self, language: str) -> str:
        """2026-05-04 in English, 4.5.2026 in Finnish and Swedish of Finland; 4 May 2026."""
        if self.width == "long":
            return format_date(self.date, "long", _FORMATS[language])
        if language == "en":
            return self.date.isoformat()
        return format_date(self.date, "d.M.y", _FORMATS[language])


@dataclass(frozen=True)
class Capital:
    """A text that begins a sentence."""

    text: str

    def written(self, language: str) -> str:
        """The text in a language, its first letter a capital."""
        found = translated(self.text, language)
        return found[:1].upper() + found[1:]


@dataclass(frozen=True)
class Listed:
    """Several texts or values in a row: "a, b and c".

    `style` "or" gives another word, "comma" and "semicolon" give none.
    """

    items: Iterable[Any]
    style: str = "standard"

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))

    def written(self, language: str) -> str:
        """Its items in a language."""
        words = [written(item, language) for item in self.items]
        if self.style in ("comma", "semicolon"):
            return (", " if self.style == "comma" else "; ").join(words)
        if len(words) < 2:
            return "".join(words)
        return _AND_OR[language][self.style == "or"].join([", ".join(words[:-1]), words[-1]])
