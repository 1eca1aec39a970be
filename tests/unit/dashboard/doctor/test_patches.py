"""`doctor -f` on Kustomize's patches: what one writes is wrong whatever it is merged into."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.model.doctor.report import DoctorReport
from dashboard.services.doctor.checkup import UNREAD, check_folder
from tests.unit.dashboard.doctor.written import DAPR, worker

TARGET = "target: {kind: Deployment, name: worker}"
POINTER = "/spec/template/metadata/annotations"


def merge(annotations: str, kind: str = "Deployment", place: str = "template") -> str:
    """A strategic merge patch of a workload's pods, or of the workload itself."""
    metadata = f"{{annotations: {annotations}}}"
    if place != "template":
        return f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: worker, annotations: {annotations}}}\n"
    told = f"spec: {{template: {{metadata: {metadata}}}}}"
    if kind == "CronJob":
        told = f"spec: {{jobTemplate: {{{told}}}}}"
    return f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: worker}}\n{told}\n"


def operation(name: str, value: str, op: str = "add") -> str:
    return f"- {{op: {op}, path: {POINTER}/dapr.io~1{name}, value: {value}}}\n"


def kustomized(folder: Path, patch: str, form: str = "a file", more: str = "") -> DoctorReport:
    """What is said of a healthy app with a patch on it, in one of the forms that Kustomize takes."""
    (folder / "worker.yaml").write_text(worker(annotations=DAPR))
    (folder / "change.yaml").write_text(patch)
    indented = "".join(f"    {line}\n" for line in patch.splitlines())
    forms = {
        "a file": f"patches:\n- path: change.yaml\n  {TARGET}\n",
        "inline": f"patches:\n- {TARGET}\n  patch: |-\n{indented}",
        "a merge": "patchesStrategicMerge: [change.yaml]\n",
        "an inline merge": f"patchesStrategicMerge:\n- |\n{indented}",
        "of RFC 6902": f"patchesJson6902:\n- path: change.yaml\n  {TARGET}\n",
        "on any": "patches:\n- path: change.yaml\n  target: {kind: Deployment|Job, labelSelector: a=b}\n",
    }
    if "inline" in form:
        (folder / "change.yaml").unlink()
    text = f"resources: [worker.yaml]\n{forms[form]}{more}"
    (folder / "kustomization.yaml").write_text(text)
    return check_folder(folder)


FOUND: dict[str, tuple[str, str, str]] = {
    "a number": ("annotation-not-text", merge("{dapr.io/app-port: 8000}"), "a file"),
    "a number inline": ("annotation-not-text", merge("{dapr.io/app-port: 8000}"), "inline"),
    "a truth in a merge": ("annotation-not-text", merge("{dapr.io/enabled: true}"), "a merge"),
    "a truth in an inline merge": ("annotation-not-text", merge("{a/b: yes}"), "an inline merge"),
    "a number by operation": ("annotation-not-text", operation("app-port", "8000"), "of RFC 6902"),
    "a number by inline operation": ("annotation-not-text", operation("app-port", "8000"), "inline"),
    "operations on any": ("annotation-not-text", operation("enabled", "true", "replace"), "on any"),
    "an unknown name": ("annotation-unknown", merge('{dapr.io/app-prot: "8000"}'), "a file"),
    "an unknown name by operation": ("annotation-unknown", operation("appport", '"80"'), "inline"),
    "a port in words": ("app-port-wrong", merge('{dapr.io/app-port: "http"}'), "a file"),
    "a protocol": ("annotation-value", operation("app-protocol", "htttp"), "a file"),
    "a level": ("annotation-value", merge("{dapr.io/log-level: verbose}"), "inline"),
    "an app-id": ("annotation-value", merge("{dapr.io/app-id: my_worker}"), "a file"),
    "a prefix": ("annotation-astray", merge('{dapr/app-port: "8000"}'), "a file"),
    "on the workload": ("sidecar-not-asked-for", merge('{dapr.io/enabled: "true"}', place="own"), "a file"),
    "a whole map by operation": (
        "annotation-not-text",
        f"- {{op: add, path: {POINTER}, value: {{dapr.io/app-port: 8000}}}}\n",
        "inline",
    ),
    "in a CronJob": ("annotation-not-text", merge("{dapr.io/enabled: true}", "CronJob"), "a merge"),
}


@pytest.mark.parametrize(("rule", "patch", "form"), FOUND.values(), ids=FOUND)
def test_a_mistake_in_a_patch_is_found(rule: str, patch: str, form: str, tmp_path: Path) -> None:
    (finding,) = kustomized(tmp_path, patch, form).findings
    assert finding.rule == rule
    file, line = finding.source.split(":")
    text = Path(file).read_text().splitlines()[int(line) - 1]
    assert ("apiVersion" in text) or ("op:" in text), text
    assert finding.commands == (f"${{EDITOR:-vi}} +{line} {file}",)


QUIET: dict[str, tuple[str, str]] = {
    "texts": (merge('{dapr.io/app-port: "8000", dapr.io/log-level: debug}'), "a file"),
    "texts inline": (merge('{dapr.io/app-port: "8000"}'), "inline"),
    "one that is taken away": (merge("{dapr.io/log-level: null}"), "a merge"),
    "operations": (operation("app-port", '"8000"') + operation("log-level", "x", "remove"), "of RFC 6902"),
    "a test": (operation("app-port", "8000", "test"), "inline"),
    "turned off": (merge('{dapr.io/enabled: "false", dapr.io/app-id: worker}'), "a file"),
    "still to be filled in": (merge("{dapr.io/app-id: '${APP_ID}', dapr.io/log-level: $(LEVEL)}"), "inline"),
    "replicas": ("- {op: replace, path: /spec/replicas, value: 3}\n", "inline"),
    "an entry of a list": ("- {op: add, path: /spec/template/spec/containers/0/image, value: a}\n", "inline"),
    "a label": (
        "- {op: add, path: /spec/template/metadata/labels/dapr.io~1enabled, value: 'true'}\n",
        "inline",
    ),
    "a Service": ("kind: Service\nmetadata: {name: worker}\nspec: {ports: [{port: 80}]}\n", "a file"),
}


@pytest.mark.parametrize(("patch", "form"), QUIET.values(), ids=QUIET)
def test_a_patch_that_is_well_is_quiet(patch: str, form: str, tmp_path: Path) -> None:
    report = kustomized(tmp_path, patch, form)
    assert [(each.rule, each.seen) for each in report.findings] == []
    assert report.namespaces == ("default",)


def test_what_replacements_fill_in_is_not_judged(tmp_path: Path) -> None:
    patch = merge("{dapr.io/app-id: TO_BE_FILLED_IN}")
    report = kustomized(tmp_path, patch, more="replacements: [{path: replacement.yaml}]\n")
    assert report.findings == ()


def test_a_patch_is_of_the_namespace_of_what_it_changes(tmp_path: Path) -> None:
    kustomized(tmp_path, merge("{dapr.io/app-port: 8000}"))
    (tmp_path / "worker.yaml").write_text(
        worker().replace("name: worker}", "name: worker, namespace: prod}", 1)
    )
    report = check_folder(tmp_path)
    assert [each.namespace for each in report.findings] == ["prod"]
    assert report.namespaces == ("prod",)


def test_a_part_of_a_workload_that_nobody_names_is_a_patch_too(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text(merge("{dapr.io/app-port: 8000}"))
    assert [each.rule for each in check_folder(tmp_path).findings] == ["annotation-not-text"]


def test_a_patch_that_is_no_yaml_could_not_be_read(tmp_path: Path) -> None:
    report = kustomized(tmp_path, "kind: {\n")
    assert any("change.yaml" in left.reason for left in report.not_checked if left.rule == UNREAD)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["patches", "patchesJson6902", "patchesStrategicMerge"]))
def test_no_patch_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, text: str, field: str
) -> None:
    folder = tmp_path_factory.mktemp("patch")
    (folder / "change.yaml").write_text(text, encoding="utf-8", errors="replace")
    entry = f"- path: change.yaml\n  target: {{kind: '{'[' if len(text) % 2 else 'Deployment'}'}}\n"
    (folder / "kustomization.yaml").write_text(f"{field}:\n{entry}- 3\n- patch: [a]\n")
    (folder / "worker.yaml").write_text(worker())
    check_folder(folder)
