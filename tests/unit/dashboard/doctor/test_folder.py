"""`doctor -f`: YAML that is not applied, and the forms of a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.model.core.errors import NotThere
from dashboard.services.doctor import reports
from dashboard.services.doctor.checkup import check_folder

ROOT = Path(__file__).parents[4]
COURSE = ROOT / "tests" / "fixtures" / "course"
UNHARDENED = ("no-memory-limit", "runs-as-root")


def test_the_courses_manifests_yield_each_of_their_mistakes() -> None:
    found = {(f.namespace, f.rule, f.object) for f in check_folder(COURSE).findings}
    in_both = {
        ("service-missing", "Deployment/chat-agent"),
        ("components-in-config-map", "Deployment/chat-agent"),
        ("redis-password-missing", "Component/statestore"),
        ("redis-password-missing", "Component/daca-pubsub"),
        ("stream-unbounded", "Component/daca-pubsub"),
        ("store-without-volume", "Deployment/redis"),
        *((rule, f"Deployment/{name}") for rule in UNHARDENED for name in ("redis", "chat-agent")),
    }
    expected = {(namespace, *each) for namespace in ("prod", "dev") for each in in_both}
    assert found == expected | {("dev", "subscription-pubsub-missing", "Subscription/message-subscription")}


def test_the_name_that_was_meant_is_in_the_fix() -> None:
    (found,) = [f for f in check_folder(COURSE).findings if f.rule == "subscription-pubsub-missing"]
    assert found.seen == 'pubsubname is "dava-pubsub"; dev has daca-pubsub.'
    assert found.fix == "Set pubsubname to daca-pubsub."
    file, _, line = found.source.rpartition(":")
    assert Path(file).read_text().splitlines()[int(line)] == "kind: Subscription"


def test_the_projects_own_manifests_have_no_finding() -> None:
    report = check_folder(ROOT / "k8s")
    # The base keeps no data beyond its pods, and says so; a component of k8s/ gives it a claim.
    assert {(found.rule, found.severity) for found in report.findings} == {("store-on-empty-dir", "info")}
    assert {left.rule for left in report.not_checked} == {"secret-missing", "workload-secret-missing"}


def test_json_has_the_agreed_shape() -> None:
    plain = json.loads(reports.as_json(check_folder(COURSE)))
    assert set(plain) == {"findings", "not_checked"}
    fields = {"rule", "severity", "namespace", "object", "seen", "why", "fix", "docs", "commands", "source"}
    assert {frozenset(found) for found in plain["findings"]} == {frozenset(fields)}
    assert all(all(found.values()) for found in plain["findings"])


def test_sarif_leads_to_the_file_and_line() -> None:
    sarif = reports.as_sarif(check_folder(COURSE))
    (run,) = sarif["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        where = result["locations"][0]["physicalLocation"]
        assert Path(where["artifactLocation"]["uri"]).exists()
        assert where["region"]["startLine"] > 0
    assert {result["level"] for result in run["results"]} == {"error", "warning"}


def test_markdown_holds_texts_as_code(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "apiVersion: dapr.io/v2alpha1\nkind: Subscription\nmetadata: {name: a}\n"
        "spec: {pubsubname: '|<img>', topic: t}\n---\n"
        "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: '|<imgs>'}\n"
        "spec: {type: pubsub.in-memory, version: v1}\n"
    )
    text = reports.as_markdown(check_folder(tmp_path))
    assert '`pubsubname is "\\|<img>"; default has \\|<imgs>.`' in text


def test_a_file_that_is_no_yaml_could_not_be_checked(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: [\n")
    (tmp_path / "b.yaml").write_text("kind: Pod\nmetadata: {name: a}\n")
    assert [
        "no YAML" in left.reason for left in check_folder(tmp_path).not_checked if left.rule == "all"
    ] == [True]


@pytest.mark.parametrize("text", ["", "kind: Kustomization\n"])
def test_a_folder_without_objects_is_not_a_clean_bill(tmp_path: Path, text: str) -> None:
    (tmp_path / "kustomization.yaml").write_text(text)
    with pytest.raises(NotThere, match="no object"):
        check_folder(tmp_path)
