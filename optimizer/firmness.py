"""How firmly each rule of a plan holds: strict, at a price, or not at all."""

from dataclasses import dataclass, fields
from typing import ClassVar

from optimizer.errors import CaseError
from optimizer.language import say

STRICT, OFF = "strict", "off"
Firmness = float | str


@dataclass(frozen=True)
class Rules:
    """Of each rule "strict", "off", or what missing it by one unit may cost, in money a week.

    A price is weighed against profit when a plan is made, and shown apart from it. The facts that
    a rule is about stand where they belong: `hours.obligatory`, `labour.rest_hours` and so on.
    """

    min_staff: Firmness = STRICT  # unit: an hour open with one person less than asked for
    obligatory: Firmness = STRICT  # an obligatory hour that is closed
    open_hours: Firmness = STRICT  # an hour outside hours.per_week
    paid_hours: Firmness = STRICT  # a paid hour above the weekly limit
    rest: Firmness = STRICT  # an hour of rest that is missing between two days
    patterns: Firmness = STRICT  # an opening time more than tidy.patterns
    same_weekdays: Firmness = STRICT  # a weekday unlike most others
    legal: Firmness = STRICT  # strict or off: nobody may buy himself out of the law
    shift_hours: Firmness = STRICT  # strict or off
    keyholder: Firmness = STRICT  # strict or off

    NEVER_PRICED: ClassVar[tuple[str, ...]] = ("legal", "shift_hours", "keyholder")

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value in (STRICT, OFF):
                continue
            where = f"rules.{field.name}"
            if field.name in self.NEVER_PRICED:
                raise CaseError(say('must be "strict" or "off"'), where=where)
            if isinstance(value, str):
                raise CaseError(say('must be "strict", "off" or a price'), where=where)
            if not value > 0:
                raise CaseError(say("a price must be above 0"), where=where)

    def price(self, rule: str) -> float:
        """What missing a rule by one unit costs; 0 where it is strict or off."""
        value = getattr(self, rule)
        return 0.0 if isinstance(value, str) else value

    def is_strict(self, rule: str) -> bool:
        """Whether a rule may not be missed at all."""
        return bool(getattr(self, rule) == STRICT)
