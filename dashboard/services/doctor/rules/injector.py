"""Annotations whose value or place is wrong: what the injector and daprd make of them.

Sources at the pinned version: dapr/dapr `pkg/injector/patcher/sidecar.go` (which are numbers) and
`sidecar_container.go` (quantities), `pkg/runtime/config.go` (protocols), `pkg/validation/validation.go`
(app-ids); dapr/kit `logger` (levels).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from dashboard.model.core.kubernetes import Json
from dashboard.services.doctor.app import DAPR, App, annotation, labels, template
from dashboard.services.doctor.evidence import Evidence, named
from dashboard.services.doctor.mends.workloads import annotate, edit, from_labels, renamed
from dashboard.services.doctor.rule import KUBERNETES, Seen, rule

ANNOTATIONS = "reference/arguments-annotations-overview/"
WORDS = {
    "app-protocol": {"http", "https", "grpc", "grpcs", "h2c"},
    "log-level": {"debug", "info", "warn", "error", "fatal"},
}
# Which daprd reads as it starts, and which the injector reads, or passes over all four of.
SIZES = {"max-body-size", "read-buffer-size"}
RESOURCES = {f"sidecar-{what}-{kind}" for what in ("cpu", "memory") for kind in ("request", "limit")}
_QUANTITY = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")
_PLACEHOLDER = re.compile(r"[${}<>%]|__")
NUMBERS = re.compile(r"(port|threshold|-seconds|max-concurrency|probe-interval|probe-timeout)$")
_APP_ID = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
LONGEST_APP_ID = 63 - len("-dapr")  # its Service is named so, and a name has 63 letters
MAIN = {"enabled", "app-id", "app-port"}
ALIKE = 0.7


@rule(
    "annotation-value", "error", docs=ANNOTATIONS, on=KUBERNETES, each="dapr_apps", on_patches=True,
    why="daprd ends at a value that it does not know, and the injector refuses an app-id that no Service can "
    "be named by.",
)  # fmt: skip
def value(evidence: Evidence, app: App) -> Iterable[Seen]:
    if app.app_id and not (_APP_ID.match(app.app_id) and len(app.app_id) <= LONGEST_APP_ID):
        yield Seen(
            object=named(app.item),
            seen=f'dapr.io/app-id is "{app.app_id}": not of small letters, digits and "-" alone, up to '
            f"{LONGEST_APP_ID}.",
            fix=f"Name it {_fit(app.app_id)}, also where others call it.",
            commands=annotate(evidence, app.item, "app-id", _fit(app.app_id)),
        )
    for name, said in app.annotations.items():
        text = str(said).strip().lower()
        known = WORDS.get(name, {text})
        if text and text not in known:
            meant = next(iter(get_close_matches(text, sorted(known), 1)), None)
            yield Seen(
                object=named(app.item),
                seen=f'dapr.io/{name} is "{said}"; known are {", ".join(sorted(known))}.',
                fix=f"Write {meant}." if meant else "Write one of these, or leave it out for Dapr's own.",
                commands=annotate(evidence, app.item, name, meant),
            )
        elif text and name != "app-port" and NUMBERS.search(name) and not text.lstrip("-").isdigit():
            yield Seen(
                object=named(app.item),
                seen=f'dapr.io/{name} is "{said}", which is no number.',
                why="The injector passes over a value that is no number, and takes its own.",
                fix="Write a number, or leave it out: that is what it does now.",
                commands=annotate(evidence, app.item, name, None),
                severity="warning",
            )
        elif text and name in SIZES | RESOURCES and not _is_quantity(str(said)):
            yield Seen(
                object=named(app.item),
                seen=f'dapr.io/{name} is "{said}", which is no quantity of Kubernetes.',
                why="daprd ends at it."
                if name in SIZES
                else "The injector then sets none of the sidecar's requests and limits.",
                fix="Write one, as 0.5 or 100m of CPU, or 256Mi of memory.",
                commands=edit(evidence, app.item),
                severity=None if name in SIZES else "warning",
            )


def _is_quantity(text: str) -> bool:
    """Whether it is one, or may become one before it is applied."""
    return bool(_QUANTITY.fullmatch(text) or _PLACEHOLDER.search(text))


@rule(
    "annotation-astray", "error", docs=ANNOTATIONS, on=KUBERNETES, each="workloads", on_patches=True,
    why="The injector reads annotations of dapr.io/ alone: labels and other prefixes ask for no sidecar.",
)  # fmt: skip
def astray(evidence: Evidence, item: Json) -> Iterable[Seen]:
    if annotation(template(item), "enabled") or annotation(item, "enabled"):
        return
    if "dapr.io/enabled" in labels(item) and not evidence.is_patch:
        yield Seen(
            object=named(item),
            seen="dapr.io/enabled is a label of its pods, not an annotation.",
            fix="Move it to spec.template.metadata.annotations.",
            commands=from_labels(evidence, item),
        )
    for name in _misspelled(item):
        yield Seen(
            object=named(item),
            seen=f"{name} is no annotation of Dapr's.",
            fix=f"Write dapr.io/{name.partition('/')[2]}.",
            commands=renamed(evidence, item, name, f"{DAPR}{name.partition('/')[2]}"),
        )


def _fit(app_id: str) -> str:
    """The nearest app-id that a Service can be named by."""
    return re.sub(r"[^a-z0-9]+", "-", app_id.lower())[:LONGEST_APP_ID].strip("-") or "app"


def _misspelled(item: Json) -> Iterator[str]:
    """Annotations of its pods whose prefix is nearly Dapr's."""
    for name in (template(item).get("metadata") or {}).get("annotations") or {}:
        prefix, _, rest = str(name).partition("/")
        if rest in MAIN and prefix != "dapr.io" and get_close_matches(prefix, ["dapr.io"], 1, ALIKE):
            yield str(name)
