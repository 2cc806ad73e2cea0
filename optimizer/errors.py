"""One family of errors: what is wrong, where it was found, and what to do about it.

Every error a person may cause is raised as one of these, so that the terminal and the app can
show it as one sentence with a cure and never as a traceback.
"""

from optimizer.language import Said, said


class OpeningHoursError(Exception):
    """Something is wrong that the person at the keyboard can put right.

    Parameters
    ----------
    what
        What is wrong, as a clause in plain words, without a full stop at the end.
    where
        File, row, column or field in which it was found; empty where that says nothing.
    cure
        What to do, as a sentence.
    """

    def __init__(self, what: str, *, where: str = "", cure: str = "") -> None:
        self.what = what.rstrip(".") if what.endswith(".") else what
        self.where = where
        self.cure = cure
        super().__init__(str(self.said))

    @property
    def said(self) -> Said:
        """The whole text, for any language: place, what is wrong, and the cure."""
        return said(
            ("{where}: " if self.where else "") + "{what}." + (" {cure}" if self.cure else ""),
            where=self.where,
            what=self.what,
            cure=self.cure,
        )

    def __reduce__(self) -> tuple:  # keeps the keywords across processes
        return (_rebuild, (type(self), self.what, self.where, self.cure))


class CaseError(OpeningHoursError):
    """The shop's facts contradict each other or cannot be read (case.toml, options, hours text)."""


class DataError(OpeningHoursError):
    """A data file cannot be read or does not hold what is needed."""


class PlanError(OpeningHoursError):
    """No plan obeys every rule, or the solver gave none."""


def _rebuild(kind: type[OpeningHoursError], what: str, where: str, cure: str) -> OpeningHoursError:
    return kind(what, where=where, cure=cure)
