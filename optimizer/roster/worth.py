"""What a roster is worth, recomputed from its shifts alone: needs, pay, rules, wishes."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from optimizer.planning.house_rules import needed_staff
from optimizer.roster.floor import NO_KEY_PER_HOUR
from optimizer.roster.people import KINDS, OVERTIME, People
from optimizer.roster.roster import Assignment, Broken, Pay, Share, Unmet
from optimizer.roster.rules import pack_of

_CENT = 0.005


class Judge:
    """A roster's shifts against the shop's needs and everybody's pay."""

    def __init__(self, people: People, assignments: Sequence[Assignment]) -> None:
        self.people, self.floor = people, people.floor
        self.assignments = tuple(assignments)
        shape = len(self.floor.people), self.floor.days, self.floor.grid.periods_per_day
        self.at_work = np.zeros(shape, dtype=bool)
        self.role = {post.name: r for r, post in enumerate(self.floor.posts)}
        self.staff = np.zeros((len(self.role), *shape[1:]), dtype=int)  # (R, days, P)
        number = {person.name: e for e, person in enumerate(self.floor.people)}
        for shift in self.assignments:
            here = shift.present(self.floor.grid.period_minutes)
            self.at_work[number[shift.person], shift.day] |= here
            self.staff[self.role.get(shift.role, 0), shift.day] += here

    @property
    def hours(self) -> np.ndarray:
        """Paid hours of everybody in each week, shape (E, weeks)."""
        days = self.at_work.sum(axis=2) * self.floor.grid.period_hours
        return days.reshape(len(days), -1, 7).sum(axis=2)

    def value(self, broken: Sequence[Broken]) -> float:
        """Margin kept, less pay, doors, prices of rules and wishes and of unfair shares, in money.

        Strict rules that are broken have no price here: they are listed apart.
        """
        rules = sum(b.price or 0.0 for b in broken if b.rule != "contract hours")
        pay = sum(p.wage + p.supplements for p in self.pay())
        return (
            self.floor.constant + self._brought() - pay - self._idle_and_overtime()
            - rules - self._over_contract(broken) - self._wishes() - self._unfair()
        )  # fmt: skip

    def _brought(self) -> float:
        """Of the staff, beyond an empty shop, and of keys."""
        floor, total = self.floor, 0.0
        for worth, staff in zip(floor.worth, self.staff, strict=True):
            known = np.minimum(staff, worth.shape[2] - 1)
            here = np.take_along_axis(worth, known[..., None], axis=2)[..., 0]
            total += float((here - worth[..., 0]).sum())
        return total + self._keys()

    def _keys(self) -> float:
        if not self.floor.asks_for_keys:
            return 0.0
        price = NO_KEY_PER_HOUR * self.floor.grid.period_hours
        return price * float((self.floor.open_ & self._has_key()).sum())

    def _has_key(self) -> np.ndarray:
        holds = np.array([person.keyholder for person in self.floor.people], dtype=bool)
        return self.at_work[holds].any(axis=0)

    def pay(self) -> tuple[Pay, ...]:
        """Of everybody: hours and money, supplements apart, with the employer's on-cost."""
        floor = self.floor
        hours, found = floor.grid.period_hours, []
        for e, person in enumerate(floor.people):
            pack = pack_of(floor.case, person)
            worked = float(self.at_work[e].sum()) * hours
            wage = worked * float(self.people.wage_cost[e])
            total = float((self.people.labour[e] * self.at_work[e]).sum())
            by_supplement: dict[str, float] = {}
            for supplement in () if pack is None else pack.supplements:
                share = self._share_of(supplement.when)
                some = float((share * self.at_work[e]).sum()) * hours
                if some:
                    by_supplement[supplement.says] = by_supplement.get(supplement.says, 0.0) + some
            idle = sum(
                max(self.people.guaranteed(e, w) - float(h), 0.0)
                for w, h in enumerate(self.hours[e])
            )
            found.append(
                Pay(person.name, worked, tuple(by_supplement.items()), wage, total - wage, idle)
            )
        return tuple(found)

    def _share_of(self, when: object) -> np.ndarray:
        floor = self.floor
        share = np.zeros((floor.days, floor.grid.periods_per_day))
        for day in range(floor.days):
            for start, end in floor.windows(when, day):  # type: ignore[arg-type]
                share[day] += floor.grid.share_between(np.full(7, start), np.full(7, end))[0]
        return share

    def _idle_and_overtime(self) -> float:
        """Contract hours without work, and pay on top for hours above the contract, in money."""
        floor, averaged = self.floor, self.people.is_averaged
        least = np.array(
            [[self.people.guaranteed(e, w) for w in range(floor.ask.weeks)]
             for e in range(len(floor.people))]
        ).reshape(self.hours.shape)  # fmt: skip
        if averaged:
            idle = np.maximum(least.sum(axis=1) - self.hours.sum(axis=1), 0)
            return float(idle.sum() * self.people.wage_cost.mean())
        idle = np.maximum(least - self.hours, 0).sum(axis=1)
        most = np.array([person.contract_hours[1] for person in floor.people])
        over = np.maximum(self.hours - most[:, None], 0).sum(axis=1)
        if not floor.case.roster.price("contract_hours"):
            over = 0 * over
        return float((idle + OVERTIME * over) @ self.people.wage_cost)

    def _over_contract(self, broken: Sequence[Broken]) -> float:
        return sum(b.price or 0.0 for b in broken if b.rule == "contract hours")

    def _wishes(self) -> float:
        """Prices of shifts in hours in which somebody would rather not work, or without company."""
        floor, total = self.floor, 0.0
        number = {person.name: e for e, person in enumerate(floor.people)}
        for e, person in enumerate(floor.people):
            for wish in person.wish:
                for shift in self.assignments:
                    total += wish.price * (
                        shift.person == person.name
                        and any(
                            shift.start_minute < end and start < shift.end_minute
                            for start, end in floor.windows(wish.rather_not, shift.day)
                        )
                    )
                if wish.without in number and wish.without != person.name:
                    alone = self.at_work[e] & ~self.at_work[number[wish.without]]
                    total += wish.price * float(alone.sum()) * floor.grid.period_hours
        return total

    def _unfair(self) -> float:
        price = self.floor.case.roster.fair_price
        if len(self.floor.people) < 2:
            return 0.0
        return price * sum(max(share.hours - share.fair_hours, 0.0) for share in self.shares())

    def shares(self) -> tuple[Share, ...]:
        """Evenings, Saturdays and Sundays of everybody beside their fair part."""
        fair = self.people.fair_hours()
        late = self.people.is_evening()
        weekday = np.arange(self.floor.days) % 7
        worked = self.at_work * self.floor.grid.period_hours
        evenings = (worked * late)[:, weekday < 5].sum(axis=(1, 2))
        saturdays, sundays = (worked[:, weekday == d].sum(axis=(1, 2)) for d in (5, 6))
        return tuple(
            Share(person.name, kind, float(hours[e]), float(fair[k, e]))
            for e, person in enumerate(self.floor.people)
            for k, (kind, hours) in enumerate(
                zip(KINDS, (evenings, saturdays, sundays), strict=True)
            )
            if fair[k].any()
        )

    def deserted(self) -> np.ndarray:
        """Open periods with fewer people than must be there, or no key, bool of shape (days, P)."""
        floor = self.floor
        least = [floor.by_day(needed_staff(post.service, floor.grid)) for post in floor.posts]
        found = (self.staff < np.array(least)).any(axis=0)
        if floor.asks_for_keys:
            found |= ~self._has_key()
        return found & floor.open_

    def unmet(self) -> tuple[Unmet, ...]:
        """Periods with fewer people than planned, or nobody with a key, run by run."""
        floor, found = self.floor, []
        for role, r in self.role.items():
            wanted = np.maximum(
                floor.by_day(floor.ask.wanted[r]),
                floor.by_day(needed_staff(floor.posts[r].service, floor.grid)),
            )
            missing = np.maximum(wanted - self.staff[r], 0) * floor.open_
            known = floor.worth.shape[3] - 1
            at = [np.minimum(n, known)[..., None] for n in (wanted, self.staff[r])]
            full, here = (np.take_along_axis(floor.worth[r], n, axis=2)[..., 0] for n in at)
            found += self._runs(missing, full - here, role or "staff")
        if floor.asks_for_keys:
            price = NO_KEY_PER_HOUR * floor.grid.period_hours
            missing = (floor.open_ & ~self._has_key()).astype(int)
            found += self._runs(missing, price * missing, "keyholder")
        return tuple(sorted(found, key=lambda need: (need.day, need.start_minute)))

    def _runs(self, missing: np.ndarray, cost: np.ndarray, what: str) -> list[Unmet]:
        minutes, found = self.floor.grid.period_minutes, []
        for day, row in enumerate(missing.tolist()):
            periods = range(len(row))
            for people, run in groupby(periods, key=row.__getitem__):
                here = list(run)
                lost = float(cost[day, here].sum())
                if people and lost > _CENT:
                    ends = here[0] * minutes, (here[-1] + 1) * minutes
                    found.append(Unmet(day, *ends, people, lost, what))
        return found
