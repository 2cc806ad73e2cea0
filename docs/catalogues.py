"""Brings the catalogues of sentences up to date: `make locale`.

Collects every template from the code, and every fact and source of the rule packs, and leaves in
each `optimizer/locale/<language>.po` an entry for it; what is new has no translation yet.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "optimizer" / "locale"
LANGUAGES = ("fi", "sv")
KEYWORDS = {"say": None, "say_n": (1, 2), "t": None}

Template = str | tuple[str, str]  # for one and for several, where the words follow a number


def templates() -> Iterator[tuple[str, Template]]:
    """Every template with the file that it stands in."""
    for path in [ROOT / "app.py", *sorted((ROOT / "optimizer").rglob("*.py"))]:
        name = path.relative_to(ROOT).as_posix()
        for _, message, *_ in extract_from_file("python", path, keywords=KEYWORDS):
            yield name, message
    for path in sorted((ROOT / "optimizer").rglob("rulepacks/*.toml")):
        name = path.relative_to(ROOT).as_posix()
        for text in _says(tomllib.loads(path.read_text(encoding="utf-8"))):
            yield name, text.replace("{", "{{").replace("}", "}}")


def _says(part: object) -> Iterator[str]:
    """What the facts of a rule pack say, and what their sources are called."""
    if isinstance(part, dict):
        if isinstance(part.get("says"), str):
            yield part["says"]
        yield from part.get("sources", {}).values()
        for inner in part.values():
            yield from _says(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _says(inner)


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands."""
    file = LOCALE / f"{language}.po"
    if not file.is_file():
        return Catalog(locale=language)
    with file.open("rb") as lines:
        return read_po(lines, locale=language)


def main() -> None:
    """Rewrite the catalogues; translations of templates that are gone are dropped."""
    for language in LANGUAGES:
        old, new = read(language), Catalog(locale=language)
        for name, template in templates():
            known = old.get(template if isinstance(template, str) else template[0])
            new.add(template, known.string if known else None, locations=[(name, 0)])
        missing = sum(1 for entry in new if entry.id and not any(texts(entry.string)))
        with (LOCALE / f"{language}.po").open("wb") as out:
            write_po(out, new, width=100, omit_header=True, include_lineno=False,
                     sort_by_file=True, ignore_obsolete=True)  # fmt: skip
        print(f"{language}: {len(new)} templates, {missing} without a translation")


def texts(translation: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """The forms of a translation: one, or as many as the language has."""
    if isinstance(translation, tuple):
        return translation
    return (translation or "",)


if __name__ == "__main__":
    main()
