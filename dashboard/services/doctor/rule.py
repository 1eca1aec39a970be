"""What a rule is: a pure function from evidence to what was seen, with id, severity, reason and address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dashboard.model.doctor.report import Finding, NotChecked, Severity
from dashboard.services.doctor.evidence import Evidence, Origin, UnknownError

EVERYWHERE: frozenset[Origin] = frozenset({"kubernetes", "local", "static", "files"})
LIVE: frozenset[Origin] = frozenset({"kubernetes", "local", "static"})
KUBERNETES: frozenset[Origin] = frozenset({"kubernetes", "files"})
CLUSTER: frozenset[Origin] = frozenset({"kubernetes"})
DAPR_DOCS = "https://docs.dapr.io/"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one rule saw of one object, and how to mend it. `severity` and `why` where not the rule's own."""

    object: str
    seen: str
    fix: str
    command: str = ""
    severity: Severity | None = None
    why: str = ""
    namespace: str = ""


RuleCheck = Callable[[Evidence], Iterable[Seen]]
RuleCheckOnAll = Callable[[Sequence[Evidence]], Iterable[Seen]]
RuleOutcome = Finding | NotChecked


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule on each namespace by itself (`check`) or on all together (`check_all`)."""

    id: str
    severity: Severity
    why: str
    docs: str
    on: frozenset[Origin]
    check: RuleCheck | None = None
    check_all: RuleCheckOnAll | None = None

    def apply(self, evidence: Evidence) -> Iterator[RuleOutcome]:
        """What it finds in one namespace, or why it could not look."""
        if self.check is None or evidence.origin not in self.on:
            return
        yield from self._settled(self.check, evidence, {evidence.namespace: evidence})

    def apply_all(self, evidences: Sequence[Evidence]) -> Iterator[RuleOutcome]:
        """What it finds among all namespaces, or why it could not look."""
        among = [evidence for evidence in evidences if evidence.origin in self.on]
        if self.check_all is not None and among:
            yield from self._settled(self.check_all, among, {each.namespace: each for each in among})

    def _settled(
        self, check: Callable[..., Iterable[Seen]], given: object, by_name: dict[str, Evidence]
    ) -> Iterator[RuleOutcome]:
        """Findings up to the point where something is missing: what was seen before stays seen."""
        only = next(iter(by_name)) if self.check else ""
        try:
            for seen in check(given):
                yield self._finding(seen, by_name, seen.namespace or only)
        except UnknownError as error:
            yield NotChecked(self.id, only, str(error))
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            yield NotChecked(self.id, only, f"An object has a shape that no schema allows: {error!r}.")

    def _finding(self, seen: Seen, by_name: dict[str, Evidence], namespace: str) -> Finding:
        source = by_name[namespace].source(seen.object) if namespace in by_name else ""
        return Finding(
            rule=self.id,
            severity=seen.severity or self.severity,
            namespace=namespace,
            object=seen.object,
            seen=seen.seen,
            why=seen.why or self.why,
            fix=seen.fix,
            docs=self.docs,
            command=seen.command,
            source=source,
        )


def rule(
    id: str, severity: Severity, *, why: str, docs: str, on: frozenset[Origin] = EVERYWHERE
) -> Callable[[RuleCheck], Rule]:
    """Make a rule of a function on one namespace. `docs` without a host is a page of Dapr's."""
    made = Rule(
        id=id, severity=severity, why=why, docs=docs if docs.startswith("https:") else DAPR_DOCS + docs, on=on
    )
    return lambda check: replace(made, check=check)


def rule_on_all(
    id: str, severity: Severity, *, why: str, docs: str, on: frozenset[Origin] = EVERYWHERE
) -> Callable[[RuleCheckOnAll], Rule]:
    """Make a rule of a function on all namespaces together."""
    made = Rule(
        id=id, severity=severity, why=why, docs=docs if docs.startswith("https:") else DAPR_DOCS + docs, on=on
    )
    return lambda check: replace(made, check_all=check)
