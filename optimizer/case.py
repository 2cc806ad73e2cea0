"""Case: all facts of one shop, frozen and checked at birth.

Only facts are stored; everything that can be computed is. `casefile` reads and changes cases.
"""

from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, ClassVar

from optimizer.channels import Channel, Desk, require_minutes
from optimizer.errors import CaseError
from optimizer.firmness import Rules
from optimizer.language import Listed, Number, Percent, say
from optimizer.opening import DatedHours, HoursCalendar, OpeningHours
from optimizer.people import Employee, RosterRules
from optimizer.site import Site
from optimizer.timegrid import TimeGrid, public_holidays

KINDS = ("sales", "footfall", "web", "attempts", "contacts", "staff")
MOST_STAFF, MOST = 1000, 1e9  # at a time; of anything: a larger number is a slip of the keyboard


def _require(truth: bool, rule: str, where: str) -> None:
    if not truth:
        raise CaseError(rule, where=where)


def _require_numbers(facts: Any, place: str) -> None:
    """Every number among the facts is one that can be reckoned with."""
    for each in fields(facts):
        value, where = getattr(facts, each.name), f"{place}{each.name}"
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, int | float):
                rule = say("must be a number of at most {most}", most=Number(MOST))
                _require(abs(part) <= MOST, rule, where)
            elif is_dataclass(part) and not isinstance(part, OpeningHours):
                _require_numbers(part, f"{where}.")


@dataclass(frozen=True)
class DataFile:
    """One file of observations: where it lies and, where a person said so, what it holds.

    `columns` names the columns by role (time, date, amount, count, order, store, ...) and overrides
    what is recognised. An uploaded file carries its bytes in `content` and is not on any disk.
    """

    file: str
    kind: str = ""  # one of KINDS; empty = recognised from the file
    where: str = "street"  # footfall: street (runs day and night) | door
    channel: str = ""  # of a desk with several: which of them the file is about
    columns: tuple[tuple[str, str], ...] = ()
    content: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _require(
            self.kind in ("", *KINDS),
            say("kind must be one of {KINDS}", KINDS=Listed(KINDS, "comma")),
            "data.kind",
        )
        _require(
            self.where in ("street", "door"), say("where must be street or door"), "data.where"
        )


@dataclass(frozen=True)
class Tidy:
    """What keeps opening hours easy to remember."""

    same_weekdays: bool = False  # Monday to Friday alike
    step_minutes: int = 30  # doors open and close on these steps only
    windows_per_day: int = 1  # 2 = a break at noon may be, where it pays
    patterns: int = 7  # different opening times in a week, at most

    def __post_init__(self) -> None:
        _require(
            self.step_minutes in (15, 30, 60), say("must be 15, 30 or 60"), "tidy.step_minutes"
        )
        _require(
            self.windows_per_day in (1, 2), say("must be 1 or 2"), "hours.tidy.windows_per_day"
        )
        _require(1 <= self.patterns <= 7, say("must be between 1 and 7"), "hours.tidy.patterns")


@dataclass(frozen=True)
class Hours:
    """When the shop is open, was open, and may be open. `current` None = inferred from the till."""

    current: OpeningHours | None = None
    candidate: OpeningHours = OpeningHours.parse("Mo-Su 07:00-22:00")
    legal: OpeningHours | None = None
    obligatory: OpeningHours | None = None
    history: tuple[DatedHours, ...] = ()
    tidy: Tidy = Tidy()
    per_week: tuple[float, float] | None = None  # hours to be open, at least and at most

    def __post_init__(self) -> None:
        if self.per_week is not None:
            least, most = self.per_week
            _require(
                0 <= least <= most <= 168, say("must rise, within 168 hours"), "hours.per_week"
            )

    def calendar(self, inferred: OpeningHours | None = None) -> HoursCalendar:
        """Opening hours of every date; `inferred` stands in where none are stated."""
        current = self.current or inferred
        if current is None:
            raise CaseError(
                say("the opening hours are not known"),
                where="hours.current",
                cure=say('State them, for instance "Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off".'),
            )
        return HoursCalendar(current, self.history)


@dataclass(frozen=True)
class Economics:
    """Money facts. What is None was not stated: the default below is used and said aloud."""

    contribution_margin: float | None = None  # share of net sales left after goods and card fees
    wage: float | None = None  # money per paid hour, before supplements
    on_cost: float = 0.30  # employer's share on top of wages
    open_cost_per_hour: float = 0.0  # energy, security: money per hour open
    open_cost_per_day: float = 0.0  # money per day with any open hour
    basket: float | None = None  # average net sale in money, where the data hold no amounts
    value_per_contact: float | None = None  # of a desk with one channel: money per answered contact

    DEFAULT_MARGIN: ClassVar[float] = 0.40
    DEFAULT_WAGE: ClassVar[float] = 14.46

    def __post_init__(self) -> None:
        margin, wage = self.contribution_margin, self.wage
        if margin is not None:
            _require(0 < margin <= 1, say("must be above 0 and at most 1"), "contribution_margin")
        _require(wage is None or wage >= 0, say("must not be negative"), "economics.wage")
        _require(self.on_cost >= 0, say("must not be negative"), "economics.on_cost")
        _require(self.open_cost_per_hour >= 0, say("must not be negative"), "open_cost_per_hour")
        _require(self.open_cost_per_day >= 0, say("must not be negative"), "open_cost_per_day")
        _require(self.basket is None or self.basket > 0, say("must be above 0"), "economics.basket")
        worth = self.value_per_contact
        _require(
            worth is None or worth >= 0, say("must not be negative"), "economics.value_per_contact"
        )

    @property
    def margin(self) -> float:
        """Contribution margin as a share of net sales, stated or assumed."""
        return self.DEFAULT_MARGIN if self.contribution_margin is None else self.contribution_margin

    @property
    def labour_cost_per_hour(self) -> float:
        """What one paid hour costs the employer before supplements, in money."""
        return (self.DEFAULT_WAGE if self.wage is None else self.wage) * (1 + self.on_cost)

    def assumed(self) -> list[str]:
        """What nobody stated, as sentences for the reader."""
        said: list[str] = []
        if self.contribution_margin is None:
            margin = Percent(self.DEFAULT_MARGIN)
            said.append(say("A contribution margin of {margin} is assumed.", margin=margin))
        if self.wage is None:
            wage = Number(self.DEFAULT_WAGE, 2)
            said.append(say("A wage of {wage} an hour is assumed.", wage=wage))
        return said


MEASURED = "measured"  # in place of a preset: what the shop's own changes of hours have shown
PRESETS = {  # likely share of a closed hour's customers that opening would newly bring
    "unknown": 0.50,
    "destination": 0.25,
    "furniture": 0.30,
    "fashion": 0.45,
    "grocery": 0.55,
    "convenience": 0.70,
    "phone": 0.30,
}
PRESET_NAMES = {
    "unknown": say("unknown"),
    "destination": say("destination"),
    "furniture": say("furniture"),
    "fashion": say("fashion"),
    "grocery": say("grocery"),
    "convenience": say("convenience"),
    "phone": say("orders by phone"),
}


@dataclass(frozen=True)
class DisplacementFacts:
    """What is known or assumed of the customers who meet a closed door.

    `lost` is the share that opening would newly bring (low, likely, high; 90 % between low and
    high); of the rest the share `web` buys in the owner's web shop and the others come in other
    open hours. Without `lost` a preset by kind of shop stands in: an assumption, not a measurement.
    """

    preset: str = "unknown"
    lost: tuple[float, float, float] | None = None
    web: float = 0.15 / 0.95  # of those who do not go elsewhere, where there is a web shop

    def __post_init__(self) -> None:
        known = ", ".join([*PRESETS, MEASURED])
        _require(
            self.preset in (*PRESETS, MEASURED),
            say("must be one of {known}", known=known),
            "displacement.preset",
        )
        _require(0 <= self.web <= 1, say("must be between 0 and 1"), "displacement.web")
        if self.lost is not None:
            low, likely, high = self.lost
            rule = say("must rise from low over likely to high, between 0 and 1")
            _require(0 <= low <= likely <= high <= 1, rule, "displacement.lost")


@dataclass(frozen=True)
class Loyalty:
    """What the owner believes of customers who find the door closed and never come back.

    Nobody has measured it; it is off until `leave_share` is above 0, and never in the headline.
    """

    leave_share: float = 0.0  # of those turned away and lost, who are then lost for good
    visits_per_year: float = 6.0  # purchases of a regular customer
    stay_share: float = 0.7  # of the customers of one year who are still there in the next
    discount: float = 0.05  # yearly, of money earned later

    def __post_init__(self) -> None:
        for name in ("leave_share", "stay_share", "discount"):
            share = getattr(self, name)
            _require(0 <= share < 1, say("must be at least 0 and below 1"), f"loyalty.{name}")
        _require(self.visits_per_year > 0, say("must be above 0"), "loyalty.visits_per_year")


@dataclass(frozen=True)
class StaffAt:
    """People who must be there at certain hours, if the doors are open: two after dark."""

    hours: OpeningHours
    staff: int

    def __post_init__(self) -> None:
        _require(self.staff >= 1, say("must be at least 1"), "service.min_staff_at.staff")


@dataclass(frozen=True)
class Service:
    """How one customer is served.

    `till`: customers queue, leave after `patience_minutes` on average. `assist`: shoppers buy more
    when somebody has time for them; `assist_need` is the gamma of the response. `desk`: contacts by
    phone, chat or mail; the case's channels say how each is served. At a till customers
    inside at closing time are still served, in paid time, unless `finish_after_closing` is false.
    """

    kind: str = "till"
    minutes: float = 4.0
    patience_minutes: float = 7.0
    assist_need: float = 0.30
    min_staff: int = 1
    max_staff: int = 5
    min_staff_at: tuple[StaffAt, ...] = ()  # where it is more than min_staff
    finish_after_closing: bool = True

    def __post_init__(self) -> None:
        _require(
            self.kind in ("till", "assist", "desk"),
            say("kind must be till, assist or desk"),
            "service.kind",
        )
        require_minutes("service", self.minutes, self.patience_minutes)
        _require(self.assist_need >= 0, say("must not be negative"), "service.assist_need")
        _require(self.min_staff >= 0, say("must not be negative"), "service.min_staff")
        most = max([self.min_staff, *(asked.staff for asked in self.min_staff_at)])
        _require(most <= self.max_staff, say("must not pass max_staff"), "service.min_staff")
        rule = say("must be at most {most}", most=MOST_STAFF)
        _require(self.max_staff <= MOST_STAFF, rule, "service.max_staff")


@dataclass(frozen=True)
class Role:
    """One kind of work with its own people: tills, fitting rooms, a counter.

    `share` is the part of the contribution margin that hangs on this work; all shares sum to 1.
    """

    name: str
    share: float
    service: Service = Service()

    def __post_init__(self) -> None:
        _require(bool(self.name), say("must not be empty"), "role.name")
        _require(0 < self.share <= 1, say("must be above 0 and at most 1"), "role.share")


@dataclass(frozen=True)
class Labour:
    """Shifts and working time. `rules` names a pack of dated rules with pay supplements."""

    rules: str = ""
    hours_per_week: float | None = None  # paid hours that may be used in a week
    shift_hours: tuple[float, float] = (4.0, 9.0)  # shortest and longest, break included
    break_after_hours: float = 6.0  # longer shifts hold one unpaid break
    break_minutes: int = 30
    set_up_minutes: int = 0  # paid work of `min_staff` people before the doors open
    close_down_minutes: int = 0  # and after they close
    rest_hours: float = 0.0  # from closing to the next day's opening, if one person does both
    keyholder: bool = False  # one who holds a key must be there while the doors are open

    def __post_init__(self) -> None:
        shortest, longest = self.shift_hours
        _require(
            0 < shortest <= longest <= 24, say("must rise, within 24 hours"), "labour.shift_hours"
        )
        given = self.hours_per_week
        _require(given is None or given > 0, say("must be above 0"), "labour.hours_per_week")
        after, within = self.break_after_hours, say("must be within 24 hours")
        _require(0 <= after <= 24, within, "labour.break_after_hours")
        for name in ("break_minutes", "set_up_minutes", "close_down_minutes"):
            _require(0 <= getattr(self, name) <= 24 * 60, within, f"labour.{name}")
        _require(0 <= self.rest_hours <= 24, within, "labour.rest_hours")


@dataclass(frozen=True)
class Case:
    """All facts of one shop, or the common facts of a chain (`stores` then holds what differs)."""

    version: int = 1
    name: str = ""
    timezone: str = ""  # empty = nobody said: the clock of `TimeGrid` stands in, and it is said
    country: str = ""
    subdivision: str = ""
    currency: str = "EUR"
    period_minutes: int = 30
    hours: Hours = Hours()
    data: tuple[DataFile, ...] = ()
    economics: Economics = Economics()
    displacement: DisplacementFacts = DisplacementFacts()
    loyalty: Loyalty = Loyalty()
    service: Service = Service()
    channel: tuple[Channel, ...] = ()  # of a service desk, in place of `service`
    desk: Desk = Desk()
    role: tuple[Role, ...] = ()  # several kinds of work; then `service` says nothing
    labour: Labour = Labour()
    rules: Rules = Rules()
    employee: tuple[Employee, ...] = ()
    roster: RosterRules = RosterRules()
    site: Site = Site()
    store: str = ""  # which store of the data this case is about; empty = all of it is one shop
    stores: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    folder: Path | None = None
    synthetic: bool = False  # the data are made up (the sample says so wherever it is shown)

    def __post_init__(self) -> None:
        _require(self.version == 1, say("only version 1 is known"), "version")
        _require_numbers(self, "")
        _require(self.service.min_staff >= 1, say("must be at least 1"), "service.min_staff")
        keys = [person.keyholder for person in self.employee] if self.labour.keyholder else []
        _require(any(keys) or not keys, say("nobody holds a key"), "labour.keyholder")
        if self.role:
            total = sum(role.share for role in self.role)
            _require(abs(total - 1) < 1e-6, say("shares must sum to 1"), "role.share")
            somebody = any(role.service.min_staff for role in self.role)
            _require(somebody, say("somebody must be there while open"), "role.service.min_staff")
            kinds = {role.name for role in self.role}
            _require(len(kinds) == len(self.role), say("names must differ"), "role.name")
        people = [person.name for person in self.employee]
        _require(len(set(people)) == len(people), say("names must differ"), "employee.name")
        names = [channel.name for channel in self.channel]
        _require(len(set(names)) == len(names), say("names must differ"), "channel.name")
        _ = self.grid
        public_holidays(self.country, self.subdivision, 2026)

    @property
    def grid(self) -> TimeGrid:
        """The shop's clock and periods."""
        return TimeGrid(self.timezone or TimeGrid.timezone, self.period_minutes)

    @property
    def is_desk(self) -> bool:
        """Whether it is a service desk that people call or write to, not a shop they enter."""
        return self.service.kind == "desk"

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Of a desk; where none is named it is one phone, with the times of `service`."""
        service = self.service
        alone = Channel(
            "phone", service.minutes, service.patience_minutes,
            value_per_contact=self.economics.value_per_contact,
        )  # fmt: skip
        return self.channel or (alone,)

    @property
    def paid_hours_limit(self) -> float | None:
        """Paid hours a week that may be used: the stated budget, else what the contracts allow."""
        if self.labour.hours_per_week is not None or not self.employee:
            return self.labour.hours_per_week
        return sum(person.contract_hours[1] for person in self.employee)
