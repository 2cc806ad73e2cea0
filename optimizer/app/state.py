"""The one bridge between the pages and the package: what a visitor looks at, and cached answers.

A visitor has a source (the case to begin with, or uploaded files), states facts about it on the
page Data, and supposes others in the sidebar. Everything shown follows from these three.

Cached answers belong to one visitor's session and are found by a single hash of the bytes of the
files and of the facts they depend on: never by a file's name, and never across visitors.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import streamlit as st

from optimizer.app.words import (
    DATE_FORMATS,
    caption,
    choose_language,
    labels,
    language,
    listed,
    paragraphs,
    picture,
    plain,
    problems,
    section,
    t,
    table,
    weekday_labels,
)
from optimizer.case import Case, DataFile, DisplacementFacts, Economics, Labour, Service
from optimizer.casefile import (
    case_from_files,
    for_store,
    read_case,
    with_changes,
)
from optimizer.data.contacts import DeskRecord, read_contacts
from optimizer.data.observations import Observations, read_observations
from optimizer.demand.backtest import Backtest, backtest
from optimizer.demand.checked import estimate_demands, that_sold
from optimizer.demand.demand import Demand
from optimizer.demand.displacement import Displacement, displacement
from optimizer.desk.answer import DeskAnswer, answer_desk
from optimizer.errors import DataError, OpeningHoursError
from optimizer.language import said, say
from optimizer.people import RosterRules
from optimizer.planning.evaluate import Evaluation, evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.lost import HourWorth, SalesLost, hour_worth, sales_lost
from optimizer.planning.loyalty import BeyondBasket, beyond_basket
from optimizer.planning.plan import Plan
from optimizer.planning.potential import potential
from optimizer.planning.response import Potential

# Pages know one bridge: what shows texts is found here too.
__all__ = [
    "DATE_FORMATS",
    "caption",
    "choose_language",
    "labels",
    "language",
    "listed",
    "paragraphs",
    "picture",
    "plain",
    "problems",
    "section",
    "t",
    "table",
    "weekday_labels",
]
_ESTIMATES = 4  # kept for a visitor
KEEP = 3600  # seconds after which a cached answer is forgotten
_READING = say("Reading the files and estimating the demand ...")
SEARCHING = say("Looking for the best hours, staff and shifts; at most half a minute ...")
_PATIENCE = 1.0  # seconds after which work in progress is shown as a bar

Estimate = tuple[dict[str, Observations], dict[str, Demand]]
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Visitor:
    """What one visitor has given and chosen; each change makes a new one."""

    source: Case  # its files carry their bytes
    hashes: tuple[str, ...]  # of those bytes, file by file
    own: bool = False  # uploaded by the visitor
    facts: Facts = field(default_factory=dict)  # stated on the page Data
    what_ifs: Facts = field(default_factory=dict)  # supposed in the sidebar
    store: str = ""

    @property
    def stated(self) -> Case:
        """The source with the facts that were stated."""
        return with_changes(self.source, self.facts)

    @property
    def case(self) -> Case:
        """The stated case with what is supposed."""
        return with_changes(self.stated, self.what_ifs)


@dataclass(frozen=True, eq=False)
class Shop:
    """The shop on the screen: its facts, what was observed, and its demand."""

    case: Case
    seen: Observations
    demand: Demand
    stores: tuple[str, ...]
    key: str  # of everything shown
    door_key: str  # of the data and the opening hours alone

    @cached_property
    def potential(self) -> Potential:
        """Who would come, and what each is worth."""
        return potential(self.case, self.demand)

    @cached_property
    def displacement(self) -> Displacement:
        """Where those go who find the door closed."""
        facts, draws = self.case.displacement, len(self.demand.draws)
        return displacement(facts, self.demand.has_web_shop, draws)

    @cached_property
    def lost(self) -> SalesLost:
        """Sales lost by closing as today."""
        return sales_lost(self.case, self.demand)

    @cached_property
    def worth(self) -> HourWorth:
        """What each period of the week is worth by itself."""
        return hour_worth(self.case, self.potential)

    @cached_property
    def beyond(self) -> BeyondBasket | None:
        """What customers who never come back would be worth, if the owner believes in them."""
        return beyond_basket(self.case, self.demand, self.lost)

    def lost_by(self, close: Mapping[int, int]) -> SalesLost:
        """Sales lost when some weekdays close at other minutes of the day."""
        return sales_lost(self.case, self.demand, close=close)


def begin(start: Path) -> None:
    """Give a new visitor the case to begin with: a folder with a case.toml, or a data file."""
    if "visitor" not in st.session_state:
        alone = start.is_file() and start.suffix != ".toml"
        case = case_from_files([DataFile(str(start))]) if alone else read_case(start)
        receive(case)
        st.session_state.start = start
        st.session_state.setdefault("uploads", 0)


def start_over() -> None:
    """Forget everything the visitor gave and chose."""
    start, uploads, chosen = st.session_state.start, st.session_state.uploads, language()
    st.session_state.clear()
    st.session_state.uploads = uploads + 1  # a new number is a new, empty uploader
    st.session_state.language = chosen
    begin(start)


def visitor() -> Visitor:
    """What this visitor has given and chosen."""
    found: Visitor = st.session_state.visitor
    return found


def choose_store(store: str) -> None:
    """Look at another store of the same data."""
    st.session_state.visitor = replace(visitor(), store=store)


def suppose(what_ifs: Facts) -> None:
    """Change some of the sidebar's what-ifs, or with {} drop them all."""
    changed = {**visitor().what_ifs, **what_ifs} if what_ifs else {}
    with_changes(visitor().stated, changed)
    st.session_state.visitor = replace(visitor(), what_ifs=changed)


def state(facts: Facts) -> None:
    """Change some facts, if the data can still be read with them; they end what-ifs about them.

    Raises
    ------
    OpeningHoursError
        A fact breaks a rule or does not fit the data; nothing is changed.
    """
    old = visitor()
    what_ifs = {name: value for name, value in old.what_ifs.items() if name not in facts}
    new = replace(old, facts={**old.facts, **facts}, what_ifs=what_ifs)
    _estimate(new)
    st.session_state.visitor = new


def receive(case: Case, *, own: bool = False) -> None:
    """Make a case the visitor's source, if it can be read; its files come into memory.

    What was stated stays where one of the files stays: then it is the same shop with more data.

    Raises
    ------
    OpeningHoursError
        The case cannot be read; nothing is changed.
    """
    folder = case.folder or Path()
    data = tuple(
        file
        if file.content is not None
        else replace(file, file=Path(file.file).name, content=_bytes(folder / file.file))
        for file in case.data
    )
    hashes = [digest(file) for file in data]
    new = Visitor(replace(case, data=data, folder=None), tuple(hashes), own)
    old = st.session_state.get("visitor")
    if old and old.own == own and set(old.hashes) & set(hashes):
        new = replace(new, facts=old.facts, what_ifs=old.what_ifs, store=old.store)
    if case.is_desk:
        read_contacts(new.source)
    else:
        _estimate(new)
    st.session_state.visitor = new


def digest(file: DataFile) -> str:
    """A file's bytes as one hex number; its name says nothing."""
    return hashlib.sha256(file.content or b"").hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            say("cannot be read ({why})", why=error.strerror), where=str(path)
        ) from None


def shop() -> Shop:
    """The shop on the screen, with everything the visitor stated and supposed.

    The last one is kept, so that a slider does not work out again what it does not touch.
    """
    who = visitor()
    key = hash_of((who.hashes, who.store, who.case))
    last: Shop | None = st.session_state.get("shop")
    if last is None or last.key != key:
        seen, demands = _estimate(who)
        store = who.store if who.store in seen else next(iter(seen))
        case, hours = for_store(who.case, store), seen[store].hours
        door_key = hash_of((who.hashes, store, hours, case.hours.candidate))
        last = Shop(case, seen[store], demands[store], tuple(seen), key, door_key)
        st.session_state.shop = last
    return last


def has_begun() -> bool:
    """Whether there is anything to look at: the case to begin with could be read."""
    return "visitor" in st.session_state


def has_stores() -> bool:
    """Whether the data hold several stores."""
    if not has_begun() or is_desk():
        return False
    try:
        return len(all_shops()[0]) > 1
    except OpeningHoursError:  # told by the page that asks for more
        return False


def all_shops() -> Estimate:
    """Observations and demand of every store of the visitor's data, by name."""
    return _estimate(visitor())


def is_desk() -> bool:
    """Whether it is a service desk that the visitor looks at."""
    return has_begun() and visitor().source.is_desk


def desk() -> tuple[DeskAnswer, DeskRecord]:
    """The desk on the screen: today's week and the proposed one, and what was counted."""
    who = visitor()
    with st.spinner(t(SEARCHING)):
        return _desk(hash_of((who.hashes, who.case)), who.case)


@st.cache_data(scope="session", max_entries=4, ttl=KEEP, show_spinner=False)
def _desk(key: str, _case: Case) -> tuple[DeskAnswer, DeskRecord]:
    record = read_contacts(_case)
    return answer_desk(_case, record), record


def _estimate(who: Visitor) -> Estimate:
    """Observations and demand by store; they depend on the files, the clock and the hours only."""
    case = replace(
        who.case,
        name="",
        economics=Economics(),
        displacement=DisplacementFacts(),
        service=Service(),
        labour=Labour(),
        employee=(),
    )
    key = hash_of((who.hashes, case))
    kept: dict[str, Estimate] = st.session_state.setdefault("estimates", {})
    if key not in kept:
        with progress() as tell:
            seen = read_observations(case, lambda share, step: tell(share / 2, step))
            tell(0.5, say("Estimating the demand"))
            seen = that_sold(seen)
            found = seen, estimate_demands(case, list(seen.values()))
        while len(kept) >= _ESTIMATES:
            kept.pop(next(iter(kept)))
        kept[key] = found
    return kept[key]


@contextmanager
def progress(
    doing: str = _READING,
) -> Iterator[Callable[[float, str], None]]:
    """A spinner, and past the first second a bar with the step that is being done.

    Streamlit's own cache cannot show it: it would play the bar again with every answer.
    """
    begin, place = time.monotonic(), st.empty()

    def tell(share: float, step: str) -> None:
        if time.monotonic() - begin > _PATIENCE:
            place.progress(share, plain(t(said("{step} ...", step=step))))

    with st.spinner(t(doing)):
        yield tell
    place.empty()


def plan(shop: Shop) -> tuple[Plan, Evaluation, Evaluation]:
    """The best week, what it is worth, and what today's hours are worth.

    How rosters are made changes none of it.
    """
    case = replace(shop.case, roster=RosterRules())
    with st.spinner(t(SEARCHING)):
        return _planned(hash_of((visitor().hashes, case)), shop)


@st.cache_data(scope="session", max_entries=12, ttl=KEEP, show_spinner=False)
def _planned(key: str, _shop: Shop) -> tuple[Plan, Evaluation, Evaluation]:
    today, whom = _shop.seen.hours, _shop.potential
    case = replace(_shop.case, hours=replace(_shop.case.hours, current=today))  # also if inferred
    found = optimize(case, whom)
    return found, evaluate(case, whom, found), evaluate(case, whom, today)


def tested(shop: Shop) -> Backtest:
    """What became of hours that were open, hidden and estimated again.

    Raises
    ------
    DataError
        The data are too few to hide some of them.
    """
    with st.spinner(t(say("Hiding hours you were open and estimating them again ..."))):
        return _tested(hash_of((shop.door_key, shop.seen.history)), shop)


@st.cache_data(scope="session", max_entries=4, ttl=KEEP, show_spinner=False)
def _tested(key: str, _shop: Shop) -> Backtest:
    return backtest(_shop.case, _shop.seen)


def hash_of(facts: object) -> str:
    """One hex digest of frozen facts; bytes of files come in as digests of their own."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def headline(shop: Shop, sentence: str) -> None:
    """The answer of a page, and at once whether it is about made-up data."""
    st.subheader(plain(t(sentence)), anchor=False)
    if shop.case.synthetic:
        caption(say("Synthetic sample data: a shop made up to show the tool."))
