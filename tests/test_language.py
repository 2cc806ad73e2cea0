"""Every sentence is there in every language: in the catalogues, in the code, and on the screen."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import available_timezones

import pytest
from streamlit.testing.v1 import AppTest

import optimizer as opt
from optimizer import language
from optimizer.errors import DataError
from optimizer.language import (
    About,
    Capital,
    Clock,
    Day,
    Exact,
    Listed,
    Money,
    Number,
    Percent,
    Unit,
    Weekday,
    say,
    say_n,
    translated,
)
from test_app import DATA, PAGES, ROOT
from test_chain_page import till as tills

sys.path.insert(0, str(ROOT / "docs"))

import catalogues

PLACE = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
LETTER = re.compile(r"[^\W\d_]")

# What stands on the screen as it is: names of the sample, and what no language changes.
NAMES = re.compile(
    r"English|Suomi|Svenska|Old Town Gifts|City help desk|Shop \d|"
    r"(case\.toml|till\.csv|street\.csv|web\.csv)|"
    r"timestamp|receipt|amount|transactions|orders|count|revenue|passersby|"
    r"Mo-Fr [\w :;-]+|\bFI\b"
)
CHOICES = {  # of what all languages write alike
    *(person.name for person in opt.read_case(ROOT / "sample_data" / "old_town_gifts").employee),
    *("EUR", "SEK", "NOK", "DKK", "GBP", "CHF", "PLN", "CZK", "USD", "CAD", "AUD"),
    *available_timezones(),
}


# --- the catalogues -------------------------------------------------------------------------------


def lacking(templates: set[catalogues.Template], catalogue: Any) -> list[str]:
    """What a catalogue does wrong or not at all, a line each."""
    found = []
    for template in templates:
        one, *several = (template,) if isinstance(template, str) else template
        entry = catalogue.get(one)
        texts = [] if entry is None else catalogues.texts(entry.string)
        if len(texts) != 1 + len(several) or not all(texts) or entry.fuzzy:
            found.append(f"not translated: {one}")
        elif {*PLACE.findall("".join(texts))} != {*PLACE.findall("".join([one, *several]))}:
            found.append(f"other values: {one}")
    return found


@pytest.mark.parametrize("wanted", catalogues.LANGUAGES)
def test_every_template_is_translated(wanted: str) -> None:
    """Each template of the code has its translation, with the same values in it."""
    templates = {template for _, template in catalogues.templates()}
    assert len(templates) > 500
    assert not lacking(templates, catalogues.read(wanted))


@pytest.mark.parametrize("wanted", catalogues.LANGUAGES)
def test_a_translation_that_goes_missing_is_noticed(wanted: str) -> None:
    """Without one translation, with a fuzzy one, or with another value the check above fails."""
    templates = {template for _, template in catalogues.templates()}
    before = len(lacking(templates, catalogues.read(wanted)))
    template = "Closing at {when} costs you about {much} a week ({range})."
    for spoil in ("delete", "empty", "fuzzy", "value"):
        catalogue = catalogues.read(wanted)
        if spoil == "delete":
            catalogue.delete(template)
        elif spoil == "empty":
            catalogue.get(template).string = ""
        elif spoil == "fuzzy":
            catalogue.get(template).flags.add("fuzzy")
        else:
            catalogue.get(template).string = "{when} {much}"
        assert len(lacking(templates, catalogue)) == before + 1, spoil


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "english", "finnish", "swedish"),
    [
        (Number(1234.5, 1), "1,234.5", "1 234,5", "1 234,5"),
        (About(2345), "2,300", "2 300", "2 300"),
        (About(-0.2), "0", "0", "0"),
        (Exact(37.5), "37.5", "37,5", "37,5"),
        (Exact(160.0), "160", "160", "160"),
        (Percent(0.61), "61%", "61 %", "61 %"),
        (Money(1234.5, "EUR"), "1,234.50 EUR", "1 234,50 €", "1 234,50 €"),
        (Money(1234.5, "NOK", 0), "1,234 NOK", "1 234 NOK", "1 234 Nkr"),
        (Unit("EUR"), "EUR", "€", "€"),
        (Clock(17 * 60), "17:00", "17.00", "17.00"),
        (Clock(8 * 60 + 30), "08:30", "8.30", "8.30"),
        (Clock(24 * 60), "24:00", "24.00", "24.00"),
        (Weekday(3), "Thu", "to", "tors"),
        (Weekday(3, "wide"), "Thursday", "torstai", "torsdag"),
        (Day(date(2026, 5, 4)), "2026-05-04", "4.5.2026", "4.5.2026"),
        (Day(date(2026, 5, 4), "long"), "4 May 2026", "4. toukokuuta 2026", "4 maj 2026"),
        (Listed(["a", "b", "c"]), "a, b and c", "a, b ja c", "a, b och c"),
        (Listed(["a", "b"], "or"), "a or b", "a tai b", "a eller b"),
        (Listed(["a"]), "a", "a", "a"),
        (Capital(say("own till")), "Own till", "Oma kassa", "Egen kassa"),
    ],
)
def test_values_follow_the_language(value: Any, english: str, finnish: str, swedish: str) -> None:
    """Numbers, money, dates and lists look as people of that language write them."""
    told = [value.written(known).replace("\xa0", " ") for known in ("en", "fi", "sv")]
    assert told == [english, finnish, swedish]


def test_a_sentence_may_be_told_again() -> None:
    """What was said in English is said in Finnish afterwards, with the values' own habits."""
    said = say("Closing time on {days}", days=Listed([Weekday(0), Weekday(4)], "comma"))
    assert said == "Closing time on Mon, Fri"
    assert translated(said, "fi") == "Sulkemisaika: ma, pe"
    size = Number(61.5, 1)
    one, many = (
        say_n("{n} file of {size} MB is too much", "{n} files of {size} MB together are too much",
              n, size=size)
        for n in (1, 2)
    )  # fmt: skip
    assert one == "1 file of 61.5 MB is too much"
    assert many == "2 files of 61.5 MB together are too much"
    assert translated(many, "fi") == "2 tiedostoa, yhteensä 61,5 Mt, on liikaa"


def test_errors_speak_every_language() -> None:
    """An error keeps its words and its place, and its English text is that of before."""
    error = DataError(say("the file is empty"), where="a.csv", cure=say("Save it as UTF-8."))
    assert str(error) == "a.csv: the file is empty. Save it as UTF-8."
    assert translated(error.said, "sv") == "a.csv: filen är tom. Spara den som UTF-8."


# --- the code -------------------------------------------------------------------------------------

SINKS = {
    *("button", "caption", "checkbox", "download_button", "error", "expander", "file_uploader"),
    *("form_submit_button", "header", "headline", "info", "link_button", "listed", "markdown"),
    *("metric", "multiselect", "number_input", "paragraphs", "popover", "progress", "radio"),
    *("section", "segmented_control", "select_slider", "selectbox", "slider", "spinner"),
    *("subheader", "success", "tabs", "text_area", "text_input", "time_input", "date_input"),
    *("title", "toggle", "toast", "warning", "write", "set_page_config", "text", "give"),
}
EXAMPLE = re.compile(r"FI|Mo-Fr [\w :;-]+")  # of what one types, the same in every language
SHOWN_KEYWORDS = {"alt", "help", "label", "page_title", "placeholder", "show_spinner", "title"}


def reads_as_text(node: ast.expr, *, words: int) -> bool:
    """Whether an expression is a literal that a person would read: words outside its values."""
    if isinstance(node, ast.JoinedStr):
        literal = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        literal = node.value
    elif isinstance(node, ast.BinOp):
        return reads_as_text(node.left, words=words) or reads_as_text(node.right, words=words)
    elif isinstance(node, ast.IfExp):
        return reads_as_text(node.body, words=words) or reads_as_text(node.orelse, words=words)
    else:
        return False
    if EXAMPLE.fullmatch(literal):
        return False
    return bool(re.search(r"[^\W\d_]{2}" if words == 1 else r"[^\W\d_]{2} +[^\W\d_]", literal))


def untranslated(source: str, *, page: bool) -> Iterator[str]:
    """Literals of a module that would reach a reader in English only."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given: list[tuple[ast.expr, int]] = []
        if page and name in SINKS:
            first = node.args if name in ("headline", "paragraphs") else node.args[:1]
            given += [(argument, 1) for argument in first]
        if page or name in ("Axis", "Color", "Fill", "Legend", "Tooltip", "X", "Y", "mark_text"):
            given += [(k.value, 1) for k in node.keywords if k.arg in SHOWN_KEYWORDS | {"text"}]
        if name.endswith("Error") and name not in ("ValueError", "KeyError", "TypeError"):
            given += [(argument, 2) for argument in node.args[:1]]
            given += [(k.value, 2) for k in node.keywords if k.arg in ("cure", "where")]
        for argument, words in given:
            if reads_as_text(argument, words=words):
                yield f"line {argument.lineno}: {ast.unparse(argument)}"


MODULES = ["app.py", *(str(p.relative_to(ROOT)) for p in sorted(ROOT.glob("optimizer/**/*.py")))]
SHOWN = [module for module in MODULES if not module.startswith("optimizer/cli/")]


@pytest.mark.parametrize("module", SHOWN)
def test_no_text_goes_around_the_catalogues(module: str) -> None:
    """No literal reaches the screen or an error except through `say`; the terminal is English."""
    page = module == "app.py" or module.startswith("optimizer/app/")
    assert not [*untranslated((ROOT / module).read_text(encoding="utf-8"), page=page)]


@pytest.mark.parametrize(
    "source",
    [
        'st.button("Start over")',
        'left.number_input(f"Wage, {currency}")',
        'st.button(state.t(say("x")), help="Forget it")',
        'state.headline(shop, "Too few")',
        'state.section("Shifts" if known else say("x"))',
        'raise DataError("the file is empty")',
        'raise CaseError(say("x"), cure=f"Known are {names}.")',
        'alt.Tooltip("a:Q", title="customers")',
    ],
)
def test_a_literal_is_noticed(source: str) -> None:
    """The check above sees each way of forgetting `say`."""
    assert [*untranslated(source, page=True)]


# --- the screen -----------------------------------------------------------------------------------


class Bracketed:
    """A language in which every template stands in brackets, and anything else as it is."""

    known = frozenset(
        text
        for _, template in catalogues.templates()
        for text in ((template,) if isinstance(template, str) else template)
    )

    def gettext(self, text: str) -> str:
        wordless = not LETTER.search(PLACE.sub("", text))
        return f"⟦{text}⟧" if wordless or text in self.known else text

    def ngettext(self, one: str, several: str, n: float) -> str:
        return self.gettext(one if n == 1 else several)


SHOWN_FIELDS = {"alt", "body", "caption", "help", "label", "options", "placeholder", "text"}
SHOWN_IN_CHARTS = {"title", "text", "domain"}


def texts_of(message: Any) -> Iterator[str]:
    """Every text that an element of the page shows."""
    for field, value in message.ListFields() if message is not None else ():
        if field.name == "spec":
            yield from texts_of_chart(json.loads(value))
        elif field.name in SHOWN_FIELDS and field.type == field.TYPE_STRING:
            yield from [value] if isinstance(value, str) else value
        elif field.type == field.TYPE_MESSAGE and field.name not in ("arrow_data", "datasets"):
            for inner in [value] if hasattr(value, "ListFields") else value:
                if hasattr(inner, "ListFields"):
                    yield from texts_of(inner)


def texts_of_chart(part: Any) -> Iterator[str]:
    """Titles, marks and legends of a chart's specification."""
    if isinstance(part, list):
        for inner in part:
            yield from texts_of_chart(inner)
    elif isinstance(part, dict):
        for key, value in part.items():
            shown = value if isinstance(value, list) else [value]
            if key in SHOWN_IN_CHARTS:
                yield from (text for text in shown if isinstance(text, str))
            if key not in ("datasets", "values"):
                yield from texts_of_chart(value)


def bare(text: str) -> str:
    """What of a text stands in no bracket and is no name: its letters should be none."""
    while (cut := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = cut
    return "".join(LETTER.findall(NAMES.sub("", text)))


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app, not yet run, for a visitor whose language is one of brackets."""
    known = language._catalogue
    monkeypatch.setattr(
        language, "_catalogue", lambda wanted: Bracketed() if wanted == "fi" else known(wanted)
    )
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    app.session_state["language"] = "fi"
    return app


def outside_brackets(app: AppTest) -> list[str]:
    """Texts on the screen, or parts of them, that no catalogue was asked for."""
    assert not app.exception
    shown = [
        text
        for place in (app.main, app.sidebar)
        for element in place
        if element.type not in ("code", "arrow_table", "table")
        for text in texts_of(element.proto)
    ]
    for table in app.table:
        shown += map(str, [*table.value.columns, *table.value.to_numpy().ravel()])
    assert sum("⟦" in text for text in shown) > 5
    return [text for text in shown if text not in CHOICES and bare(text)]


@pytest.mark.parametrize("page", PAGES)
def test_everything_on_the_screen_is_translated(bracketed: AppTest, page: str) -> None:
    """In a language of brackets, every text of every page stands in brackets."""
    bracketed.run()
    bracketed.switch_page(page).run()
    assert not outside_brackets(bracketed)


def test_everything_on_a_desk_is_translated(
    bracketed: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does every text of the page that a service desk has."""
    folder = ROOT / "sample_data" / "city_helpdesk"
    monkeypatch.setattr(sys, "argv", [str(ROOT / "app.py"), str(folder)])
    bracketed.run()
    assert not outside_brackets(bracketed)


def test_everything_on_many_stores_is_translated(bracketed: AppTest) -> None:
    """And every text of the page that several stores have."""
    bracketed.run()
    bracketed.switch_page(DATA).run()
    bracketed.file_uploader[0].set_value([("tills.csv", tills(2), "text/csv")]).run()
    bracketed.switch_page("optimizer/app/stores.py").run()
    assert not outside_brackets(bracketed)
    assert not [head for box in bracketed.dataframe for head in box.value.columns if bare(head)]
