"""What a service desk saw: contacts answered, and tries to reach it, channel by channel.

At a desk nobody has to guess who found the door closed: calls to the closed announcement, chat
windows opened in vain and mails at night are counted, as attempts.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from optimizer.case import Case, DataFile
from optimizer.channels import Channel
from optimizer.data import placing
from optimizer.data.inferred import infer_hours
from optimizer.data.reading import read_file
from optimizer.data.tally import FileReport, Tally
from optimizer.errors import CaseError, DataError
from optimizer.language import Listed, say
from optimizer.opening import OpeningHours
from optimizer.timegrid import TimeGrid, holiday_mask

__all__ = ["ChannelRecord", "DeskRecord", "read_contacts"]


@dataclass(frozen=True, eq=False)
class ChannelRecord:
    """One channel by local day (rows) and period of the day; NaN where nobody counted.

    `answered` are contacts, `attempts` all tries, answered or not, open or closed; None without a
    file. `hours` are those in which it is answered today.
    """

    channel: Channel
    hours: OpeningHours
    answered: np.ndarray | None
    attempts: np.ndarray | None


@dataclass(frozen=True, eq=False)
class DeskRecord:
    """Everything that was counted at a desk, from the local day `first` on.

    Parameters
    ----------
    hours
        When the desk is open today: stated, or as its answered contacts show (`hours_inferred`).
    staff
        People at work on average in each period, shape (days, P); None without a file.
    holiday
        Public holidays, bool of shape (days,).
    """

    grid: TimeGrid
    first: date
    hours: OpeningHours
    hours_inferred: bool
    channels: tuple[ChannelRecord, ...]
    staff: np.ndarray | None
    holiday: np.ndarray
    reports: tuple[FileReport, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """Number of local days."""
        return len(self.holiday)

    @property
    def weekday(self) -> np.ndarray:
        """Weekday of every row, 0 = Monday."""
        return (self.first.weekday() + np.arange(self.days)) % 7


def read_contacts(case: Case) -> DeskRecord:
    """Read every file of a desk: contacts, attempts, and people at work.

    Raises
    ------
    DataError
        A file cannot be read, holds something else, or does not say which channel it is about.
    CaseError
        All channels are deferrable: nobody waits, so that hours decide nothing.
    """
    if all(channel.deferrable for channel in case.channels):
        raise CaseError(
            say("every channel can wait: nobody meets a closed desk"),
            where="channel",
            cure=say("Name a channel on which people wait, a phone or a chat."),
        )
    tallies: list[tuple[DataFile, Tally]] = []
    reports = []
    for file in case.data:
        found, report = read_file(_as_counts(file), case.folder, case.grid)
        reports.append(replace(report, kind=file.kind or "contacts"))
        tallies += [(file, tally) for tally in found]
    counted = [tally for file, tally in tallies if file.kind != "staff" and tally.counts.any()]
    if not counted:
        raise DataError(
            say("no file holds contacts or attempts"),
            cure=say(
                'Give a file with a row per contact or per period, and say kind = "contacts".'
            ),
        )
    first, days = placing.span(counted)
    day_one = placing.EPOCH + timedelta(days=first)
    weekday = (day_one.weekday() + np.arange(days)) % 7
    hours, inferred = case.hours.current, False
    if hours is None:
        answered = [t for file, t in tallies if file.kind in ("", "contacts")]
        whom = answered or [t for file, t in tallies if file.kind == "attempts"]
        fine = placing.add_up((t.on_days(t.counts, first, days, 0.0) for t in whom), days)
        hours, inferred = infer_hours(fine, weekday), True

    def of(kinds: tuple[str, ...], channel: str) -> np.ndarray | None:
        mine = [t for file, t in tallies if file.kind in kinds and file.channel == channel]
        return placing.summed(mine, first, days, case.grid)

    _check_names(case)
    alone = len(case.channels) == 1
    channels = []
    for channel in case.channels:
        name = "" if alone and not any(file.channel for file in case.data) else channel.name
        answered_now, tries = of(("", "contacts"), name), of(("attempts",), name)
        if answered_now is None and tries is None:
            raise DataError(
                say('no file holds contacts or attempts of "{channel}"', channel=channel.name),
                cure=say("Give one, or leave the channel out of the case."),
            )
        own = channel.hours or hours
        channels.append(ChannelRecord(channel, own, answered_now, tries))
    staff = [tally for file, tally in tallies if file.kind == "staff"]
    return DeskRecord(
        grid=case.grid,
        first=day_one,
        hours=hours,
        hours_inferred=inferred,
        channels=tuple(channels),
        staff=placing.levels(staff, first, days, case.grid),
        holiday=holiday_mask(case.country, case.subdivision, day_one, days),
        reports=tuple(reports),
        warnings=tuple(_warnings(hours, inferred, channels, days)),
    )


def _as_counts(file: DataFile) -> DataFile:
    """Contacts are read as attempts are: one row per contact, or per period with its number."""
    if file.kind in ("", "contacts"):
        return replace(file, kind="attempts")
    if file.kind not in ("attempts", "staff"):
        raise DataError(
            say('a desk has no use for a file of kind "{kind}"', kind=file.kind),
            where=file.file,
            cure=say('Say kind = "contacts", "attempts" or "staff".'),
        )
    return file


def _check_names(case: Case) -> None:
    known = [channel.name for channel in case.channels]
    for file in case.data:
        if file.kind == "staff" or file.channel in known:
            continue
        if not file.channel and len(known) == 1:
            continue
        names = Listed(known, "comma")
        raise DataError(
            say('"{channel}" is none of the channels', channel=file.channel)
            if file.channel
            else say("which channel is this file about?"),
            where=file.file,
            cure=say('Say channel = "..." beside the file; known: {names}.', names=names),
        )


def _warnings(
    hours: OpeningHours, inferred: bool, channels: list[ChannelRecord], days: int
) -> list[str]:
    found: list[str] = []
    if inferred:
        found.append(
            say("The opening hours were inferred from the contacts: {hours}.", hours=hours)
        )
    for record in channels:
        if record.attempts is None and not record.channel.deferrable:
            found.append(
                say(
                    'Nobody counted who tried "{channel}" while it was closed: of those hours '
                    "nothing is known.",
                    channel=record.channel.name,
                )
            )
    if days < 28:
        found.append(say("Only {days} days were counted: weeks may differ more.", days=days))
    return found
