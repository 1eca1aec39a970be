"""What can go wrong at a border, told apart so that a reader knows what to do next.

    GatewayError
    ├── Forbidden      we were refused: a right, a token or a password is missing
    ├── Unreachable    nobody answered in time, or the answer was "not now"
    ├── NotThere       the thing asked for does not exist
    └── Rejected       the other side understood and said no: the input is at fault

"Empty" is not an error: it is an answer with nothing in it.
"""

from __future__ import annotations

from dashboard.model.core.failure import Failure


class GatewayError(Exception):
    """One failed call to one namespace. `what` is a full sentence, `hint` says what to do next.

    `command` is shell lines that do it, where there are some.
    """

    word = "failed"

    def __init__(self, what: str, *, hint: str = "", command: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.command = command

    @property
    def failure(self) -> Failure:
        """The error as words for a pane."""
        return Failure(self.word, self.what, self.hint, self.command)


class Forbidden(GatewayError):
    word = "no permission"


class Unreachable(GatewayError):
    word = "unreachable"


class NotThere(GatewayError):
    word = "not there"


class Rejected(GatewayError):
    word = "rejected"


def of_failure(failure: Failure) -> GatewayError:
    """The error that a failure was made of."""
    kinds = {kind.word: kind for kind in (Forbidden, Unreachable, NotThere, Rejected)}
    kind = kinds.get(failure.word, GatewayError)
    return kind(failure.what, hint=failure.hint, command=failure.command)


class WriteRefused(Exception):
    """A write that this person may not make, or not yet: `word` is "locked" where unlocking would help."""

    def __init__(self, what: str, *, word: str = "locked") -> None:
        super().__init__(what)
        self.word = word
