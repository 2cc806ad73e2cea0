"""What the README shows works: its code and commands run, and no command goes unmentioned."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from optimizer.case import Case
from optimizer.casefile import case_from_table

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(*languages: str) -> list[str]:
    """Fenced blocks of the README in these languages, in reading order."""
    return [body for language, body in FENCE.findall(README) if language in languages]


def commands() -> list[str]:
    """Arguments of each `$ opening-hours ...` line, long lines joined."""
    text = "\n".join(blocks("console", "sh")).replace("\\\n", " ")
    return re.findall(r"^\$ opening-hours +(.+)$", text, re.MULTILINE)


def run_verb(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "optimizer", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with the project's sample data in it, so that examples litter nothing."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "sample_data").symlink_to(ROOT / "sample_data")
    return folder


def test_python_blocks_run(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python blocks, read from top to bottom as one program, raise nothing."""
    monkeypatch.chdir(desk)
    names: dict[str, object] = {}
    for number, block in enumerate(blocks("python"), 1):
        exec(compile(block, f"README.md, Python block {number}", "exec"), names)


@pytest.mark.slow
def test_commands_run(desk: Path) -> None:
    """Each command shown succeeds, in reading order; `app` would not end, so only its help is."""
    for command in commands():
        arguments = shlex.split(command, comments=True)
        if arguments[0] == "app":
            arguments = ["app", "--help"]
        done = run_verb(arguments, desk)
        assert done.returncode == 0, f"opening-hours {command}\n{done.stderr}"


def test_make_targets_exist() -> None:
    """Every `make ...` in a code block or code span is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    code = "\n".join([*blocks("console", "sh", ""), *re.findall(r"`([^`\n]+)`", README)])
    shown = set(re.findall(r"^(?:\$ )?make ([a-z-]+)", code, re.MULTILINE))
    assert {"app", "test"} <= shown <= targets


def test_every_verb_is_described() -> None:
    """The README shows each verb that `opening-hours --help` lists."""
    usage = run_verb(["--help"], ROOT).stdout
    listed = re.search(r"\{([a-z]+(?:,[a-z]+)+)\}", usage)
    assert listed, f"no verbs in:\n{usage}"
    verbs = set(listed[1].split(","))
    assert verbs - set(re.findall(r"opening-hours ([a-z]+)", README)) == set()


def test_changelog_knows_the_version() -> None:
    """The changelog has a section for what is unreleased or for the version in pyproject.toml."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[(Unreleased|{re.escape(version)})\]", changelog, re.MULTILINE)


def test_settings_file_is_understood() -> None:
    """The installed Streamlit knows every key of .streamlit/config.toml."""
    shown = subprocess.run(
        [sys.executable, "-m", "streamlit", "config", "show"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "gatherUsageStats = false" in shown.stdout
    assert "not a valid config option" not in shown.stdout + shown.stderr


def test_every_case_shown_is_one() -> None:
    """Each block of docs/case.md can be read, and every field of a case is in one of them."""
    text = (ROOT / "docs" / "case.md").read_text(encoding="utf-8")
    shown = [body for language, body in FENCE.findall(text) if language == "toml"]

    cases = [case_from_table(tomllib.loads(body)) for body in shown]

    assert len(cases) == 3
    shown_as_default = {"version", "subdivision", "period_minutes", "currency"}
    elsewhere = {"store", "stores", "site", "folder", "synthetic", "loyalty"}
    told = {f.name for f in fields(Case) for c in cases if getattr(c, f.name) != f.default}
    assert {f.name for f in fields(Case)} - told == shown_as_default | elsewhere
