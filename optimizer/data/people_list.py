"""People from a table: a list that somebody keeps in a spreadsheet, or the one on a page.

A row is a person. Its cells are text as people write it: "37,5", "Ma-Pe 8-16", "x" for yes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from optimizer.data.files import open_sheet
from optimizer.errors import CaseError, DataError
from optimizer.language import LANGUAGES, Said, say, translated
from optimizer.opening import OpeningHours
from optimizer.people import ALWAYS, NEVER, Employee, Leave, Wish

LABELS = {  # of the columns of a list
    "name": say("Name"),
    "least": say("Hours, at least"),
    "most": say("at most"),
    "available": say("Can work"),
    "fixed": say("Fixed shifts"),
    "wage": say("Wage an hour"),
    "area": say("Wage area"),
    "roles": say("Can do"),
    "keyholder": say("Holds a key"),
    "age": say("Age"),
    "longest_day": say("Hours a day, at most"),
    "leave": say("On leave"),
    "rather_not": say("Would rather not work"),
    "hours": say("Hours by contract"),
}
_CALLED = {  # what they are called in other people's lists
    "name": "employee, person, full name, työntekijä, henkilö, anställd, medarbetare",
    "least": "least, min, minimum, min hours, hours min, tunteja vähintään, vähintään, minst",
    "most": "most, max, maximum, max hours, hours max, tunteja enintään, enintään, högst",
    "hours": "hours, contract hours, hours per week, tunnit, sopimustunnit, timmar, avtalstimmar",
    "available": "available, availability, käytettävissä, tillgänglig, tillgänglighet",
    "fixed": "fixed, fixed shift, vakiovuorot, fasta pass",
    "wage": "wage, pay, hourly wage, hourly pay, palkka, tuntipalkka, lön, timlön",
    "area": "area, alue, palkka-alue, område, löneområde",
    "roles": "role, roles, rooli, roolit, tehtävät, roll, roller, uppgifter",
    "keyholder": "key, keys, keyholder, avain, avaimet, nyckel, nycklar",
    "age": "years, ikä, ålder",
    "longest_day": "longest day, pisin päivä, längsta dag",
    "leave": "leave, away, holiday, holidays, poissa, loma, lomat, frånvaro, ledig, semester",
    "rather_not": "rather not, wish, wishes, toive, toiveet, önskemål",
}
MOST_PEOPLE = 500
_YES = {"yes", "y", "x", "1", "true", "kyllä", "k", "ja", "j"}
_NO = {"", "no", "n", "0", "false", "ei", "e", "nej", "-"}
_WEEKDAYS = {  # Finnish and Swedish days as opening hours write them
    **dict(zip(("ma", "ti", "ke", "to", "pe", "la", "su"),
               ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), strict=True)),
    **{"må": "Mo", "on": "We", "fr": "Fr", "lö": "Sa", "sö": "Su"},
}  # fmt: skip
_SPAN = re.compile(r"(\d{1,2})(?:[.:](\d\d))?\s*[-\N{EN DASH}]\s*(\d{1,2})(?:[.:](\d\d))?")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d{1,2})\.(\d{1,2})\.(\d{4})")


@dataclass(frozen=True)
class PeopleList:
    """The people of a file, the columns that nobody understands, and what is wrong with rows.

    Where anything is wrong, `people` are only those whose rows are right.
    """

    people: tuple[Employee, ...]
    unknown: tuple[str, ...]
    wrong: tuple[Said, ...]


def read_people(name: str, content: bytes, known: Sequence[Employee] = ()) -> PeopleList:
    """Read a list of people: CSV, XLSX and whatever else sales may be given as.

    Parameters
    ----------
    known
        People as they are known: what the list has no column for stays as it was.

    Raises
    ------
    DataError
        It is no table, or none of its columns holds names.
    """
    sheet = open_sheet(name, content, None)
    columns = {place: _column(head) for place, head in enumerate(sheet.header)}
    if "name" not in columns.values():
        raise DataError(
            say("no column holds the names of people"),
            where=name,
            cure=say('Call one of its columns "{name}".', name=LABELS["name"]),
        )
    rows = sheet.read(columns)
    if rows.count > MOST_PEOPLE:
        raise DataError(
            say("{rows} rows are more than a list of people has", rows=rows.count),
            where=name,
            cure=say("Give a list with a row for each person, {most} at most.", most=MOST_PEOPLE),
        )
    before = {person.name: person for person in known}
    people: dict[str, Employee] = {}
    wrong: list[Said] = []
    for row in rows.ragged:
        wrong.append(say("Row {row} has more or fewer cells than the others.", row=row))
    for index in range(rows.count):
        cells = {
            column: (rows.columns[place][index].as_py() or "").strip()
            for place, column in columns.items()
            if column
        }
        if not any(cells.values()):
            continue
        who, row = cells["name"], rows.number(index)
        try:
            if who in people:
                raise CaseError(say("this name stands in an earlier row, too"))
            people[who] = person_of(cells, before.get(who))
        except CaseError as error:
            where = say('Row {row} ("{name}")', row=row, name=who)
            wrong.append(CaseError(error.what, where=where, cure=error.cure).said)
    unknown = tuple(sheet.header[place] for place, column in columns.items() if not column)
    return PeopleList(tuple(people.values()), tuple(h for h in unknown if h.strip()), tuple(wrong))


def _column(head: str) -> str:
    """The column that a head names; empty where nobody knows it."""
    return _columns().get(re.sub(r"[\s_]+", " ", head.strip().lower()), "")


@cache
def _columns() -> dict[str, str]:
    """The column of every head that is known, in all languages."""
    found: dict[str, str] = {}
    for column, label in LABELS.items():
        heads = [translated(label, language) for language in LANGUAGES]
        found |= dict.fromkeys(map(str.lower, [*heads, *_CALLED[column].split(", ")]), column)
    return found


def cells_of(person: Employee) -> dict[str, str]:
    """A person as the cells of a table, by column."""
    least, most = map(_number_text, person.contract_hours)
    leave = (
        f"{away.first}" if away.first == away.last else f"{away.first} - {away.last}"
        for away in person.leave
    )  # fmt: skip
    return {
        "name": person.name,
        "least": least,
        "most": most,
        "available": _hours_text(person.available),
        "fixed": _hours_text(person.fixed),
        "wage": _number_text(person.wage),
        "area": person.area,
        "roles": ", ".join(person.roles),
        "keyholder": "yes" if person.keyholder else "",
        "age": _number_text(person.age),
        "longest_day": _number_text(person.longest_day),
        "leave": "; ".join(leave),
        "rather_not": "; ".join(
            str(wish.rather_not) for wish in person.wish if wish.rather_not.rules
        ),
    }


def person_of(cells: Mapping[str, str], known: Employee | None = None) -> Employee:
    """A person from the cells of a table; cells that say what is known change nothing.

    Raises
    ------
    CaseError
        A cell is not understood, or a fact breaks a rule.
    """
    if not cells["name"]:
        raise CaseError(say("the name is missing"))
    person = known or Employee(cells["name"])
    told = cells_of(person)
    facts: dict[str, Any] = {}
    least, most = person.contract_hours
    for column, text in cells.items():
        if known is not None and told.get(column) == text:
            continue
        if column == "hours" and text:
            ends = re.fullmatch(r"(.+?)\s*[-\N{EN DASH}]\s*(.+)", text)
            low, high = ends.groups() if ends else (text, text)
            least, most = _number(column, low, 0.0), _number(column, high, most)
        elif column == "least":
            least = _number(column, text, least if known is None else 0.0)
        elif column == "most":
            most = _number(column, text, most)
        elif column != "hours":
            facts |= _fact(column, text, person)
    facts["contract_hours"] = least, most
    if least > most:
        what = say("at least {least} hours are more than at most {most}", least=f"{least:g}",
                   most=f"{most:g}")  # fmt: skip
        raise CaseError(what)
    try:
        return replace(person, **facts)
    except CaseError as error:
        field = error.where.split(".")[-1].replace("contract_hours", "hours")
        what = say("{column}: {what}", column=LABELS.get(field, field), what=error.what)
        raise CaseError(what, cure=error.cure) from None


def _fact(column: str, text: str, person: Employee) -> dict[str, Any]:
    """The field that a cell states."""
    if column in ("name", "area"):
        return {column: text}
    if column == "available":
        return {column: _hours(column, text) if text else ALWAYS}
    if column == "fixed":
        return {column: _hours(column, text) if text else NEVER}
    if column in ("wage", "longest_day"):
        return {column: _number(column, text, None)}
    if column == "age":
        age = _number(column, text, None)
        return {column: None if age is None else int(age)}
    if column == "roles":
        return {column: tuple(filter(None, (role.strip() for role in re.split("[,;/]", text))))}
    if column == "keyholder":
        if text.lower() not in _YES | _NO:
            raise _unclear(column, text, say('Write "yes" or leave it empty.'))
        return {column: text.lower() in _YES}
    if column == "leave":
        return {column: tuple(_leave(span) for span in text.split(";") if span.strip())}
    kept = tuple(wish for wish in person.wish if not wish.rather_not.rules)
    wish = (Wish(_hours(column, text)),) if text else ()
    return {"wish": (*wish, *kept)}


def _number(column: str, text: str, otherwise: Any) -> Any:
    """A number with a decimal point or comma; something else where nothing is written."""
    plain = re.sub(r"[\s\N{NO-BREAK SPACE}€]|(?<=\d)\s*(h|t|eur)\b\.?", "", text.lower())
    if not plain:
        return otherwise
    try:
        return float(plain.replace(",", "."))
    except ValueError:
        raise _unclear(column, text, say('Write a number, like "37.5".')) from None


def _hours(column: str, text: str) -> OpeningHours:
    """Hours as OpenStreetMap writes them, or with Finnish or Swedish days and "8-16"."""
    try:
        return OpeningHours.parse(text)
    except CaseError:
        pass
    words = re.sub(r"[^\W\d_]+", lambda m: _WEEKDAYS.get(m[0].lower()[:2], m[0]), text)
    spans = _SPAN.sub(lambda m: "{}:{}-{}:{}".format(*(part or "00" for part in m.groups())), words)
    try:
        return OpeningHours.parse(spans)
    except CaseError:
        cure = say('Write it like "{hours}".', hours="Mo-Fr 08:00-16:00; Sa 10:00-15:00")
        raise _unclear(column, text, cure) from None


def _leave(text: str) -> Leave:
    """One day, or the first and the last of some."""
    found = [match.groups() for match in _DATE.finditer(text)]
    rest = _DATE.sub("", text).replace("00:00:00", "").strip(" -.\N{EN DASH}")
    cure = say('Write it like "{dates}".', dates="2026-12-21 - 2026-12-27; 2027-01-05")
    if not 1 <= len(found) <= 2 or rest:
        raise _unclear("leave", text, cure)
    try:
        days = [date(*map(int, d[:3] if d[0] else d[:2:-1])) for d in found]
    except ValueError:
        raise _unclear("leave", text, cure) from None
    return Leave(days[0], days[-1])


def _unclear(column: str, text: str, cure: Said) -> CaseError:
    what = say('{column}: "{text}" is not understood', column=LABELS[column], text=text)
    return CaseError(what, cure=cure)


def _hours_text(hours: OpeningHours) -> str:
    return str(hours) if hours.rules else ""


def _number_text(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
