"""Reading a case and changing a copy of it.

A case is a folder with `case.toml` beside its data files, or the data files alone. TOML, a row of
`stores.csv`, a form and a what-if all name fields the same way: `economics.wage = 15.91`.
"""

import json
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from optimizer.case import Case, DataFile
from optimizer.errors import CaseError
from optimizer.language import Listed, said, say
from optimizer.opening import DatedHours, OpeningHours
from optimizer.store_list import read_stores


def with_changes(case: Case, changes: Mapping[str, Any]) -> Case:
    """A what-if: a copy of the case with some fields changed.

    Parameters
    ----------
    changes
        Dotted field to value, as in case.toml: `{"economics.wage": 15.91}`.

    Raises
    ------
    CaseError
        A field does not exist or a value breaks a rule.
    """
    for path, value in changes.items():
        case = _changed(case, path.split("."), value, path)
    return case


def _changed(facts: Any, path: list[str], value: Any, where: str) -> Any:
    hint = _hint(type(facts), path[0], where)
    if path[1:]:
        new = _changed(getattr(facts, path[0]), path[1:], value, where)
    else:
        new = _convert(value, hint, where)
    return replace(facts, **{path[0]: new})


def read_case(path: str | Path) -> Case:
    """Read a case folder (or its case.toml), with `stores.csv` where the folder is a chain.

    Raises
    ------
    CaseError
        Something in case.toml or stores.csv is missing, misspelt or out of range.
    """
    path = Path(path)
    file = path / "case.toml" if path.is_dir() else path
    if not file.is_file():
        raise CaseError(
            say("no case.toml here"),
            where=str(path),
            cure=say("Give a folder with a case.toml, or the data files themselves."),
        )
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(say("not valid TOML: {error}", error=str(error)), where=file.name) from None
    stores = file.parent / "stores.csv"
    case = case_from_table(table, folder=file.parent)
    if not stores.is_file():
        return case
    return replace(case, stores=read_stores(stores.read_bytes(), stores.name))


def case_from_table(table: Mapping[str, Any], folder: Path | None = None) -> Case:
    """A case from the nested tables of a case.toml."""
    return replace(_convert(dict(table), Case, ""), folder=folder)


def case_from_files(files: list[DataFile], changes: Mapping[str, Any] | None = None) -> Case:
    """A case straight from data files; what nobody states is inferred or assumed, and said."""
    name = Path(files[0].file).stem if files else ""
    return with_changes(Case(name=name, data=tuple(files)), changes or {})


def case_text(case: Case) -> str:
    """The case as the text of a case.toml: what differs from the defaults, and nothing else.

    Stores of a chain have a file of their own, and uploaded bytes are named but not written.
    """
    return "\n".join(["version = 1", *_toml(case, "")]) + "\n"


def for_store(case: Case, store: str, inferred: OpeningHours | None = None) -> Case:
    """The facts of one store of a chain: the common ones with what `stores.csv` changes.

    `inferred` are the opening hours that its till tells; they stand in where none are stated.
    """
    try:
        own = replace(with_changes(case, dict(dict(case.stores).get(store, ()))), store=store)
    except CaseError as error:
        where = said("{store}, {field}", store=store, field=error.where)
        raise CaseError(error.what, where=where, cure=error.cure) from None
    if own.hours.current is None and inferred is not None:
        own = with_changes(own, {"hours.current": inferred})
    return own


def _hint(kind: type, name: str, where: str) -> Any:
    """The declared type of a field, or the error that names the nearest field there is."""
    known = [f.name for f in fields(kind)] if is_dataclass(kind) else []  # a number has no parts
    if name not in known:
        near = get_close_matches(name, known, 1)
        cure = (
            say('Did you mean "{near}"?', near=near[0])
            if near
            else say("Known here: {known}.", known=Listed(known, "comma"))
        )
        raise CaseError(say('there is no field "{name}"', name=name), where=where, cure=cure)
    return _types_of(kind)[name]


@cache
def _types_of(kind: type) -> dict[str, Any]:
    """Declared types of a class's fields; a chain asks for them thousands of times."""
    return typing.get_type_hints(kind)


def _convert(value: Any, hint: Any, where: str) -> Any:
    """A TOML, CSV or form value as the declared type of its field."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        a_word = str in inner and str(value).isalpha()  # in place of a number: "strict", "off"
        return value if value is None or a_word else _convert(value, inner[0], where)
    if isinstance(hint, type) and isinstance(value, hint) and origin is None:
        return value
    if isinstance(value, Mapping):
        if origin is tuple:  # a table kept as pairs: columns = { time = "Date" }
            return tuple((str(k), str(v)) for k, v in value.items())
        if is_dataclass(hint):
            return _build(hint, value, where)
    if origin is tuple and isinstance(value, list | tuple):
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_convert(v, inner[0], where) for v in value)
        if len(value) == len(inner):
            return tuple(_convert(v, h, where) for v, h in zip(value, inner, strict=True))
        raise CaseError(
            say("needs {wanted} values, not {given}", wanted=len(inner), given=len(value)),
            where=where,
        )
    if hint is OpeningHours and isinstance(value, str):
        try:
            return OpeningHours.parse(value)
        except CaseError as error:
            raise CaseError(error.what, where=where, cure=error.cure) from None
    try:
        if hint is float and not isinstance(value, bool):
            return float(value)
        if hint is int and float(value) == int(float(value)) and not isinstance(value, bool):
            return int(float(value))
        if hint is bool and str(value).lower() in ("true", "false"):
            return str(value).lower() == "true"
        if hint is date:
            return date.fromisoformat(str(value))
    except (TypeError, ValueError, OverflowError):
        pass
    wanted = _TYPES.get(getattr(hint, "__name__", ""), str(hint))
    raise CaseError(say('"{value}" is not a {wanted}', value=value, wanted=wanted), where=where)


_TYPES = {
    "str": say("text"),
    "int": say("whole number"),
    "float": say("number"),
    "bool": say("true or false"),
    "date": say("date"),
    "OpeningHours": say("text of opening hours"),
}
_UNWRITTEN = {"version", "folder", "content", "stores"}


def _toml(facts: Any, path: str) -> list[str]:
    """Lines of TOML for one table: plain values first, as TOML wants it, then tables within."""
    words = {name: word for word, name in _RENAMED.items()} if type(facts) is DatedHours else {}
    lines, tables = [], []
    for field in fields(facts):
        value = getattr(facts, field.name)
        if field.name in _UNWRITTEN or value is None or value == field.default:
            continue
        name = words.get(field.name, field.name)
        inner = f"{path}.{name}" if path else name
        if field.name == "columns":  # pairs that stand in the file as a table
            tables += ["", f"[{inner}]", *(f"{role} = {_plain(to)}" for role, to in value)]
        elif is_dataclass(value) and not isinstance(value, OpeningHours):
            tables += ["", f"[{inner}]", *_toml(value, inner)]
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            for item in value:
                tables += ["", f"[[{inner}]]", *_toml(item, inner)]
        else:
            lines.append(f"{name} = {_plain(value)}")
    return lines + tables


def _plain(value: Any) -> str:
    """One value as TOML; its strings are written as those of JSON are."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")


_RENAMED = {"from": "first", "until": "last"}  # words that Python or our own names cannot take


def _build(kind: Any, table: Mapping[str, Any], where: str) -> Any:
    values = {}
    for key, value in table.items():
        name = _RENAMED.get(key, key) if kind is DatedHours else key
        place = f"{where}.{key}" if where else key
        values[name] = _convert(value, _hint(kind, name, place), place)
    missing = [
        f.name
        for f in fields(kind)
        if f.default is MISSING and f.default_factory is MISSING and f.name not in values
    ]
    if missing:
        raise CaseError(say('"{field}" is missing', field=missing[0]), where=where)
    return kind(**values)
