"""Staff: who has to be there when, the shifts that provide it, and what they are paid."""

import streamlit as st

from optimizer.app import state
from optimizer.language import say
from optimizer.planning.evaluate import evaluate
from optimizer.planning.pay import pay_lines
from optimizer.planning.plan import Plan, check_plan
from optimizer.reporting import plan_plots, plan_tables, plan_words, tables


def page() -> None:
    """The work of the week in one sentence, then the shifts, the people needed, and the pay."""
    shop = state.shop()
    plan, judged, _ = state.plan(shop)
    state.headline(shop, plan_words.work(plan, judged))
    for sentence in plan_words.broken(check_plan(shop.case, plan)):
        st.error(state.plain(state.t(sentence)))
    show_shifts(plan)
    show_need(shop, plan)
    if shop.potential.in_money:
        show_pay(shop, plan)


def show_shifts(plan: Plan) -> None:
    """The shifts as bars by the clock, and as a table."""
    state.section(say("Shifts"))
    state.caption(say("A line for each person; the gap in a bar is the unpaid break."))
    told = say("The shifts of the week by the clock; the table below holds them.")
    state.picture(plan_plots.shift_chart(plan_tables.shift_bars(plan)), told)
    duty = plan_words.duty(plan)
    if duty:
        state.paragraphs(duty)
    with st.expander(state.t(say("The numbers"))):
        state.table(tables.shift_rows(plan))


def show_need(shop: state.Shop, plan: Plan) -> None:
    """People planned beside those that would pay best if nobody had to work whole shifts."""
    state.section(say("Needed and planned"))
    open_days = [day for day in range(7) if plan.hours.windows(day)]
    busiest = int(plan.staff.reshape(7, -1).sum(axis=1).argmax())
    day = st.selectbox(
        state.t(say("Day of the week")), open_days, open_days.index(busiest),
        state.weekday_labels(), key="staff-day",
    )  # fmt: skip
    needed = evaluate(shop.case, shop.potential, plan.opening).staff
    steps = plan_tables.staff_steps(shop.case, day, plan.staff, needed)
    state.caption(
        say("Bars: planned. Marks: the number of people that would pay best by itself. Whole "
            "shifts cannot follow every mark.")
    )  # fmt: skip
    told = say("People planned and needed over one day; the table below holds them.")
    state.picture(plan_plots.staff_chart(steps), told)
    with st.expander(state.t(say("The numbers"))):
        state.table(plan_tables.staff_rows(steps))


def show_pay(shop: state.Shop, plan: Plan) -> None:
    """What the paid hours are made of."""
    state.section(say("What it is paid"))
    state.table(
        plan_tables.pay_rows(pay_lines(shop.case, shop.potential, plan), shop.case.currency)
    )
    state.caption(say("An ordinary week, without public holidays."))


page()
