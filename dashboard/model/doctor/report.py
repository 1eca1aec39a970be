"""What the doctor found, and what it could not check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
MARKS: dict[Severity, str] = {"error": "✕", "warning": "!", "info": "i"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One misconfiguration. `object` is "Kind/name"; pasted one after the other, `commands` mend it.

    `source` is "file:line" of the object where it was read from a file.
    """

    rule: str
    severity: Severity
    namespace: str
    object: str
    seen: str
    why: str
    fix: str
    docs: str
    commands: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class NotChecked:
    """A rule that could not be applied to one namespace ("" for all together), and why."""

    rule: str
    namespace: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DoctorReport:
    """One look at `namespaces` between two moments (Unix seconds); worst findings first."""

    cluster: str
    namespaces: tuple[str, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]
    started_at: float
    ended_at: float

    def of(self, namespaces: Sequence[str]) -> DoctorReport:
        """What of it is about these namespaces, or about all together."""
        wanted = {*namespaces, ""}
        return replace(
            self,
            namespaces=tuple(name for name in self.namespaces if name in wanted),
            findings=tuple(found for found in self.findings if found.namespace in wanted),
            not_checked=tuple(left for left in self.not_checked if left.namespace in wanted),
        )

    @property
    def counts(self) -> Mapping[Severity, int]:
        """How many findings of each severity."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    @property
    def short(self) -> str:
        """How many findings there are, with the mark of the worst: "2 !", or "" for none."""
        worst = next((severity for severity, count in self.counts.items() if count), None)
        return f"{len(self.findings):,} {MARKS[worst]}" if worst else ""

    @property
    def left_out(self) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
        """What could not be checked by its reason: (reason, namespaces, rules), each once."""
        found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
        for left in self.not_checked:
            names, rules = found.setdefault(left.reason, ({}, {}))
            names[left.namespace or "all together"] = rules[left.rule] = None
        return tuple((reason, tuple(names), tuple(rules)) for reason, (names, rules) in found.items())

    @property
    def sentence(self) -> str:
        """The verdict in a line."""
        whole = _count(len(self.namespaces), "namespace")
        said = ", ".join(_count(n, word) for word, n in self.counts.items() if n) or "nothing found"
        left = _count(len(self.not_checked), "check")
        return f"{whole}: {said}" + (f", {left} could not be made" if self.not_checked else "")


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 or word == 'info' else 's'}"
