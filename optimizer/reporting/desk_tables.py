"""A service desk's answer in tables: rows for reading, rows for pictures, and for a machine."""

from typing import Any

import numpy as np

from optimizer.demand.demand import interval
from optimizer.desk.answer import DeskAnswer, ExtraHour
from optimizer.desk.week import DeskWeek
from optimizer.language import Clock, Money, Number, Weekday, said, say
from optimizer.reporting import desk_words
from optimizer.reporting.sentences import hours_told, window
from optimizer.timegrid import clock

Rows = list[dict[str, Any]]
_TO_TELL = 0.05  # of an answer, or of a person an hour


def comparison_rows(answer: DeskAnswer) -> Rows:
    """Today's week beside the proposed one."""
    rows: Rows = []
    both = (answer.today, answer.proposed)

    def row(name: str, values: list[Any]) -> None:
        texts = [said(value=value) for value in values]
        rows.append({say("a week"): name, say("today"): texts[0], say("proposed"): texts[1]})

    row(say("open"), [hours_told(week.hours) for week in both])
    for name, field in (
        (say("people who call or chat"), "contacts"),
        (say("meet a closed desk"), "met_closed"),
        (say("give up waiting"), "gave_up"),
        (say("turned away at closing"), "turned_away"),
        (say("answered"), "answered"),
    ):
        row(name, [Number(week.total(field)) for week in both])
    if all(week.mail for week in both):
        row(say("hours until a mail is answered"),
            [Number(week.mail.mean_wait_hours, 1) for week in both if week.mail])  # fmt: skip
    row(say("paid hours"), [Number(week.paid_hours, 1) for week in both])
    if answer.plan.unit != "customers":
        for name, field in (
            (say("answers are worth"), "margin"),
            (say("wages"), "wage_cost"),
            (say("overtime after closing"), "overtime_cost"),
            (say("cost of being open"), "opening_cost"),
            (say("left"), "profit"),
        ):
            row(name, [Money(getattr(week, field), answer.plan.unit, 0) for week in both])
    return rows


def extra_rows(answer: DeskAnswer) -> Rows:
    """Each hour beyond today's, averaged over the weekdays on which it is closed."""
    rows: Rows = []
    for name, days in ((say("Monday to Friday"), range(5)), (say("Saturday"), (5,)),
                       (say("Sunday"), (6,))):  # fmt: skip
        hours = [hour for hour in answer.extra if hour.weekday in days]
        for minute in sorted({hour.minute for hour in hours}):
            here = [hour for hour in hours if hour.minute == minute]
            rows.append(_extra_row(name, minute, here, answer.plan.unit))
    return rows


def _extra_row(name: str, minute: int, hours: list[ExtraHour], unit: str) -> dict[str, Any]:
    def mean(field: str) -> float:
        return float(np.mean([getattr(hour, field) for hour in hours]))

    answered = mean("answered")
    each = mean("cost") / answered if answered > _TO_TELL else None
    cells: dict[str, Any] = {
        say("day"): name,
        say("hour"): window(minute, minute + 60),
        say("people who call or chat"): said(value=Number(mean("people"), 1)),
        say("at the desk"): said(value=Number(mean("staff"), 1)),
        say("answered"): said(value=Number(answered, 1)),
    }
    if unit != "customers":
        cells |= {
            say("costs"): said(value=Money(mean("cost"), unit, 0)),
            say("brings"): said(value=Money(mean("worth"), unit, 0)),
            say("for each answer"): "-" if each is None else said(value=Money(each, unit)),
        }
    return cells


def lines(answer: DeskAnswer) -> list[str]:
    """The whole answer for the terminal."""
    found = [desk_words.headline(answer), desk_words.proposal(answer)]
    found += desk_words.closed_doors(answer)
    found += [*desk_words.staff_assumed(answer), *desk_words.service_level(answer)]
    for week in (answer.today, answer.proposed):
        longest = max(week.last_moments, key=lambda moments: moments.place, default=None)
        if longest is not None:
            found += [
                desk_words.queue_at_closing(longest),
                desk_words.after_closing(longest, answer.case.desk.closing),
            ]
        if week.mail is not None:
            found += desk_words.mail_at_night(week, week.mail, answer.case.period_minutes)
    for row in comparison_rows(answer):
        name, today, proposed = row.values()
        found.append(said("  {name}: {today} -> {proposed}", name=name, today=today,
                          proposed=proposed))  # fmt: skip
    return [*found, *answer.plan.notes, *answer.warnings]


def week_table(week: DeskWeek) -> dict[str, Any]:
    """One week for a machine."""
    table: dict[str, Any] = {
        "hours": str(week.hours),
        "profit": week.profit,
        "answer_worth": week.margin,
        "wage_cost": week.wage_cost,
        "overtime_cost": week.overtime_cost,
        "opening_cost": week.opening_cost,
        "paid_hours": week.paid_hours,
        "moved": week.moved,
        "channels": [
            {"channel": c.channel.name}
            | {
                name: float(getattr(c, name).sum())
                for name in ("contacts", "met_closed", "gave_up", "turned_away", "answered")
            }
            for c in week.channels
        ],
        "closing": [
            {
                "weekday": desk_words.day_of(m),
                "close": clock(desk_words.minute_of(m)),
                "channels": [channel.name for channel in m.team.channels],
                "waiting": m.closing.waiting,
                "number_in_queue": m.place,
                "minutes_from_answer": m.place_minutes,
                "turned_away": m.closing.turned_away,
                "overtime_minutes": 60 * m.closing.overtime_hours,
            }
            for m in week.last_moments
        ],
    }
    if week.mail is not None:
        table["mail"] = {
            "arriving": float(week.mail.arriving.sum()),
            "answered": float(week.mail.answered.sum()),
            "given_up": week.mail.given_up,
            "growth": week.mail.growth,
            "mean_wait_hours": week.mail.mean_wait_hours,
            "largest_stack": float(week.mail.backlog.max()),
        }
    return table


def desk_table(answer: DeskAnswer) -> dict[str, Any]:
    """The whole answer for a machine."""
    plan, grid = answer.plan, answer.case.grid
    return {
        "unit": plan.unit,
        "status": plan.status,
        "gap": plan.gap,
        "seconds": plan.seconds,
        "hours": str(plan.hours),
        "gain": answer.gain,
        "objective": plan.objective,
        "bound": plan.bound,
        "profit": interval(answer.profit_draws),
        "paid_hours": answer.proposed.paid_hours,
        "staff": [
            {"weekday": grid.weekday_of(t), "start": grid.start_of(t), "staff": int(n)}
            for t, n in enumerate(plan.staff) if n
        ],
        "shifts": [
            {"weekday": s.weekday, "start": clock(s.start_minute), "end": clock(s.end_minute),
             "break_minutes": s.break_minutes, "count": s.count}
            for s in plan.shifts
        ],
        "proposed": week_table(answer.proposed),
        "today": week_table(answer.today)
        | {"profit": interval(answer.today_draws), "staff_known": answer.staff_known},
        "extra_hours": [
            {"weekday": hour.weekday, "start": clock(hour.minute), "people": hour.people,
             "staff": hour.staff, "answered": hour.answered, "cost": hour.cost,
             "worth": hour.worth}
            for hour in answer.extra
        ],
    }  # fmt: skip


def day_rows(week: DeskWeek, weekday: int) -> Rows:
    """One day by the clock: people an hour who are answered, give up, or meet a closed desk.

    Rows of `hour`, `part` and `people`, stacked from `low` to `high`; live channels together.
    """
    parts = (
        (say("answered"), "answered"),
        (say("give up or are turned away"), ""),
        (say("meet a closed desk"), "met_closed"),
    )
    rows: Rows = []
    low = np.zeros(24)
    for order, (name, field) in enumerate(parts):
        if field:
            people = np.sum([getattr(c, field) for c in week.channels], axis=0)
        else:
            people = np.sum([c.gave_up + c.turned_away for c in week.channels], axis=0)
        by_hour = people.reshape(7, 24, -1)[weekday].sum(axis=1)
        rows += [
            {"hour": hour, "part": name, "order": order, "people": float(some),
             "low": float(low[hour]), "high": float(low[hour] + some)}
            for hour, some in enumerate(by_hour)
        ]  # fmt: skip
        low = low + by_hour
    return rows


def day_cells(rows: Rows) -> Rows:
    """The picture of a day as a table; `rows` are `day_rows`."""
    busy = sorted({row["hour"] for row in rows if row["people"] > _TO_TELL})
    return [
        {say("hour"): window(60 * hour, 60 * hour + 60)}
        | {row["part"]: said(value=Number(row["people"], 1)) for row in rows if row["hour"] == hour}
        for hour in busy
    ]


def wait_rows(answer: DeskAnswer, weekday: int) -> Rows:
    """Waiting in minutes, and the share who give up, by hour: today's and the proposed day."""
    rows: Rows = []
    for name, week in ((say("today"), answer.today), (say("proposed"), answer.proposed)):
        inside = np.sum([c.contacts - c.met_closed for c in week.channels], axis=0)
        waited = np.sum(
            [np.nan_to_num(c.wait_minutes) * (c.contacts - c.met_closed) for c in week.channels],
            axis=0,
        )
        gone = np.sum([c.gave_up for c in week.channels], axis=0)
        by_hour = [v.reshape(7, 24, -1)[weekday].sum(axis=1) for v in (inside, waited, gone)]
        for hour, (people, minutes, gave_up) in enumerate(zip(*by_hour, strict=True)):
            if people > 0:
                rows.append(
                    {"hour": hour, "which": name, "minutes": float(minutes / people),
                     "gave_up": float(100 * gave_up / people)}
                )  # fmt: skip
        if rows and rows[-1]["which"] == name:  # a step holds until the end of its hour
            rows.append(rows[-1] | {"hour": rows[-1]["hour"] + 1})
    return rows


def wait_cells(rows: Rows) -> Rows:
    """The pictures of waiting as a table; `rows` are `wait_rows`."""
    table: dict[int, dict[str, Any]] = {}
    hours = {row["hour"] for row in rows}
    for which in (say("today"), say("proposed")):
        steps = {row["hour"]: row for row in rows if row["which"] == which}
        steps.pop(max(steps, default=0), None)  # the end of the last step
        for hour in sorted(hours)[:-1]:
            cells = table.setdefault(hour, {say("hour"): window(60 * hour, 60 * hour + 60)})
            for name, field in (
                (say("minutes of waiting"), "minutes"), (say("% who give up"), "gave_up"),
            ):  # fmt: skip
                head = said("{name}, {which}", name=name, which=which)
                row = steps.get(hour)
                cells[head] = "-" if row is None else said(value=Number(row[field], 1))
    return list(table.values())


def mail_rows(answer: DeskAnswer) -> Rows:
    """Mails that wait at the beginning of each hour of the week: `hours` since Monday 00:00."""
    rows: Rows = []
    for name, week in ((say("today"), answer.today), (say("proposed"), answer.proposed)):
        if week.mail is not None:
            per_hour = len(week.mail.backlog) // 168
            stack = week.mail.backlog[::per_hour]
            rows += [
                {"hours": hour, "which": name, "mails": float(some)}
                for hour, some in enumerate(stack)
            ]
    return rows


def mail_cells(rows: Rows) -> Rows:
    """The picture of the mail as a table, every six hours; `rows` are `mail_rows`."""
    table: dict[int, dict[str, Any]] = {}
    for row in rows:
        day, hour = divmod(row["hours"], 24)
        if hour % 6 == 0:
            when = said("{day} {time}", day=Weekday(day), time=Clock(60 * hour))
            cells = table.setdefault(row["hours"], {say("mails that wait"): when})
            cells[row["which"]] = said(value=Number(row["mails"]))
    return list(table.values())
