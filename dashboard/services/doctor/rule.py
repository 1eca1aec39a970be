"""What a rule is: a pure function from evidence to what was seen, with id, severity, reason and address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from dashboard.model.core.kubernetes import Component
from dashboard.model.core.manifests import source_key
from dashboard.model.doctor.report import Finding, NotChecked, Severity
from dashboard.services.doctor.app import App
from dashboard.services.doctor.evidence import Evidence, Origin, named
from dashboard.services.doctor.unknown import UnknownError

EVERYWHERE: frozenset[Origin] = frozenset({"kubernetes", "local", "static", "files"})
LIVE: frozenset[Origin] = frozenset({"kubernetes", "local", "static"})
KUBERNETES: frozenset[Origin] = frozenset({"kubernetes", "files"})
CLUSTER: frozenset[Origin] = frozenset({"kubernetes"})
DAPR_DOCS = "https://docs.dapr.io/"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one rule saw of one object, and how to mend it; pasted one after the other, `commands` do it.

    `severity` and `why` where not the rule's own, `source` ("file:line") where not the object's.
    """

    object: str
    seen: str
    fix: str
    commands: tuple[str, ...] = ()
    severity: Severity | None = None
    why: str = ""
    namespace: str = ""
    source: str = ""


RuleCheck = Callable[..., Iterable[Seen]]  # of the evidence, and of one object where the rule says `each`
RuleCheckOnAll = Callable[[Sequence[Evidence]], Iterable[Seen]]
RuleOutcome = Finding | NotChecked


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule on each namespace by itself (`check`) or on all together (`check_all`).

    `each` names the objects of the evidence that `check` is given one by one: what keeps it from looking at
    one is said of that one, and keeps it from no other. `on_patches` where what it finds in a part of an
    object is wrong whatever the rest says.
    """

    id: str
    severity: Severity
    why: str
    docs: str
    on: frozenset[Origin]
    each: str = ""
    on_patches: bool = False
    check: RuleCheck | None = None
    check_all: RuleCheckOnAll | None = None

    def apply(self, evidence: Evidence) -> Iterator[RuleOutcome]:
        """What it finds in one namespace, or why it could not look."""
        if self.check is None or evidence.origin not in self.on:
            return
        if evidence.is_patch and not self.on_patches:
            return
        by_name = {evidence.namespace: evidence}
        if not self.each:
            yield from self._settled(partial(self.check, evidence), by_name, evidence.namespace)
            return
        try:
            items = getattr(evidence, self.each)
        except UnknownError as error:
            yield NotChecked(self.id, evidence.namespace, str(error))
            return
        for item in items:
            for outcome in self._settled(
                partial(self.check, evidence, item), by_name, evidence.namespace, about=_about(item)
            ):
                yield _placed(outcome, evidence, item)

    def apply_all(self, evidences: Sequence[Evidence]) -> Iterator[RuleOutcome]:
        """What it finds among all namespaces, or why it could not look."""
        among = [each for each in evidences if each.origin in self.on and not each.is_patch]
        if self.check_all is not None and among:
            by_name = {each.namespace: each for each in among}
            yield from self._settled(partial(self.check_all, among), by_name, "")

    def _settled(
        self,
        check: Callable[[], Iterable[Seen]],
        by_name: Mapping[str, Evidence],
        only: str,
        about: str = "",
    ) -> Iterator[RuleOutcome]:
        """Findings up to the point where something is missing: what was seen before stays seen."""
        try:
            for seen in check():
                yield self._finding(seen, by_name, seen.namespace or only)
        except UnknownError as error:
            yield NotChecked(self.id, only, str(error))
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            what = about or "An object"
            yield NotChecked(self.id, only, f"{what} has a shape that no schema allows: {error!r}.")

    def _finding(self, seen: Seen, by_name: Mapping[str, Evidence], namespace: str) -> Finding:
        evidence = by_name.get(namespace)
        return Finding(
            rule=self.id,
            severity=seen.severity or self.severity,
            namespace=namespace,
            object=seen.object,
            seen=seen.seen,
            why=seen.why or self.why,
            fix=seen.fix,
            docs=self.docs,
            commands=tuple(dict.fromkeys(filter(None, seen.commands))),
            source=seen.source or (evidence.source(seen.object) if evidence else ""),
        )


def _placed(outcome: RuleOutcome, evidence: Evidence, item: object) -> RuleOutcome:
    """With its own "file:line" where the object is one of several of its name."""
    found = item.item if isinstance(item, App) else item
    if isinstance(outcome, NotChecked) or not isinstance(found, Mapping) or outcome.object != named(found):
        return outcome
    key = source_key(found)
    again = evidence.manifests.doubles.get(key, ())
    if not again:
        return outcome
    same = [each for each in evidence.of(str(found["kind"])) if source_key(each) == key]
    number = next((n for n, each in enumerate(same) if each is found), 0)
    return replace(outcome, source=(evidence.manifests.sources[key], *again)[number])


def _about(item: object) -> str:
    """ "Kind/name" of what a rule was given."""
    if isinstance(item, Component):
        return f"Component/{item.name}"
    found = item.item if isinstance(item, App) else item
    return named(found) if isinstance(found, Mapping) else ""


def rule(
    id: str,
    severity: Severity,
    *,
    why: str,
    docs: str,
    on: frozenset[Origin] = EVERYWHERE,
    each: str = "",
    on_patches: bool = False,
) -> Callable[[RuleCheck], Rule]:
    """Make a rule of a function on one namespace, or on `each` of its "components", "dapr_apps"...

    `docs` without a host is a page of Dapr's.
    """
    page = docs if docs.startswith("https:") else DAPR_DOCS + docs
    made = Rule(id=id, severity=severity, why=why, docs=page, on=on, each=each, on_patches=on_patches)
    return lambda check: replace(made, check=check)


def rule_on_all(
    id: str, severity: Severity, *, why: str, docs: str, on: frozenset[Origin] = EVERYWHERE
) -> Callable[[RuleCheckOnAll], Rule]:
    """Make a rule of a function on all namespaces together."""
    page = docs if docs.startswith("https:") else DAPR_DOCS + docs
    made = Rule(id=id, severity=severity, why=why, docs=page, on=on)
    return lambda check: replace(made, check_all=check)
