"""Which known causes the lines of a log give away, counted. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dashboard.model.logs.log import SourcedLine
from dashboard.model.logs.symptoms import Symptom, recognise

_recognised = lru_cache(maxsize=1 << 14)(recognise)  # a page that follows sees most lines again and again


@dataclass(frozen=True)
class KnownCause:
    """What `count` lines of a namespace point to; `at` is the newest's time (Unix seconds)."""

    namespace: str
    symptom: Symptom
    count: int
    at: float


def known_causes(told: Iterable[SourcedLine]) -> tuple[KnownCause, ...]:
    """Each cause once for each namespace, that with the newest line first."""
    found: dict[tuple[str, Symptom], KnownCause] = {}
    for each in told:
        symptom = _recognised(each.line.text)
        if symptom is None:
            continue
        key = (each.source.namespace, symptom)
        before = found.get(key, KnownCause(*key, 0, 0.0))
        found[key] = KnownCause(*key, before.count + 1, max(before.at, each.line.at or 0.0))
    return tuple(sorted(found.values(), key=lambda cause: -cause.at))
