"""What a chain knows of one of its shops besides its hours: where it lies and what it is like."""

from dataclasses import dataclass

from optimizer.errors import CaseError
from optimizer.language import say


def _require(truth: bool, rule: str, where: str) -> None:
    if not truth:
        raise CaseError(rule, where=where)


@dataclass(frozen=True)
class Site:
    """Place and kind of a shop within its chain; everything may be left open.

    Parameters
    ----------
    region, format
        For the eye: lists are filtered by them.
    cluster
        Shops of one cluster are alike and teach each other; those without one, by their format.
    mall
        Shops of one mall open at the same hours.
    least_hours, most_hours
        Paid hours a week that the shop gets of the chain's budget.
    latitude, longitude
        In degrees: sisters near by keep part of each other's customers.
    """

    region: str = ""
    format: str = ""
    cluster: str = ""
    mall: str = ""
    floor_m2: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    least_hours: float = 0.0
    most_hours: float | None = None

    def __post_init__(self) -> None:
        _require(
            self.floor_m2 is None or self.floor_m2 > 0, say("must be above 0"), "site.floor_m2"
        )
        _require(
            abs(self.latitude or 0) <= 90 and abs(self.longitude or 0) <= 180,
            say("must be degrees"),
            "site.latitude",
        )
        _require(
            0 <= self.least_hours <= (self.most_hours or 1e9),
            say("must not be negative, and most_hours not below it"),
            "site.least_hours",
        )
