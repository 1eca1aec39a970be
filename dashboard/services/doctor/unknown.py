"""What is not known: a rule that meets it is not checked, with the reason."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.model.doctor.conditions import StoreCondition


class UnknownError(Exception):
    """What a rule asked for could not be had; the text says why."""


class Told:
    """A condition without what is not known of it: of a list, what is known comes first."""

    def __init__(self, condition: StoreCondition) -> None:
        self._condition = condition

    def __getattr__(self, name: str) -> object:
        found, why = getattr(self._condition, name), self._condition.untold.get(name)
        if why is None:
            return found
        if isinstance(found, tuple):
            return _and_more(found, why)
        raise UnknownError(why)


def _and_more(known: tuple[object, ...], why: str) -> Iterator[object]:
    yield from known
    raise UnknownError(why)
