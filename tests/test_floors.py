"""The plan of the house holds: who may know whom, and one door to each outside world."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "optimizer"
LONGEST_FILE = 400  # lines

# The story from top to bottom: a module imports only what stands before it. A room's own name is
# its __init__, which may gather what is in the room; "optimizer" gathers the public names.
ORDER = """
    language errors timegrid opening_rules osm_text opening firmness people channels site case
    store_list casefile
        data.workbook_child data.packed data.files data.people_list data.parsing data.money
    data.exports data.names
    data.formats
    data.tally data.counters data.sales data.currency data.totals data.reading data.inferred
    data.placing data.observations data.contacts data
    demand.demand demand.latent demand.habituation demand.evidence demand.ready
    demand.teachers demand.estimate
    demand.displacement demand.contacts
        demand.backtest demand.checked demand.comparison demand.changes demand.chain_trial
    demand.trial
    demand
    planning.queueing planning.response planning.rules
    planning.house_rules planning.plan planning.recapture
    planning.overtime planning.staffing planning.evaluate planning.potential planning.lost
    planning.loyalty planning.coverage
    planning.solver_process planning.milp planning.doors planning.week planning.priced
    planning.curves planning.exchange
        planning.patterns planning.day_program planning.bounds planning.engine planning.conflict
    planning.hours
    planning.ladder planning.explain planning.scenario planning.what_ifs planning.surge
    planning.pay planning
    desk.transient desk.closing desk.team desk.response desk.mail desk.week desk.answer desk
    roster.roster roster.automaton roster.lines roster.problem roster.columns
    roster.best roster.dive roster.search
        roster.rules roster.book roster.floor roster.people roster.check roster.worth
    roster.hiring roster.ways
    roster.making roster.joint roster
    chain.cells chain.stores chain.reduce chain.pooled chain.whole chain.frontier chain.budget
    chain.compare
    chain.describe chain.sisters chain.run chain
    reporting.sentences reporting.plan_words reporting.what_if_words
    reporting.plots reporting.plan_plots reporting.tables reporting.wanted
    reporting.plan_tables reporting.trust
    reporting.desk_words reporting.desk_tables reporting.desk_plots reporting.listings
    reporting.roster_words reporting.plan_listings reporting.paper reporting.drawings
    reporting.html reporting.pdf
    reporting.xlsx reporting.ics reporting.trial reporting.hours_markup reporting.door_sign
    reporting.roster_files reporting.report
    reporting.takeaway
    reporting.chain_words reporting.chain_plots reporting.chain_files
    reporting
    optimizer
    cli.asked cli.desk cli.shop cli.plans cli.rosters cli.trials cli.takeaway cli.chains
    cli.program cli __main__
    app.words app.state app.sign_in app.chained app.uploads app.share app.reasons app.trial_kit
        app.lost app.hours app.staff app.rosters app.people app.roster app.stores app.scenarios
    app.desk
    app.trust app.data app
""".split()  # noqa: SIM905  one room after the other reads better than sixty quoted names

# Besides the rooms data, reporting, cli and app; the solver's child process opens only its pipes.
FILE_DOORS = {"language", "casefile", "planning.rules", "planning.solver_process"}
FILE_DOORS |= {"chain.cells", "chain.stores", "chain.reduce"}  # statistics and answers of a run
FILE_CALLS = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink"),
    *("read_csv", "read_excel", "read_parquet", "to_parquet"),
}
SOLVER_DOORS = {"planning.milp", "planning.solver_process"}
SOLVER_NAMES = {"milp", "linprog", "highspy"}
CLOCK_OWNERS = {"date", "datetime", "time", "Timestamp"}
CLOCK_CALLS = {"now", "today", "utcnow", "localtime"}

# Paths of one machine, and where its packages came from, say nothing to anyone else.
PRIVATE = re.compile(r"(?<![\w.])/(work|root|home/\w+)\b|/opt/pypi|find-links|index-url")


class Import(NamedTuple):
    """One imported name: the module it comes from, and whether it waits inside a function."""

    module: str
    name: str
    late: bool


def modules() -> dict[str, Path]:
    """Every module of the package, by its name below `optimizer`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name or "optimizer"] = path
    return found


def imports(tree: ast.Module) -> Iterator[Import]:
    """All names that a module imports, wherever the statement stands."""
    top = set(tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, "", node not in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            yield from (Import(source, alias.name, node not in top) for alias in node.names)


def own(used: Import) -> str | None:
    """Name in ORDER of the module of ours that is imported, None for anybody else's."""
    if used.module.split(".")[0] != "optimizer":
        return None
    full = f"{used.module}.{used.name}".rstrip(".").removeprefix("optimizer.")
    return full if full in ORDER else used.module.removeprefix("optimizer.")


def calls(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Every call as (owner, function, line): `date.today()` is ("date", "today", 1)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield "", node.func.id, node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            last = getattr(owner, "id", getattr(owner, "attr", ""))
            yield last, node.func.attr, node.lineno


def faults(module: str, source: str) -> list[str]:
    """What a module does against the plan of the house, one sentence each."""
    tree = ast.parse(source)
    room = module.split(".")[0]
    found = []
    for used in imports(tree):
        below = own(used)
        if used.module.startswith("."):
            found.append(f"imports {used.module} relatively: write the whole name")
        if below and below not in ORDER[: ORDER.index(module)]:
            found.append(f"imports {below}, which does not stand before it in ORDER")
        if below and used.late:
            found.append(f"imports {below} late: move the import to the top")
        if used.module.split(".")[0] == "streamlit" and room != "app":
            found.append("imports streamlit: only optimizer/app may")
        solver = {used.module.split(".")[0], used.name} & SOLVER_NAMES
        if solver and not below and module not in SOLVER_DOORS:
            found.append(f"imports {solver.pop()}: only {' and '.join(sorted(SOLVER_DOORS))} may")
    for owner, function, line in calls(tree):
        if function in FILE_CALLS and not (
            module in FILE_DOORS or room in ("data", "reporting", "cli", "app")
        ):
            found.append(f"touches files with {function}() in line {line}: not one of the doors")
        if owner in CLOCK_OWNERS and function in CLOCK_CALLS and room not in ("cli", "app"):
            found.append(f"looks at the clock in line {line}: take the date as an argument")
    return found


@pytest.mark.parametrize("module", modules())
def test_module_keeps_to_its_place(module: str) -> None:
    """Imports point up the list, nothing is imported late, and outside worlds have one door."""
    assert module in ORDER, f"new module {module}: put it in its place in ORDER"
    assert not faults(module, modules()[module].read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("errors", "from optimizer.timegrid import clock", "not stand before"),
        ("errors", "from optimizer import timegrid", "not stand before"),
        ("errors", "import optimizer.timegrid", "not stand before"),
        ("case", "import optimizer as opt", "not stand before"),
        ("case", "from .errors import CaseError", "relatively"),
        ("case", "def f():\n    from optimizer.errors import CaseError", "late"),
        ("demand.latent", "import streamlit as st", "streamlit"),
        ("planning.hours", "from scipy.optimize import milp", "milp"),
        ("roster.roster", "import highspy", "highspy"),
        ("demand.latent", "rows = open('x').read()", "files"),
        ("demand.latent", "import pandas as pd\npd.read_csv('x')", "files"),
        ("planning.lost", "from datetime import date\ndate.today()", "clock"),
        ("planning.lost", "import pandas as pd\npd.Timestamp.now()", "clock"),
    ],
)
def test_a_breach_is_noticed(module: str, source: str, fault: str) -> None:
    """The check above sees each kind of breach it is meant to see."""
    assert [fault in sentence for sentence in faults(module, source)] == [True]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("timegrid", "from optimizer.errors import CaseError"),
        ("timegrid", "from optimizer import errors"),
        ("demand.latent", "from scipy.optimize import least_squares"),
        ("planning.hours", "from optimizer.planning import milp"),
        ("data.files", "rows = open('x').read()"),
        ("planning.lost", "from time import perf_counter\nstart = perf_counter()"),
    ],
)
def test_what_is_allowed_passes(module: str, source: str) -> None:
    """The check leaves ordinary code alone."""
    assert faults(module, source) == []


def test_no_file_is_too_long_to_read() -> None:
    """A file that passes 400 lines is two files."""
    lengths = {name: len(path.read_text().splitlines()) for name, path in modules().items()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_files_speak_of_the_project_only() -> None:
    """No file names a path of the machine it was written on."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files belong to the project is not known")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    found = []
    for name in filter(None, listed):
        path = ROOT / name
        if path == Path(__file__) or not path.is_file():
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # pictures, workbooks and text in other encodings
        found += [f"{name}:{n}: {line}" for n, line in enumerate(lines, 1) if PRIVATE.search(line)]
    assert found == []
