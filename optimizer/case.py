"""Case: all facts of one shop, frozen and checked at birth.

Only facts are stored; everything that can be computed is. `casefile` reads and changes cases.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from optimizer.errors import CaseError
from optimizer.opening import DatedHours, HoursCalendar, OpeningHours
from optimizer.timegrid import TimeGrid, public_holidays

KINDS = ("sales", "footfall", "web", "attempts", "staff")


def _require(truth: bool, rule: str, where: str) -> None:
    if not truth:
        raise CaseError(rule, where=where)


@dataclass(frozen=True)
class DataFile:
    """One file of observations: where it lies and, where a person said so, what it holds.

    `columns` names the columns by role (time, date, amount, count, order, store, ...) and overrides
    what is recognised. An uploaded file carries its bytes in `content` and is not on any disk.
    """

    file: str
    kind: str = ""  # one of KINDS; empty = recognised from the file
    where: str = "street"  # footfall: street (runs day and night) | door
    columns: tuple[tuple[str, str], ...] = ()
    content: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _require(self.kind in ("", *KINDS), f"kind must be one of {', '.join(KINDS)}", "data.kind")
        _require(self.where in ("street", "door"), "where must be street or door", "data.where")


@dataclass(frozen=True)
class Tidy:
    """What keeps opening hours easy to remember."""

    same_weekdays: bool = False  # Monday to Friday alike
    step_minutes: int = 30  # doors open and close on these steps only
    windows_per_day: int = 1
    patterns: int = 7  # different opening times in a week, at most

    def __post_init__(self) -> None:
        _require(self.step_minutes in (15, 30, 60), "must be 15, 30 or 60", "tidy.step_minutes")
        _require(self.windows_per_day == 1, "must be 1", "hours.tidy.windows_per_day")
        _require(1 <= self.patterns <= 7, "must be between 1 and 7", "hours.tidy.patterns")


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
            _require(0 <= least <= most <= 168, "must rise, within 168 hours", "hours.per_week")

    def calendar(self, inferred: OpeningHours | None = None) -> HoursCalendar:
        """Opening hours of every date; `inferred` stands in where none are stated."""
        current = self.current or inferred
        if current is None:
            raise CaseError(
                "the opening hours are not known",
                where="hours.current",
                cure='State them, for instance "Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off".',
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

    DEFAULT_MARGIN: ClassVar[float] = 0.40
    DEFAULT_WAGE: ClassVar[float] = 14.46

    def __post_init__(self) -> None:
        margin, wage = self.contribution_margin, self.wage
        if margin is not None:
            _require(0 < margin <= 1, "must be above 0 and at most 1", "contribution_margin")
        _require(wage is None or wage >= 0, "must not be negative", "economics.wage")
        _require(self.on_cost >= 0, "must not be negative", "economics.on_cost")
        _require(self.open_cost_per_hour >= 0, "must not be negative", "open_cost_per_hour")
        _require(self.open_cost_per_day >= 0, "must not be negative", "open_cost_per_day")
        _require(self.basket is None or self.basket > 0, "must be above 0", "economics.basket")

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
        said = []
        if self.contribution_margin is None:
            said.append(f"A contribution margin of {self.DEFAULT_MARGIN:.0%} is assumed.")
        if self.wage is None:
            said.append(f"A wage of {self.DEFAULT_WAGE:.2f} an hour is assumed.")
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
            self.preset in (*PRESETS, MEASURED), f"must be one of {known}", "displacement.preset"
        )
        _require(0 <= self.web <= 1, "must be between 0 and 1", "displacement.web")
        if self.lost is not None:
            low, likely, high = self.lost
            rule = "must rise from low over likely to high, between 0 and 1"
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
            _require(0 <= share < 1, "must be at least 0 and below 1", f"loyalty.{name}")
        _require(self.visits_per_year > 0, "must be above 0", "loyalty.visits_per_year")


@dataclass(frozen=True)
class Service:
    """How one customer is served.

    `till`: customers queue, leave after `patience_minutes` on average. `assist`: shoppers buy more
    when somebody has time for them; `assist_need` is the gamma of the response.
    """

    kind: str = "till"
    minutes: float = 4.0
    patience_minutes: float = 7.0
    assist_need: float = 0.30
    min_staff: int = 1
    max_staff: int = 5

    def __post_init__(self) -> None:
        _require(self.kind in ("till", "assist"), "kind must be till or assist", "service.kind")
        _require(self.minutes > 0, "must be above 0", "service.minutes")
        _require(self.patience_minutes > 0, "must be above 0", "service.patience_minutes")
        _require(self.assist_need >= 0, "must not be negative", "service.assist_need")
        _require(self.min_staff >= 1, "must be at least 1", "service.min_staff")
        _require(self.min_staff <= self.max_staff, "must not pass max_staff", "service.min_staff")


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

    def __post_init__(self) -> None:
        shortest, longest = self.shift_hours
        _require(0 < shortest <= longest <= 24, "must rise, within 24 hours", "labour.shift_hours")
        given = self.hours_per_week
        _require(given is None or given > 0, "must be above 0", "labour.hours_per_week")
        for name in ("break_minutes", "set_up_minutes", "close_down_minutes"):
            _require(getattr(self, name) >= 0, "must not be negative", f"labour.{name}")
        _require(0 <= self.rest_hours <= 24, "must be within 24 hours", "labour.rest_hours")


@dataclass(frozen=True)
class Employee:
    """One person: contract hours per week (least, most) and when they can work."""

    name: str
    contract_hours: tuple[float, float] = (0.0, 37.5)
    available: OpeningHours = OpeningHours.parse("24/7")

    def __post_init__(self) -> None:
        least, most = self.contract_hours
        _require(0 <= least <= most <= 48, "must rise, between 0 and 48", "employee.contract_hours")


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
    labour: Labour = Labour()
    employee: tuple[Employee, ...] = ()
    store: str = ""  # which store of the data this case is about; empty = all of it is one shop
    stores: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    folder: Path | None = None
    synthetic: bool = False  # the data are made up (the sample says so wherever it is shown)

    def __post_init__(self) -> None:
        _require(self.version == 1, "only version 1 is known", "version")
        _ = self.grid
        public_holidays(self.country, self.subdivision, 2026)

    @property
    def grid(self) -> TimeGrid:
        """The shop's clock and periods."""
        return TimeGrid(self.timezone or TimeGrid.timezone, self.period_minutes)

    @property
    def paid_hours_limit(self) -> float | None:
        """Paid hours a week that may be used: the stated budget, else what the contracts allow."""
        if self.labour.hours_per_week is not None or not self.employee:
            return self.labour.hours_per_week
        return sum(person.contract_hours[1] for person in self.employee)
