"""Desk: who meets a closed desk, who waits, and what longer hours would change."""

import streamlit as st

from optimizer.app import share, state, uploads
from optimizer.data.contacts import DeskRecord
from optimizer.desk.answer import DeskAnswer
from optimizer.desk.week import DeskWeek, last_call
from optimizer.errors import OpeningHoursError
from optimizer.language import Capital, Weekday, said, say
from optimizer.reporting import desk_plots, desk_tables, desk_words, sentences

_LATE = (0.25, 0.05)  # hours of overtime, and how often it may be more


def page() -> None:
    """What today's hours cost first, then the proposal, closing time, and the mail."""
    answer, record = state.desk()
    st.subheader(state.plain(state.t(desk_words.headline(answer))), anchor=False)
    if answer.case.synthetic:
        state.caption(say("Synthetic sample data: no real people, calls or mails."))
    state.paragraphs(desk_words.proposal(answer))
    state.listed([*desk_words.closed_doors(answer), *desk_words.staff_assumed(answer)])
    day = show_day(answer)
    show_weeks(answer)
    show_closing(answer, day)
    show_extra(answer)
    show_mail(answer)
    if answer.warnings or answer.plan.notes:
        state.section(say("What to know of these numbers"))
        state.listed([*answer.warnings, *answer.plan.notes])
    give_files(record)
    share.scenario()


def give_files(record: DeskRecord) -> None:
    """What was read, and the uploader; what cannot be read leaves everything as it was."""
    state.section(say("What was recognised"))
    for report in record.reports:
        state.paragraphs(
            said("{file}: {what}", file=report.file, what=sentences.recognised(report))
        )
        state.listed(sentences.left_out(report))
    state.section(say("Your own desk"))
    state.paragraphs(
        say(
            "Download everything in one file below: its case.toml and tables show what is asked "
            "for. Put your own contacts and attempts in their place, and give the changed files "
            "here, or all of them as a ZIP."
        )
    )
    values = st.session_state
    files = st.file_uploader(
        state.t(say("The case.toml and its data files, together or as one ZIP")),
        accept_multiple_files=True,
        key=f"files-{values.uploads}",
    )
    given = [file.file_id for file in files]
    if values.get("tried", []) != given:
        values.tried, values.refused = given, None
        try:
            if files:
                uploads.upload(files)
        except OpeningHoursError as error:
            values.refused = error.said  # not the error: it still holds the rows of the file
        st.rerun()  # everything above has to follow
    if values.get("refused"):
        st.error(state.plain(state.t(values.refused)))
    st.button(state.t(say("Start over")), on_click=state.start_over,
              help=state.t(say("Forget your files and facts.")))  # fmt: skip


def show_day(answer: DeskAnswer) -> int:
    """One day by the hour: what becomes of those who call or chat, and how long they wait."""
    state.section(say("Hour by hour"))
    day = st.selectbox(
        state.t(say("Day of the week")),
        range(7),
        format_func=state.weekday_labels(),
        key="desk-day",
    )
    for name, week in ((say("Today"), answer.today), (say("Proposed"), answer.proposed)):
        state.paragraphs(name)
        rows = desk_tables.day_rows(week, day)
        state.picture(desk_plots.contacts_chart(rows), _told(week, day))
        numbers(desk_tables.day_cells(rows))
    waits = desk_tables.wait_rows(answer, day)
    if waits:
        minutes, gone = say("minutes of waiting"), say("% who give up")
        state.paragraphs(say("How long people wait on average, and how many of them give up:"))
        for field, name in (("minutes", minutes), ("gave_up", gone)):
            told = say("{name}, by the hour, today and as proposed; the table below holds it.",
                       name=Capital(name))  # fmt: skip
            state.picture(desk_plots.wait_chart(waits, field, name), told)
        numbers(desk_tables.wait_cells(waits))
    return day


def numbers(rows: desk_tables.Rows) -> None:
    """What a picture shows, as a table."""
    with st.expander(state.t(say("The numbers"))):
        state.table(rows)


def _told(week: DeskWeek, day: int) -> str:
    rows = desk_tables.day_rows(week, day)
    closed = sum(row["people"] for row in rows if row["order"] == 2)
    return say(
        "{day}: of {people} people {closed} meet a closed desk; the table below holds them.",
        day=Weekday(day, "wide"),
        people=round(sum(row["people"] for row in rows)),
        closed=round(closed),
    )


def show_weeks(answer: DeskAnswer) -> None:
    """Today's week and the proposed one in figures."""
    state.section(say("A typical week"))
    if answer.case.desk.answer_share is not None:
        state.listed(desk_words.service_level(answer))
    state.table(desk_tables.comparison_rows(answer))


def show_closing(answer: DeskAnswer, day: int) -> None:
    """The queue when the desk closes, what the custom brings, and the best last call."""
    state.section(say("When the desk closes"))
    custom = answer.case.desk.closing
    for name, week, response in (
        (say("Today"), answer.today, answer.today_response),
        (say("Proposed"), answer.proposed, answer.response),
    ):
        here = [moments for moments in week.last_moments if desk_words.day_of(moments) == day]
        state.paragraphs(name if here else say("{which}: closed all day.", which=name))
        for moments in here:
            told = [desk_words.queue_at_closing(moments)]
            if moments.servers > 0:
                minutes, found = last_call(response, moments, _LATE)
                told.append(desk_words.after_closing(moments, custom))
                told.append(desk_words.best_last_call(minutes, found, _LATE[0]))
            state.listed(told)


def show_extra(answer: DeskAnswer) -> None:
    """What each hour beyond today's costs and answers, by itself."""
    rows = desk_tables.extra_rows(answer)
    if not rows:
        return
    state.section(say("What an extra hour costs"))
    state.paragraphs(
        say(
            "Each hour by itself, without shifts: the people who would call or chat, how many "
            "answer them at best, and what it brings beyond those who come back anyway. Time left "
            "for the mail comes on top."
        )
    )
    weekdays = [row for row in rows if row[say("day")] == say("Monday to Friday")]
    if weekdays:
        state.paragraphs(say("Monday to Friday"))
        state.table(
            [{name: cell for name, cell in row.items() if name != "day"} for row in weekdays]
        )
    weekend = [row for row in rows if row not in weekdays]
    if weekend:
        with st.expander(state.t(say("Saturday and Sunday"))):
            state.table(weekend)


def show_mail(answer: DeskAnswer) -> None:
    """What the mails of the night do to the morning."""
    if answer.today.mail is None or answer.proposed.mail is None:
        return
    state.section(say("Mail at night, work in the morning"))
    minutes = answer.case.period_minutes
    for name, week, mail in (
        (say("Today"), answer.today, answer.today.mail),
        (say("Proposed"), answer.proposed, answer.proposed.mail),
    ):
        state.paragraphs(name)
        state.listed(desk_words.mail_at_night(week, mail, minutes))
    told = say("Mails that wait through the week, today and as proposed; the table below holds it.")
    rows = desk_tables.mail_rows(answer)
    state.picture(desk_plots.mail_chart(rows), told)
    numbers(desk_tables.mail_cells(rows))


page()
