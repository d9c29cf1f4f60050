"""What can be refused, and how it is said.

Every refusal tells what happened, where, and what to do, in words a clerk can act on. Pages show them, the
command line prints them and exits with `exit_code`, the API maps them to problem details.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ParamSpec

P = ParamSpec("P")


class Refusal(Exception):
    """Base of everything Mingzhang declines to do. Nothing has been changed when one is raised."""

    exit_code = 1
    status = 400

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}{self.remedy}" if self.remedy else str(self.message)


class InvalidInput(Refusal):
    """Something given does not fit. `problems` maps a path such as `data.people` or `rows.problems.2.owner`
    to what is wrong there."""

    exit_code = 2
    status = 422

    def __init__(
        self, message: str, *, problems: Mapping[str, Sequence[str]] | None = None, remedy: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.problems: dict[str, list[str]] = {path: list(said) for path, said in (problems or {}).items()}

    def __str__(self) -> str:
        lines = [super().__str__()]
        lines += [f"  {path}: {text}" for path, said in self.problems.items() for text in said]
        return "\n".join(lines)


class NotAllowed(Refusal):
    """The person may not do this here."""

    exit_code = 3
    status = 403


class NotFound(Refusal):
    """No such thing, or none that this person may see: the two are not told apart."""

    exit_code = 4
    status = 404


class StateRefused(Refusal):
    """The thing's state does not allow this, or another got there first."""

    exit_code = 5
    status = 409


class Corrupt(Refusal):
    """Something stored is not what was stored: a digest does not match."""

    exit_code = 6
    status = 500


def reason_against(check: Callable[P, object], *given: P.args, **more: P.kwargs) -> str:
    """Why `check` refuses what it is given, as a disabled button says it; empty where it does not."""
    try:
        check(*given, **more)
    except Refusal as refusal:
        return str(refusal)
    return ""


def is_allowed(check: Callable[P, object], *given: P.args, **more: P.kwargs) -> bool:
    """Whether `check` refuses nothing of what it is given: what the twin of a rule answers."""
    try:
        check(*given, **more)
    except Refusal:
        return False
    return True
