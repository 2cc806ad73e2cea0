"""A service desk's answer in sentences and tables that its manager would repeat."""

from typing import Any

import numpy as np

from optimizer.channels import Channel
from optimizer.desk.answer import DeskAnswer
from optimizer.desk.closing import Closing
from optimizer.desk.mail import MailWeek
from optimizer.desk.week import DeskWeek, LastMoments
from optimizer.language import (
    About,
    Capital,
    Clock,
    Listed,
    Money,
    Number,
    Percent,
    Unit,
    Weekday,
    said,
    say,
)
from optimizer.reporting.sentences import hours_told
from optimizer.timegrid import WEEKDAYS

Rows = list[dict[str, Any]]
CHANNEL_NAMES = {"phone": say("phone"), "chat": say("chat"), "mail": say("mail")}
_TO_TELL = 0.05  # of an hour, or of a contact: less is nothing to speak of


def money(amount: float, unit: str) -> Any:
    """An amount in whole units of money, or so many contacts."""
    if unit == "customers":
        return said("{n} {unit}", n=Number(amount), unit=Unit("contacts"))
    return Money(amount, unit, 0)


def headline(answer: DeskAnswer) -> str:
    """How many meet a closed desk, and what the proposal changes."""
    today, new = answer.today, answer.proposed
    closed, people = today.total("met_closed"), today.total("contacts")
    gain = answer.gain
    facts = {
        "closed": About(closed),
        "people": About(people),
        "left": About(new.total("met_closed")),
        "gain": money(About(abs(gain)).rounded, new.unit),
    }
    if gain > 0:
        return say(
            "Of {people} people who call or chat in a week {closed} meet a closed desk. With the "
            "proposed hours it would be {left}, and the week would bring {gain} more.",
            **facts,
        )
    return say(
        "Of {people} people who call or chat in a week {closed} meet a closed desk. With the "
        "proposed hours it would be {left}, and the week would bring {gain} less.",
        **facts,
    )


def proposal(answer: DeskAnswer) -> str:
    """The hours that the headline is about."""
    return say("Proposed hours: {hours}.", hours=hours_told(answer.proposed.hours))


def name_of(channel: Channel) -> str:
    """What a channel is called: as the case says, a common word of the language as such."""
    return CHANNEL_NAMES.get(channel.name, channel.name)


def closed_doors(answer: DeskAnswer) -> list[str]:
    """For each live channel, who met a closed door today and who gave up."""
    lines: list[str] = []
    for week in answer.today.channels:
        people = float(week.contacts.sum())
        if people <= 0:
            continue
        lines.append(
            say(
                "{channel}, open {hours}: {share} of {people} people a week find it closed, and "
                "{gave} more give up waiting.",
                channel=Capital(name_of(week.channel)),
                share=Percent(float(week.met_closed.sum()) / people),
                people=About(people),
                hours=_hours_of(answer, week.channel),
                gave=Number(float(week.gave_up.sum() + week.turned_away.sum())),
            )
        )
    for demand in answer.demands:
        tries, people = float(demand.attempts.sum()), float(demand.mean.sum())
        if tries > people * (1 + _TO_TELL) and demand.channel.again:
            lines.append(
                say(
                    "{channel}: {tries} tries a week are {people} people, since some try again.",
                    channel=Capital(name_of(demand.channel)),
                    tries=About(tries),
                    people=About(people),
                )
            )
    return lines


def _hours_of(answer: DeskAnswer, channel: Channel) -> str:
    return next(hours_told(d.hours) for d in answer.demands if d.channel.name == channel.name)


def staff_assumed(answer: DeskAnswer) -> list[str]:
    """What was assumed of today's staff, if anything was."""
    if answer.staff_known:
        return []
    return [
        say(
            "Nobody wrote down who is at the desk today: its hours are judged with the people that "
            "would pay best in them, which is kind to them."
        )
    ]


def queue_at_closing(moments: LastMoments) -> str:
    """Number so and so in the queue when the desk closes."""
    facts = {
        "team": Listed([name_of(channel) for channel in moments.team.channels]),
        "day": Capital(said(value=Weekday(day_of(moments), "wide"))),
        "when": Clock(minute_of(moments)),
    }
    if moments.servers <= 0:
        return say("{day} {when}: nobody is there for {team} when the desk closes.", **facts)
    if not moments.place:
        return say("{day} {when}, {team}: in most weeks nobody waits at closing.", **facts)
    facts["minutes"] = Number(max(moments.place_minutes, 1))
    if moments.place == 1:
        return say(
            "{day} {when}, {team}: in one week of twenty somebody still waits in the queue at "
            "closing, about {minutes} min from an answer.",
            **facts,
        )
    return say(
        "{day} {when}, {team}: in one week of twenty there is a number {place} in the queue at "
        "closing, about {minutes} min from an answer; on average {waiting} wait.",
        place=moments.place,
        waiting=_people(moments.closing.waiting),
        **facts,
    )


def _people(mean: float) -> Number:
    """So many people on average; a decimal only where there are few."""
    return Number(mean, 0 if mean >= 2 else 1)


def after_closing(moments: LastMoments, custom: str) -> str:
    """What the desk's custom at closing means."""
    found = moments.closing
    facts = {
        "served": _people(found.served_after),
        "gave": _people(found.gave_up_after),
        "minutes": Number(60 * found.overtime_hours),
        "away": _people(found.turned_away),
    }
    if custom == "cut":
        return say(
            "The queue is sent away: {away} people on average; the last conversation ends "
            "{minutes} min later.",
            **facts,
        )
    if custom == "stop":
        return say(
            "Nobody is let in for the last minutes: {away} people are turned away, {served} are "
            "still answered after closing, and the last conversation ends {minutes} min later.",
            **facts,
        )
    if found.gave_up_after < _TO_TELL:
        return say(
            "Everyone in the queue is answered: {served} people after closing on average; the last "
            "conversation ends {minutes} min later.",
            **facts,
        )
    return say(
        "Everyone in the queue is answered: {served} people after closing on average, while {gave} "
        "give up; the last conversation ends {minutes} min later.",
        **facts,
    )


def best_last_call(minutes: float, found: Closing, most_overtime: float) -> str:
    """When to let nobody in any more, so that people go home in time."""
    late = Number(60 * most_overtime)
    if not minutes:
        return say(
            "Nobody needs to be refused before closing: the last conversation ends within {late} "
            "minutes nineteen times in twenty.",
            late=late,
        )
    return say(
        "To be done within {late} minutes nineteen times in twenty, let nobody in for the last {d} "
        "minutes: that turns {away} people away.",
        d=Number(minutes), late=late, away=_people(found.turned_away),
    )  # fmt: skip


def mail_at_night(week: DeskWeek, mail: MailWeek, period_minutes: int) -> list[str]:
    """What the mails of the night do to the morning."""
    lines: list[str] = []
    if mail.growth > _TO_TELL * mail.arriving.sum():
        lines.append(
            say(
                "{come} mails come in a week and there is time for {done}: the stack grows by "
                "{growth} a week.",
                come=About(float(mail.arriving.sum())),
                done=About(float(mail.answered.sum())),
                growth=About(mail.growth),
            )
        )
    else:
        lines.append(
            say(
                "A mail waits {hours} hours for its answer on average; {lost} a week wait until "
                "they are of no use.",
                hours=Number(mail.mean_wait_hours, 1),
                lost=Number(mail.given_up),
            )
        )
    morning = _mornings(week)
    if morning.size:
        first = int(morning[np.argmax(mail.backlog[morning])])
        per_day = len(mail.backlog) // 7
        until = first
        while until < len(mail.backlog) - 1 and mail.backlog[until + 1] > 1.0:
            until += 1
        facts = {
            "day": Capital(said(value=Weekday(first // per_day, "wide"))),
            "when": Clock(first % per_day * period_minutes),
            "stack": About(float(mail.backlog[first])),
            "oldest": Number(float(mail.oldest_hours[first])),
        }
        if until + 1 < len(mail.backlog) and until // per_day == first // per_day:
            cleared = Clock((until + 1) % per_day * period_minutes)
            lines.append(
                say(
                    "{day} {when} begins with {stack} mails, the oldest {oldest} hours old; the "
                    "stack is gone by {cleared}.",
                    cleared=cleared,
                    **facts,
                )
            )
        else:
            lines.append(
                say(
                    "{day} {when} begins with {stack} mails, the oldest {oldest} hours old, and "
                    "the day is too short for them.",
                    **facts,
                )
            )
    return lines


def _mornings(week: DeskWeek) -> np.ndarray:
    """Periods in which the desk opens."""
    open_ = week.opening > 0
    return np.flatnonzero(open_ & ~np.roll(open_, 1))


def service_level(answer: DeskAnswer) -> list[str]:
    """How well the service level is kept, where one is asked for."""
    desk = answer.case.desk
    if desk.answer_share is None:
        return []
    lines: list[str] = []
    for week, words in (
        (answer.today, say("today")),
        (answer.proposed, say("proposed")),
    ):
        people = np.concatenate([c.contacts - c.met_closed for c in week.channels])
        level = np.concatenate([np.nan_to_num(c.in_time) for c in week.channels])
        lines.append(
            say(
                "In {seconds} seconds, {which}: {share} of those who try while it is open "
                "(asked for: {asked}).",
                seconds=Number(desk.answer_seconds),
                which=words,
                share=Percent(float(people @ level / max(people.sum(), 1e-9))),
                asked=Percent(desk.answer_share),
            )
        )
    return lines


def _per_day(moments: LastMoments) -> int:
    return len(moments.team.at_stake) // len(WEEKDAYS)


def day_of(moments: LastMoments) -> int:
    """Weekday of a closing time, 0 = Monday."""
    return moments.period // _per_day(moments)


def minute_of(moments: LastMoments) -> int:
    """Minute of the day of a closing time."""
    per_day = _per_day(moments)
    return (moments.period % per_day + 1) * (1440 // per_day)
