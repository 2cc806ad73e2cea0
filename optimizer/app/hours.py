"""Plan: the hours that earn most beside today's, why they are what they are, and any others."""

import streamlit as st

from optimizer.app import reasons, share, state
from optimizer.errors import PlanError
from optimizer.language import Unit, say
from optimizer.opening import OpeningHours
from optimizer.planning.coverage import coverage
from optimizer.planning.evaluate import Evaluation, evaluate
from optimizer.planning.plan import Plan, check_plan
from optimizer.planning.rules import rule_pack
from optimizer.reporting import (
    plan_plots,
    plan_tables,
    plan_words,
    plots,
    sentences,
    tables,
    wanted,
)


def page() -> None:
    """What the proposal changes first, then the reasons, then what else one may ask."""
    shop = state.shop()
    plan, judged, today = state.plan(shop)
    state.headline(shop, sentences.proposal(judged, today))
    for shown in (plan, reasons.simple(shop)):
        for sentence in plan_words.broken(check_plan(shop.case, shown)):
            st.error(state.plain(state.t(sentence)))
    show_hours(shop, plan, today)
    show_week(shop, plan, judged, today)
    show_reasons(shop, plan)
    show_ladder(shop, plan)
    show_rules(shop, plan)
    judge_others(shop, judged, today)
    state.section(say("Is there a better one?"))
    state.paragraphs(sentences.proof(plan))
    state.listed(plan.notes)
    key, roster, _ = st.session_state.get("roster", ("", None, 0))  # of the page Roster
    share.downloads(shop, plan, judged, today, roster if key.startswith(shop.key) else None)


def show_hours(shop: state.Shop, plan: Plan, today: Evaluation) -> None:
    """Three door signs: today's, the best and the simplest one that is nearly as good."""
    state.section(say("The door sign"))
    simple = reasons.simple(shop)
    other = None if simple.hours == plan.hours else simple.hours
    state.table(tables.door_signs(today.hours, plan.hours, other))
    state.paragraphs(plan_words.simple_plan(plan, simple))


def show_week(shop: state.Shop, plan: Plan, judged: Evaluation, today: Evaluation) -> None:
    """Today beside the proposal, in figures and as a picture."""
    state.section(say("A typical week"))
    state.table(tables.comparison_rows(judged, today))
    covered = [
        coverage(shop.potential, hours) for hours in (shop.demand.open_share, 1.0 * plan.opening)
    ]
    state.paragraphs(wanted.covered_then(*covered))
    state.caption(
        say("Today's staff is not known: today's hours are judged with the staff that pays best "
            "in each hour, which is kind to them.")
    )  # fmt: skip
    state.section(say("Hour by hour"))
    state.paragraphs(say("Filled: proposed, with the people at work. Dashed: open today."))
    runs = tables.staff_runs(plan.staff, shop.case.grid)
    told = say(
        "The proposed week with the people at work, and today's hours; the tables hold them."
    )
    state.picture(plots.week_chart(runs, tables.open_runs(today.hours)), told)
    with st.expander(state.t(say("The numbers"))):
        state.table(tables.run_rows(runs))


def show_reasons(shop: state.Shop, plan: Plan) -> None:
    """A sentence for each weekday."""
    state.section(say("Why these hours"))
    with st.spinner(state.t(say("Trying every closing time ..."))):
        ladders = reasons.ladders(shop)
    state.listed(plan_words.weekday_choice(plan, day, ladders[day]) for day in range(7))


def show_ladder(shop: state.Shop, plan: Plan) -> None:
    """Each further step of one weekday: what it earns, costs and needs."""
    state.section(say("One weekday, step by step"))
    day = st.selectbox(
        state.t(say("Day of the week")),
        range(7),
        3,
        state.weekday_labels(),
        key="ladder-day",
    )
    later, earlier = reasons.ladders(shop)[day], reasons.opening_ladder(shop, day)
    steps = plan_tables.ladder_steps(plan, day, later)
    if not steps:
        state.paragraphs(plan_words.weekday_choice(plan, day, later))
        return
    state.caption(say("Bars: what each further step brings. Marks: what it costs."))
    told = say("What each later closing time brings and costs; the table below holds it.")
    state.picture(plan_plots.ladder_chart(steps, Unit(plan.unit)), told)
    opening = plan_words.opening_choice(plan, day, earlier)
    if opening:
        state.paragraphs(opening)
    with st.expander(state.t(say("The numbers"))):
        state.caption(
            say("Each row beside the one above, the first beside a closed day; the arrow marks the "
                "proposal. Customers needed: how many who would else not have come pay for the "
                "step. Chance: how likely it is to pay.")
        )  # fmt: skip
        state.paragraphs(say("Closing later:"))
        state.table(plan_tables.ladder_rows(plan, day, later, earlier=False))
        state.paragraphs(say("Opening earlier, climbing from a short day:"))
        state.table(plan_tables.ladder_rows(plan, day, earlier, earlier=True))


def show_rules(shop: state.Shop, plan: Plan) -> None:
    """Which rule binds, what would change the advice, and the dated facts behind it."""
    state.section(say("Which rule binds"))
    prices = reasons.rules(shop)
    state.paragraphs(plan_words.binding_rule(prices, plan))
    state.listed(plan_words.rule_price(price, plan) for price in prices)
    state.section(say("What would change the advice"))
    if st.toggle(state.t(say("Work it out (some seconds)")), key="turns"):
        with st.spinner(state.t(say("Walking each assumption up and down ..."))):
            turns = reasons.turns(shop)
        calm = plan_words.no_turn(turns, plan)
        told = [plan_words.turning_point(turn, plan, shop.case.currency) for turn in turns]
        state.listed([*told, *([calm] if calm else [])])
    pack = rule_pack(shop.case)
    if pack is not None:
        with st.expander(state.t(say("The rules in force: dated facts, not advice"))):
            for source, told in plan_tables.facts(pack).items():
                state.paragraphs(source)
                state.listed(told)


def judge_others(shop: state.Shop, judged: Evaluation, today: Evaluation) -> None:
    """Any other hours, judged at once beside today's."""
    state.section(say("Judge other hours"))
    text = st.text_input(
        state.t(say("Opening hours")),
        key="other-hours",
        placeholder="Mo-Fr 10:00-19:00; Sa 10:00-15:00",
    )
    if not text:
        return
    with state.problems():
        other = evaluate(shop.case, shop.potential, OpeningHours.parse(text))
        if not other.opening.any():
            raise PlanError(say("these hours open on no day"))
        draws = other.profit_draws - today.profit_draws
        state.paragraphs(
            say("These hours change what you earn by {change}; the proposal by {best}.",
                change=plan_words.change(draws, other.unit),
                best=plan_words.change(judged.profit_draws - today.profit_draws, other.unit))
        )  # fmt: skip
        state.table(tables.comparison_rows(other, today))


page()
