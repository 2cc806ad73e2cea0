"""Everything that can be taken along from one plan: a name for each file, and how to make it."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from optimizer.case import Case
from optimizer.casefile import case_text
from optimizer.demand.demand import Demand
from optimizer.demand.displacement import displacement
from optimizer.language import say, translated
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.lost import SalesLost
from optimizer.planning.plan import Plan
from optimizer.reporting import hours_markup, ics, sentences, xlsx
from optimizer.reporting.door_sign import door_sign
from optimizer.reporting.html import html
from optimizer.reporting.paper import Document
from optimizer.reporting.pdf import pdf
from optimizer.reporting.report import report
from optimizer.reporting.roster_files import calendars, plain_name
from optimizer.roster.roster import Roster


@dataclass(frozen=True, eq=False)
class Takeaway:
    """A plan, and what its files need to know.

    Parameters
    ----------
    judged, today
        What the plan and today's hours are worth.
    language
        Of everything but the door sign, which has three, and of what machines read.
    made
        When the files are made, with a time zone: special days and calendars begin there.
    """

    case: Case
    demand: Demand
    plan: Plan
    lost: SalesLost
    judged: Evaluation
    today: Evaluation
    language: str
    made: datetime
    roster: Roster | None = None

    @property
    def listing(self) -> hours_markup.Listing:
        """The proposed hours for the world, with the special days of the year that begins."""
        hours = hours_markup.with_special_days(self.plan.hours, self.today.hours)
        return hours_markup.listing(self.case, hours, self.made.date())

    @property
    def monday(self) -> date:
        """With which the next week begins."""
        day = self.made.date()
        return day + timedelta(days=7 - day.weekday())

    @property
    def files(self) -> dict[str, Callable[[], bytes]]:
        """What makes each file, by its name; a file is made when it is asked for."""
        shifts = {"shifts.ics": self._calendar}
        return {
            "report.html": lambda: html(self._report()).encode(),
            "report.pdf": lambda: pdf(self._report()),
            "door-sign.pdf": lambda: door_sign(self.case, self.listing),
            "plan.xlsx": self._workbook,
            "shifts.csv": self._shifts,
            **(shifts if self.roster is None else {"calendars.zip": self._calendars}),
            "hours.json": lambda: hours_markup.json_ld(self.listing).encode(),
            "hours.osm.txt": lambda: hours_markup.osm_text(self.listing).encode(),
            "google-hours.csv": lambda: google_csv([self.listing]),
        }

    def _report(self) -> Document:
        return report(
            self.case, self.demand, self.plan, lost=self.lost, today=self.today,
            roster=self.roster, language=self.language, made=self.made.date(),
        )  # fmt: skip

    def _workbook(self) -> bytes:
        draws = len(self.demand.draws)
        source = displacement(self.case.displacement, self.demand.has_web_shop, draws).source
        assumed = [*sentences.assumptions(self.case, source), *self.demand.warnings]
        return xlsx.workbook(
            self.case, self.plan, self.judged, self.today,
            roster=self.roster, assumed=assumed, language=self.language,
        )  # fmt: skip

    def _shifts(self) -> bytes:
        if self.roster is not None:
            return xlsx.csv_text(xlsx.roster_table(self.roster, self.language)).encode()
        return xlsx.csv_text(xlsx.shift_table(self.plan, self.language)).encode()

    def _calendar(self) -> bytes:
        events = ics.shift_events(self.plan, self.monday, self.language)
        return ics.calendar(self._shop, events, self.case.grid.timezone, self.made).encode()

    def _calendars(self) -> bytes:
        assert self.roster is not None
        return calendars(self.roster, self._shop, self.case, self.language, self.monday, self.made)

    @property
    def _shop(self) -> str:
        return self.case.name or translated(say("Your shop"), self.language)


def google_csv(shops: list[hours_markup.Listing]) -> bytes:
    """The hours of one shop or of many for the bulk upload of Google Business Profile."""
    return xlsx.csv_text(hours_markup.google_rows(shops)).encode()


def bundle(case: Case) -> bytes:
    """The case.toml of a case and its data files in one archive, which the app opens again."""
    content, data = io.BytesIO(), []
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, file in enumerate(case.data, 1):
            stem, _, ending = file.file.rpartition(".")
            name = f"{number}-{plain_name(stem, 'data')}.{plain_name(ending, 'csv')}"
            data.append(replace(file, file=name))
            archive.writestr(name, file.content or b"")
        archive.writestr("case.toml", case_text(replace(case, data=tuple(data))))
    return content.getvalue()
