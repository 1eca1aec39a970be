"""Each rule finds the fault that is planted for it; its healthy twin is silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dashboard.model.logs.symptoms import SYMPTOMS
from dashboard.services.doctor.checkup import unlisted
from dashboard.services.doctor.rules import ALL
from dashboard.services.doctor.rules.stores import seconds
from tests.unit.dashboard.doctor.made_up import (
    Spoil,
    Spoiled,
    healthy,
    look,
    rules,
)
from tests.unit.dashboard.doctor.planted import FAULTS, TOGETHER
from tests.unit.dashboard.doctor.spoils import (
    annotate,
    is_silent,
    redis_args,
    redis_config,
    stores,
)


@pytest.mark.parametrize(("rule", "spoil"), FAULTS, ids=[f"{i}-{f[0]}" for i, f in enumerate(FAULTS)])
def test_a_planted_fault_is_found_where_it_is(rule: str, spoil: Spoil) -> None:
    well, ill = healthy("prod"), healthy("dev")
    spoil(ill)
    report = look(well, ill)
    found = [finding for finding in report.findings if finding.rule == rule]
    assert found, rules(report)
    assert {finding.namespace for finding in report.findings} == {"dev"}
    finding = found[0]
    assert finding.object
    assert finding.seen
    assert finding.fix
    assert finding.docs.startswith("https://")


@pytest.mark.parametrize(("rule", "spoil"), TOGETHER)
def test_what_two_namespaces_share_is_found_once(
    rule: str, spoil: Callable[[Spoiled, Spoiled], None]
) -> None:
    well, ill = healthy("prod"), healthy("dev")
    spoil(well, ill)
    report = look(well, ill)
    assert [f.namespace for f in report.findings if f.rule == rule] == ["dev"]


def test_no_rule_is_without_a_planted_fault() -> None:
    ids = [rule.id for rule in ALL]
    assert len(ids) == len(set(ids))
    # What only a file can show is planted in test_folder.
    assert {rule for rule, _ in (*FAULTS, *TOGETHER)} == set(ids) - {
        "key-twice",
        "component-twice",
        "component-api-version",
        "object-name",
    }


def test_a_healthy_setup_has_no_finding_and_leaves_nothing_unchecked() -> None:
    report = look(healthy("prod"), healthy("dev"))
    assert (report.findings, report.not_checked) == ((), ())
    assert report.sentence == "2 namespaces: nothing found"


def test_two_databases_of_one_server_are_two_stores() -> None:
    well, ill = healthy("prod", "one"), healthy("dev", "one")
    stores(database=1)(ill)
    for name in ("statestore", "daca-pubsub"):
        ill.set(name, "redisDB", "1")
    assert look(well, ill).findings == ()


def test_a_consumer_id_of_its_own_is_another_group() -> None:
    well, ill = healthy("prod"), healthy("dev")
    for ns in (well, ill):
        ns.set("daca-pubsub", "redisHost", "broker.example.com:6379")
        ns.set("daca-pubsub", "consumerID", "{namespace}")
    assert look(well, ill).findings == ()


def test_a_password_is_never_in_the_report() -> None:
    ns = healthy()
    ns.set("statestore", "redisPassword", "s3cret")
    assert "s3cret" not in repr(look(ns))


@pytest.mark.parametrize("part", ["agent", "sidecar", "store"])
def test_what_a_silent_part_hides_could_not_be_checked(part: str) -> None:
    ns = healthy()
    is_silent(part, "It is on fire.")(ns)
    left = [n for n in look(ns).not_checked if n.namespace]
    assert left
    assert {n.reason for n in left} == {"It is on fire."}


def test_a_kind_that_may_not_be_read_could_not_be_checked() -> None:
    ns = healthy()
    ns.unread = {"dev/Component": "components is forbidden."}
    report = look(ns)
    assert report.findings == ()
    assert ("subscription-pubsub-missing", "components is forbidden.") in {
        (n.rule, n.reason) for n in report.not_checked
    }


def test_an_object_of_an_impossible_shape_spoils_no_other_rule() -> None:
    ns = healthy()
    ns.the("Component", "statestore")["spec"]["metadata"] = ["redisHost"]
    report = look(ns)
    assert ("component-metadata", "Component/statestore") in {(f.rule, f.object) for f in report.findings}
    annotate(ns, "app-port", "1")
    assert "app-port-wrong" in rules(look(ns))


def test_the_cause_in_the_log_is_told_with_a_part_that_is_down() -> None:
    ns = healthy()
    is_silent("sidecar")(ns)
    ns.last_words = ["Fatal error from runtime: ... redis store: error connecting to redis at r:1: NOAUTH"]
    (finding,) = [f for f in look(ns).findings if f.rule == "sidecar-not-ready"]
    assert "Redis wants a password" in finding.seen


def test_commands_name_the_context_that_was_looked_at() -> None:
    evidence = healthy().evidence()
    assert evidence.endpoint
    there = replace(evidence.endpoint, kubectl=("kubectl", "--context", "my edge", "-n", "dev"))
    evidence = replace(evidence, endpoint=there)
    assert evidence.kubectl("get pods") == "kubectl --context 'my edge' -n dev get pods"
    assert evidence.kubectl("get pods", "dapr") == "kubectl --context 'my edge' -n dapr get pods"


def test_every_symptom_in_a_log_leads_to_a_rule_that_there_is() -> None:
    assert {symptom.rule for symptom in SYMPTOMS if symptom.rule} <= {rule.id for rule in ALL}


@pytest.mark.parametrize(
    ("text", "found"), [("60s", 60), ("1m30s", 90), ("500ms", 0.5), ("2h", 7200), ("", 0), ("x", 0)]
)
def test_durations_are_those_of_go(text: str, found: float) -> None:
    assert seconds(text) == found


def test_a_config_map_that_may_not_be_read_leaves_what_redis_is_told_unchecked_and_nothing_else() -> None:
    ns = healthy()
    redis_config(ns, "maxmemory-policy allkeys-lru")
    ns.objects.remove(ns.the("ConfigMap"))
    ns.unread = {"dev/ConfigMap/redis-config": "configmaps is forbidden."}
    report = look(ns)
    assert report.findings == ()
    assert {(each.rule, each.reason) for each in report.not_checked} == {
        ("store-told-to-evict", "configmaps is forbidden."),
        ("store-told-to-forget", "configmaps is forbidden."),
    }


def test_what_its_arguments_tell_redis_is_known_without_its_file() -> None:
    ns = healthy()
    redis_config(ns, "maxmemory-policy noeviction")
    redis_args(ns, "--maxmemory-policy", "allkeys-lru")
    assert "store-told-to-evict" in rules(look(ns))
    ns.unread = {"dev/ConfigMap/redis-config": "configmaps is forbidden."}
    assert "store-told-to-evict" in rules(look(ns))


def test_arguments_of_redis_win_over_its_file() -> None:
    ns = healthy()
    redis_config(ns, "maxmemory-policy allkeys-lru")
    redis_args(ns, "--maxmemory-policy", "noeviction")
    assert look(ns).findings == ()


def test_kinds_of_workloads_that_may_not_be_listed_hide_no_rule() -> None:
    ns = healthy()
    ns.unread = {"dev/DaemonSet": "daemonsets is forbidden.", "dev/CronJob": "cronjobs is forbidden."}
    ns.pod()["metadata"]["annotations"]["dapr.io/app-prot"] = "8000"
    report = look(ns)
    assert rules(report) == {"annotation-unknown"}
    assert report.not_checked == ()
    assert [(left.rule, left.reason) for left in unlisted(ns.evidence())] == [
        ("DaemonSets", "daemonsets is forbidden."),
        ("CronJobs", "cronjobs is forbidden."),
    ]
