"""Texts on the screen: each is shown in the visitor's language, and shows as it is."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import altair as alt
import streamlit as st

from optimizer.errors import OpeningHoursError
from optimizer.language import LANGUAGES, Said, Weekday, number_signs, said, say, translated

DATE_FORMATS = {"en": "YYYY-MM-DD", "fi": "DD.MM.YYYY", "sv": "DD.MM.YYYY"}  # of date inputs
_MARKDOWN = re.compile(r"[\\`*_\[\]<>#|~$&]|:(?=\S)")  # a colon begins colours, icons and emojis


@contextmanager
def problems() -> Iterator[None]:
    """Show what the visitor can put right as one sentence, and end the block that met it."""
    try:
        yield
    except OpeningHoursError as error:
        st.error(plain(t(error.said)))


def language() -> str:
    """The visitor's language: what was chosen in the sidebar, else what the browser asks for."""
    if "language" not in st.session_state:
        wanted = (st.context.locale or "")[:2]
        st.session_state.language = wanted if wanted in LANGUAGES else "en"
    found: str = st.session_state.language
    return found


def choose_language() -> None:
    """The choice of language, each called by its own name."""
    st.session_state.language = language()  # keeps what was chosen when the page changes
    st.selectbox(t(say("Language")), list(LANGUAGES), format_func=LANGUAGES.__getitem__,
                 key="language")  # fmt: skip


def t(text: str) -> str:
    """A text in the visitor's language: what `say` made, or a constant of a page."""
    return translated(text, language())


def labels(texts: Mapping[Any, str]) -> Callable[[Any], str]:
    """What the choices of a widget are called, for its `format_func`.

    Translated at once: Streamlit calls the function later too, when it no longer knows whose
    session it was.
    """
    return {choice: t(text) for choice, text in texts.items()}.__getitem__


def weekday_labels() -> Callable[[int], str]:
    """The names of the weekdays for a widget's `format_func`; 0 is Monday."""
    return labels({day: said(value=Weekday(day, "wide")) for day in range(7)})


def plain(text: str) -> str:
    """Text that Markdown shows as it is: no links, no colours, no formulas from anybody's file."""
    return _MARKDOWN.sub(r"\\\g<0>", text)


def section(name: str) -> None:
    """The heading of a part of a page."""
    st.space("xsmall")
    st.markdown(f"##### {plain(t(name))}")


def paragraphs(*sentences: str) -> None:
    """Each sentence in a paragraph of its own."""
    st.markdown("\n\n".join(plain(t(sentence)) for sentence in sentences))


def caption(sentence: str) -> None:
    """A sentence in small type."""
    st.caption(plain(t(sentence)))


def listed(sentences: Iterable[str]) -> None:
    """Sentences as a list."""
    st.markdown("\n".join(f"- {plain(t(sentence))}" for sentence in sentences))


def table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows for reading, a column for each key; column heads and cells are texts or numbers."""
    shown = [{plain(t(head)): _cell(cell) for head, cell in row.items()} for row in rows]
    st.table(shown, border="horizontal", hide_index=True)


def _cell(cell: Any) -> Any:
    return plain(t(cell)) if isinstance(cell, str) else cell


def picture(chart: alt.TopLevelMixin, told: str) -> None:
    """A chart, told in words for those who cannot see it; its texts are those that `say` made.

    Altair would check the chart against its whole schema each time; the tests do that once.
    """
    drawn = _in_words(chart.to_dict(validate=False))
    decimal, thousands = number_signs(language())
    signs = {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    text = "#E6EBF0" if st.context.theme.type == "dark" else "#1F2933"  # as in config.toml
    chosen = {"locale": {"number": signs}, "text": {"color": text}}
    drawn["config"] = drawn.get("config", {}) | chosen
    st.vega_lite_chart(drawn, alt=t(told))


def _in_words(part: Any) -> Any:
    """A part of a chart, what `say` made in it in the visitor's language."""
    if isinstance(part, dict):
        return {key: _in_words(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_in_words(value) for value in part]
    return t(part) if isinstance(part, Said) else part
