"""A chain's answer as files: a row per store, hours for maps, and a report."""

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

import pandas as pd
import xlsxwriter

from optimizer.casefile import for_store
from optimizer.chain.budget import Split
from optimizer.chain.run import ChainAnswer
from optimizer.language import Day, said, say, translated
from optimizer.opening import OpeningHours
from optimizer.reporting import chain_words
from optimizer.reporting.hours_markup import google_rows, listing, osm_text, with_special_days
from optimizer.reporting.html import html
from optimizer.reporting.paper import Block, Document, Heading, Lead, Paragraph, Points, Table
from optimizer.reporting.xlsx import csv_text

SHOWN = 40  # stores in the report's table; the files hold all


def files(
    answer: ChainAnswer, split: Split, made: date, language: str = "en"
) -> Mapping[str, Callable[[], bytes]]:
    """Every file of an answer by name, made when it is asked for.

    Parameters
    ----------
    made
        The day from which special days are listed.
    """
    table = chain_words.ranking(answer, split).reset_index()
    failed = pd.DataFrame({"store": list(answer.errors), "error": list(answer.errors.values())})
    rows = pd.concat([table, failed]) if len(failed) else table
    hours = {
        str(row["store"]): OpeningHours.parse(str(row["hours"])) for _, row in table.iterrows()
    }
    return {
        "stores.csv": lambda: csv_text(_cells(rows)).encode(),
        "stores.parquet": lambda: _parquet(rows),
        "stores.xlsx": lambda: _workbook(rows),
        "google-hours.csv": lambda: csv_text(_google(answer, hours, made)).encode(),
        "opening-hours.csv": lambda: csv_text(_osm(answer, hours)).encode(),
        "report.html": lambda: html(report(answer, split, made, language)).encode(),
    }


def _cells(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(key): None if pd.isna(value) else value for key, value in row.items()}
        for row in rows.to_dict("records")
    ]


def _parquet(rows: pd.DataFrame) -> bytes:
    out = BytesIO()
    rows.to_parquet(out, index=False)
    return out.getvalue()


def _workbook(rows: pd.DataFrame) -> bytes:
    """One sheet; texts stay texts, whatever they begin with."""
    out = BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(out, plain) as book:
        sheet, bold = book.add_worksheet("stores"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, [str(name) for name in rows.columns], bold)
        for line, row in enumerate(_cells(rows), 1):
            for column, value in enumerate(row.values()):
                if isinstance(value, str):
                    sheet.write_string(line, column, value)
                elif value is not None:
                    sheet.write_number(line, column, float(value))
        sheet.autofilter(0, 0, len(rows), len(rows.columns) - 1)
        sheet.set_column(0, len(rows.columns) - 1, 14)
    return out.getvalue()


def _google(
    answer: ChainAnswer, hours: dict[str, OpeningHours], made: date
) -> list[dict[str, str]]:
    return google_rows(
        listing(case, with_special_days(proposed, case.hours.current), made)
        for store, proposed in hours.items()
        for case in [for_store(answer.case, store)]
    )


def _osm(answer: ChainAnswer, hours: dict[str, OpeningHours]) -> list[dict[str, str]]:
    rows = []
    for store, proposed in hours.items():
        case = for_store(answer.case, store)
        shown = with_special_days(proposed, case.hours.current)
        told = osm_text(listing(case, shown, date(2001, 1, 1), 1))
        rows.append({"store": store, "opening_hours": told})
    return rows


def report(answer: ChainAnswer, split: Split, made: date, language: str) -> Document:
    """The chain on a few pages: the answer, where hours go, and the fair table."""

    def t(text: str) -> str:
        return translated(text, language)

    def points(sentences: list[Any]) -> Points:
        return Points(tuple(map(t, sentences)))

    first, *moves = chain_words.next_hours(answer, split)
    cut, *losses = chain_words.a_cut(answer, split)
    front: list[Block] = [
        Lead(t(chain_words.headline(answer, split))),
        Paragraph(t(chain_words.proof(answer, split))),
        Paragraph(t(chain_words.price(answer, split))),
        *(Paragraph(t(sentence)) for sentence in chain_words.provisos(answer)),
        Heading(t(say("The next hours"))),
        Paragraph(t(first)),
        points(moves),
        Heading(t(say("If hours must go"))),
        Paragraph(t(cut)),
        points(losses),
        Heading(t(say("A late Thursday: who should try it first"))),
        points(chain_words.to_try(answer)),
        *(Paragraph(t(sentence)) for sentence in chain_words.sure_thursdays(answer)),
    ]
    if answer.errors:
        front += [Heading(t(say("Shops left out"))), points(chain_words.mistaken(answer))]
    best = chain_words.ranking(answer, split).head(SHOWN)
    rows = chain_words.ranking_rows(best, answer.case.currency)
    compared: list[Block] = [
        Heading(t(say("Shops compared fairly"))),
        Paragraph(
            t(
                say(
                    "Margin per paid hour given each shop's own footfall and floor space. Places "
                    "are 90 % intervals: shops whose intervals overlap cannot be told apart."
                )
            )
        ),
        Table(
            tuple(t(head) for head in rows[0]),
            tuple(tuple(t(str(cell)) if not hasattr(cell, "template") else t(cell)
                        for cell in row.values()) for row in rows),
        ),
        Paragraph(t(chain_words.funnel_sentence(answer)), quiet=True),
    ]  # fmt: skip
    return Document(
        title=answer.case.name or t(say("Chain")),
        head=t(said(value=Day(made, "long"))),
        foot=t(say("Opening hours of a chain")),
        language=language,
        pages=(tuple(front), tuple(compared)),
    )
