"""Sisters near by keep part of each other's customers: what a longer evening takes from them.

Whoever finds this door closed may walk to a sister's that is open, fewer the farther it is. Those
customers are not lost to the owner, and opening here would not newly bring them.
"""

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from optimizer.case import Case
from optimizer.planning.response import Potential

NEXT_DOOR = 0.5  # of the lost, who go to a sister next door that is open; an assumption
FADING_KM = 3.0  # by which that share has fallen to 1/e; an assumption
FARTHEST_KM = 15.0
_EARTH_KM = 6371.0


def kept_by_sisters(cases: dict[str, Case]) -> dict[str, float]:
    """Share of the customers lost at each shop's closed door who buy at a sister's instead.

    A mean over the candidate hours in which the shop is closed today, with today's hours of its
    sisters; 0 where places or hours are not known. Each sister keeps its share of those whom the
    others have not.
    """
    known = {
        store: case
        for store, case in cases.items()
        if case.site.latitude is not None
        and case.site.longitude is not None
        and case.hours.current is not None
    }
    kept = dict.fromkeys(cases, 0.0)
    if len(known) < 2:
        return kept
    facts = list(known.values())
    open_ = np.array([case.hours.calendar().current.week_share(case.grid) for case in facts])
    places = _places(facts)
    near = cKDTree(places).query_ball_point(places, FARTHEST_KM)
    for s, (store, case) in enumerate(known.items()):
        others = np.array([j for j in near[s] if j != s], dtype=int)
        closed = (case.hours.candidate.week_share(case.grid) > 0) * (1 - open_[s])
        if not len(others) or not closed.any():
            continue
        away = np.linalg.norm(places[others] - places[s], axis=1)
        share = NEXT_DOOR * np.exp(-away / FADING_KM)
        passed_by = np.prod(1 - share[:, None] * open_[others], axis=0)
        kept[store] = float(((1 - passed_by) * closed).sum() / closed.sum())
    return kept


def _places(cases: list[Case]) -> np.ndarray:
    """Points on the globe in km, shape (S, 3); between near ones chords are distances."""
    degrees = [(case.site.latitude, case.site.longitude) for case in cases]
    latitude, longitude = np.radians(np.array(degrees, dtype=float)).T
    return _EARTH_KM * np.stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ],
        axis=1,
    )


def with_sisters(potential: Potential, kept: float) -> Potential:
    """The same customers, of whom the owner keeps some at sisters' as others in the web shop."""
    to_sisters = kept * potential.lost
    return replace(potential, lost=potential.lost - to_sisters, web=potential.web + to_sisters)
