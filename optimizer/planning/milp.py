"""A small modelling language for integer programmes: named families of variables and rows.

Variables are numpy arrays of column numbers, so slicing is the language: with
`opened = model.variables("opened", (7, 49), upper=1, integer=True)`,
`model.constrain("never unopened", (1, opened[:, 1:]), (-1, opened[:, :-1]), lower=0)` writes one
row per element. Every family has a name in plain words, and no name is given twice.
"""

import math
import time
from dataclasses import dataclass
from typing import Literal

import highspy
import numpy as np
from scipy.sparse import csc_array

from optimizer.errors import PlanError
from optimizer.language import Exact, say
from optimizer.planning import solver_process

Status = Literal["optimal", "feasible", "infeasible"]
Term = tuple[float | np.ndarray, np.ndarray]  # coefficients and columns

TOLERANCE = 1e-5  # by which a row may be missed once whole numbers have been rounded
_PRIMAL = 4  # of HiGHS's simplex strategies
_TIME_IS_UP, _INFEASIBLE = 1, 2  # statuses of scipy.optimize.milp


@dataclass(frozen=True, eq=False)
class Solution:
    """What came back: `solution[columns]` are values, in the shape of the columns.

    No values can have an objective above `bound`. `seconds` are by the clock.
    """

    status: Status
    values: np.ndarray
    objective: float
    bound: float
    seconds: float

    def __getitem__(self, columns: np.ndarray) -> np.ndarray:
        if self.status == "infeasible":
            raise KeyError("an infeasible model has no values")
        return self.values[columns]


@dataclass(frozen=True, eq=False)
class _Variables:
    lower: np.ndarray
    upper: np.ndarray
    gain: np.ndarray
    integer: np.ndarray


@dataclass(frozen=True, eq=False)
class _Rows:
    """A family of rows; entry k stands in row `row[k]` of the family."""

    name: str
    row: np.ndarray
    column: np.ndarray
    coefficient: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


class Model:
    """An integer programme that is written family by family and maximised."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._columns = 0
        self._variables: list[_Variables] = []
        self._rows: list[_Rows] = []

    def variables(
        self,
        name: str,
        shape: tuple[int, ...],
        *,
        lower: float | np.ndarray = 0.0,
        upper: float | np.ndarray = math.inf,
        gain: float | np.ndarray = 0.0,
        integer: bool = False,
    ) -> np.ndarray:
        """Add a family of variables; `gain` is what one unit adds to the objective.

        Returns
        -------
        Column numbers, in the given shape.
        """
        self._take(name)
        columns = np.arange(self._columns, self._columns + math.prod(shape)).reshape(shape)
        facts = (lower, upper, gain, float(integer))
        self._variables.append(
            _Variables(*(np.broadcast_to(fact, shape).ravel() for fact in facts))
        )
        self._columns += columns.size
        return columns

    def constrain(
        self,
        name: str,
        *terms: Term,
        lower: float | np.ndarray = -math.inf,
        upper: float | np.ndarray = math.inf,
    ) -> None:
        """Add rows `lower <= sum of coefficient * variable over the terms <= upper`.

        Terms and limits are broadcast against each other; there is one row per element.
        """
        shapes = [np.shape(part) for term in terms for part in term]
        shape = np.broadcast_shapes(*shapes, np.shape(lower), np.shape(upper))
        row = np.arange(math.prod(shape)).reshape(shape)
        self._add_rows(name, terms, row, lower, upper)

    def constrain_sum(
        self,
        name: str,
        *terms: Term,
        lower: float = -math.inf,
        upper: float = math.inf,
    ) -> None:
        """Add a single row: the sum over all elements of all terms."""
        self._add_rows(name, terms, np.zeros(1, dtype=int), lower, upper)

    def _add_rows(
        self,
        name: str,
        terms: tuple[Term, ...],
        row: np.ndarray,
        lower: float | np.ndarray,
        upper: float | np.ndarray,
    ) -> None:
        self._take(name)
        entries = [np.broadcast_arrays(row, columns, factor) for factor, columns in terms]
        rows, columns, factors = (
            np.concatenate([entry[k].ravel() for entry in entries]) for k in range(3)
        )
        low, high = (np.broadcast_to(limit, row.shape).ravel() for limit in (lower, upper))
        self._rows.append(_Rows(name, rows, columns, factors, low, high))

    def _take(self, name: str) -> None:
        if name in self._names:
            raise ValueError(f'the family "{name}" exists already')
        self._names.add(name)

    def solve(self, time_limit: float = 30.0, gap: float = 1e-4) -> Solution:
        """Maximise, in a child process; the values count only once every row has been checked.

        Parameters
        ----------
        time_limit
            Seconds; the best values found by then are returned as "feasible".
        gap
            Relative distance to the bound at which to stop.

        Raises
        ------
        PlanError
            The solver died, found nothing in time, or gave values that break a row.
        """
        started = time.perf_counter()
        question = self.question(time_limit, gap)
        try:
            answer = solver_process.solve(question, time_limit)
        except solver_process.SolverDied:
            raise PlanError(
                say("the solver failed before it had an answer"),
                cure=say("Try again; if it fails again, allow fewer hours or fewer staff."),
            ) from None
        seconds = time.perf_counter() - started
        values = answer["x"]
        if answer["status"] == _INFEASIBLE:
            return Solution("infeasible", values, -math.inf, -math.inf, seconds)
        if not values.size:
            raise PlanError(
                say("no plan was found in {seconds} seconds", seconds=Exact(time_limit))
                if answer["status"] == _TIME_IS_UP
                else say("the solver gave no answer"),
                cure=say("Allow more time, fewer hours or fewer staff."),
            )
        values = np.where(question["integrality"] == 1, np.round(values), values)
        if _worst_miss(question, values) > TOLERANCE:
            raise PlanError(
                say("the solver's answer broke a rule and was refused"), cure=say("Try again.")
            )
        objective, bound = -float(question["cost"] @ values), -float(answer["bound"])
        proven = bound - objective <= gap * abs(objective) + 1e-9
        return Solution(
            "optimal" if proven else "feasible", values, objective, max(bound, objective), seconds
        )

    def row_numbers(self, name: str) -> np.ndarray:
        """Numbers of the rows of a family, in order."""
        start = 0
        for family in self._rows:
            if family.name == name:
                return np.arange(start, start + family.lower.size)
            start += family.lower.size
        raise KeyError(name)

    def question(self, time_limit: float, gap: float) -> solver_process.Message:
        """The model as arrays, as `solver_process.answer` takes them."""
        starts = np.cumsum([0] + [family.lower.size for family in self._rows])
        row = np.concatenate(
            [family.row + start for family, start in zip(self._rows, starts, strict=False)]
        )
        column = np.concatenate([family.column for family in self._rows])
        coefficient = np.concatenate([family.coefficient for family in self._rows])
        matrix = csc_array((coefficient, (row, column)), shape=(starts[-1], self._columns))
        variables, rows = self._variables, self._rows
        return {
            "cost": -np.concatenate([family.gain for family in variables]),
            "integrality": np.concatenate([family.integer for family in variables]),
            "lower": np.concatenate([family.lower for family in variables]),
            "upper": np.concatenate([family.upper for family in variables]),
            "data": matrix.data,
            "indices": matrix.indices,
            "indptr": matrix.indptr,
            "row_lower": np.concatenate([family.lower for family in rows]),
            "row_upper": np.concatenate([family.upper for family in rows]),
            "time_limit": np.array(time_limit),
            "gap": np.array(gap),
        }


def _worst_miss(question: solver_process.Message, values: np.ndarray) -> float:
    """By how much the values miss a row or a bound at worst."""
    sums = solver_process.matrix(question) @ values
    misses = (
        question["row_lower"] - sums,
        sums - question["row_upper"],
        question["lower"] - values,
        values - question["upper"],
    )
    return max(float(np.max(miss, initial=0.0)) for miss in misses)


class WarmProgram:
    """A linear programme that the solver keeps, so that a changed one starts from the last answer.

    Whole numbers are not asked for. It is solved in this process, by the simplex method: unlike
    integer programmes, linear ones are not known to bring it down.
    """

    def __init__(self, model: Model) -> None:
        question = model.question(time_limit=0, gap=0)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = question["cost"].size, question["row_lower"].size
        program.col_cost_, program.col_lower_ = question["cost"], question["lower"]
        program.col_upper_ = question["upper"]
        program.row_lower_, program.row_upper_ = question["row_lower"], question["row_upper"]
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = question["indptr"]
        program.a_matrix_.index_ = question["indices"]
        program.a_matrix_.value_ = question["data"]
        self._solver = highspy.Highs()
        self._solver.silent()
        self._solver.setOptionValue("threads", 1)
        self._solver.passModel(program)

    def change_gains(self, columns: np.ndarray, gains: np.ndarray) -> None:
        """What one unit of each variable adds to the objective from now on."""
        self._solver.changeColsCost(columns.size, columns.astype(np.int32), -gains)

    def change_bounds(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Between which values each variable may lie from now on."""
        self._solver.changeColsBounds(columns.size, columns.astype(np.int32), lower, upper)

    def change_rows(self, rows: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Between which sums each row may lie from now on."""
        change = self._solver.changeRowsBounds  # type: ignore[attr-defined]  # no stub of it yet
        change(rows.size, rows.astype(np.int32), lower, upper)

    def reduced_gains(self) -> np.ndarray:
        """What one unit of each variable would add at the prices of the last answer."""
        return -np.asarray(self._solver.getSolution().col_dual)

    def add_variables(
        self, gains: np.ndarray, entries: list[tuple[np.ndarray, np.ndarray]]
    ) -> None:
        """Add variables from 0 on, each with the numbers of the rows in which it stands, and how.

        Parameters
        ----------
        gains
            What one unit of each adds to the objective, shape (n,).
        entries
            Rows and coefficients of each.
        """
        # The last answer still obeys all rows: from there the primal simplex method goes on.
        self._solver.setOptionValue("simplex_strategy", _PRIMAL)
        starts = np.cumsum([0, *(len(rows) for rows, _ in entries)])
        n, none = len(gains), np.zeros(len(gains))
        rows, factors = (np.concatenate(part) for part in zip(*entries, strict=True))
        self._solver.addCols(
            n, -gains, none, none + np.inf, len(rows),
            starts[:-1].astype(np.int32), rows.astype(np.int32), factors.astype(float),
        )  # fmt: skip

    def solve(self) -> tuple[float, np.ndarray, np.ndarray]:
        """Maximise: the objective, the values, and what one more unit of each row would bring.

        Raises
        ------
        PlanError
            The programme has no optimum.
        """
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise PlanError(
                say("the solver found no optimum of a linear programme"), cure=say("Try again.")
            )
        solution = self._solver.getSolution()
        objective = -self._solver.getInfo().objective_function_value
        return objective, np.asarray(solution.col_value), -np.asarray(solution.row_dual)
