"""The channels of a service desk - phone, chat, mail - and the rules under which it works.

Facts only. What a shop's case says once, a desk says for every channel: how long a contact takes,
how long somebody waits for it, what it is worth.
"""

from dataclasses import dataclass

from optimizer.errors import CaseError
from optimizer.language import Listed, say
from optimizer.opening import OpeningHours

CLOSINGS = ("finish", "cut", "stop")
# What is more than these is a slip of the finger, or in another unit.
MOST_MINUTES = 7 * 24 * 60
MOST_PATIENCE_MINUTES = 10**9  # as good as for ever
MOST_AT_ONCE = 100  # contacts of one person


def _require(truth: bool, rule: str, where: str) -> None:
    if not truth:
        raise CaseError(rule, where=where)


def require_minutes(where: str, minutes: float, patience_minutes: float) -> None:
    """Refuse times that nobody takes or waits.

    Raises
    ------
    CaseError
        A time is not above 0, or longer than a week to serve, or than for ever to wait.
    """
    limits = {
        "minutes": (minutes, MOST_MINUTES),
        "patience_minutes": (patience_minutes, MOST_PATIENCE_MINUTES),
    }
    for name, (time, most) in limits.items():
        _require(time > 0, say("must be above 0"), f"{where}.{name}")
        _require(time <= most, say("must be at most {most}", most=most), f"{where}.{name}")


@dataclass(frozen=True)
class Channel:
    """One way to reach the desk.

    Parameters
    ----------
    minutes
        Handling time of a contact, in minutes of the person who reaches the desk.
    patience_minutes
        How long somebody waits on average before giving up; of mail, before it is of no use.
    concurrency
        Contacts that one person handles at once: 1 on the phone, two or three in a chat.
    value_per_contact, cost_of_lost
        Money that an answered contact is worth, and what one that nobody answers costs besides.
    deferrable
        It waits for its answer while the desk is closed: mail, call-backs.
    hours, candidate
        When it is answered today, and when it may be; None = as the whole desk.
    team
        People who take several channels at once share a team's name. Between teams people change
        from period to period.
    again
        Of the tries that fail - nobody answers, or the desk is closed - the share that is followed
        by another try at once. Those tries are attempts, but no customers.
    """

    name: str
    minutes: float = 5.0
    patience_minutes: float = 4.0
    concurrency: int = 1
    value_per_contact: float | None = None
    cost_of_lost: float = 0.0
    deferrable: bool = False
    hours: OpeningHours | None = None
    candidate: OpeningHours | None = None
    team: str = ""
    again: float = 0.0

    def __post_init__(self) -> None:
        _require(bool(self.name.strip()), say("must not be empty"), "channel.name")
        require_minutes("channel", self.minutes, self.patience_minutes)
        _require(self.concurrency >= 1, say("must be at least 1"), "channel.concurrency")
        at_most = say("must be at most {most}", most=MOST_AT_ONCE)
        _require(self.concurrency <= MOST_AT_ONCE, at_most, "channel.concurrency")
        for name in ("value_per_contact", "cost_of_lost"):
            amount = getattr(self, name)
            _require(amount is None or amount >= 0, say("must not be negative"), f"channel.{name}")
        _require(0 <= self.again < 1, say("must be at least 0 and below 1"), "channel.again")

    @property
    def at_stake(self) -> float | None:
        """Money between an answered contact and a lost one; None where no value is known."""
        if self.value_per_contact is None:
            return None
        return self.value_per_contact + self.cost_of_lost

    @property
    def work_hours(self) -> float:
        """Hours of one person's time that a contact takes."""
        return self.minutes / 60 / self.concurrency


@dataclass(frozen=True)
class Desk:
    """How the desk works, whatever the channel.

    Parameters
    ----------
    shrinkage
        Share of paid time that is not at the desk: meetings, training, illness.
    occupancy
        Most of their time at the desk that people may spend on contacts.
    answer_share, answer_seconds
        A service level in place of money: 0.8 and 20 = 80 % of the contacts answered in 20 seconds.
    closing, stop_minutes
        Who still waits when the desk closes is served (finish) or sent away (cut); or nobody is let
        in for the last minutes (stop).
    """

    shrinkage: float = 0.0
    occupancy: float = 1.0
    answer_share: float | None = None
    answer_seconds: float = 20.0
    closing: str = "finish"
    stop_minutes: float = 0.0

    def __post_init__(self) -> None:
        share = self.answer_share
        below = say("must be at least 0 and below 1")
        _require(0 <= self.shrinkage < 1, below, "desk.shrinkage")
        within = say("must be above 0 and at most 1")
        _require(0 < self.occupancy <= 1, within, "desk.occupancy")
        _require(
            share is None or 0 < share < 1, say("must be between 0 and 1"), "desk.answer_share"
        )
        within_a_day = say("must be within 24 hours")
        in_a_day = 0 <= self.answer_seconds <= 24 * 60 * 60
        _require(in_a_day, within_a_day, "desk.answer_seconds")
        one_of = say("must be one of {these}", these=Listed(CLOSINGS, "comma"))
        _require(self.closing in CLOSINGS, one_of, "desk.closing")
        _require(0 <= self.stop_minutes <= 24 * 60, within_a_day, "desk.stop_minutes")
