"""The terminal: every verb prints a readable answer, or with --json a machine one."""

from optimizer.cli.program import main

__all__ = ["main"]
