"""A finding's commands, pasted one after the other, end it; pasted again they change nothing."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.model.core.sidecar import LoadedComponent, Subscription
from dashboard.model.doctor.report import DoctorReport, Finding
from dashboard.services.core.settings import Settings
from dashboard.services.doctor.checkup import judge
from tests.unit.dashboard.doctor.made_up import Json, Spoil, Spoiled, healthy, look
from tests.unit.dashboard.doctor.pasted import RefusedError, paste
from tests.unit.dashboard.doctor.planted import FAULTS, TOGETHER
from tests.unit.dashboard.doctor.spoils import (
    dapr_of,
    redis_args,
    redis_config,
    redis_script,
    routes,
    second,
)

# Told by what runs: a restart or Redis itself mends it, which tests/stack and tests/cluster show.
TOLD_BY_PARTS = {
    "sidecar-not-injected", "sidecar-not-ready", "agent-not-ready",
    "store-not-reached", "store-refused-to-sidecar", "store-refuses-writes", "topic-refuses-events",
    "actor-type-not-registered", "placement-not-connected", "app-id-not-told",
    "app-port-not-answering", "sidecar-version", "store-not-persistent", "store-evicts", "store-near-limit",
    "pending-old",
}  # fmt: skip
# Whose cause or value nobody can derive: an image, a node, a probe's reason, state that somebody may want, an
# address, a policy.
ROUNDS = 3
DECIDED_BY_PEOPLE = {
    "image-not-pulled", "crash-loop", "probe-failing", "pod-not-scheduled", "state-of-gone-app",
    "clocks-apart", "http-endpoint-without-url", "resiliency-policy-missing",
}  # fmt: skip
# Without a topic, and with an entry that has no name: an editor at the object, and words that say what for.
EDITED = {"subscription-fields", "component-metadata"}


def of(report: DoctorReport, rule: str) -> list[Finding]:
    return [found for found in report.findings if found.rule == rule]


def paste_all(ns: Spoiled, commands: Sequence[str]) -> None:
    """A command that is refused says so, and the next one is pasted."""
    for command in commands:
        with suppress(RefusedError):
            paste(ns, command)
    if any(" rollout restart " in command for command in commands):
        start_anew(ns)


def start_anew(ns: Spoiled) -> None:
    """A sidecar loads what is declared, and what is asked is the database that its Component names."""
    declared = [item for item in ns.objects if item["kind"] == "Component"]
    if ns.sidecar:
        loaded = tuple(LoadedComponent(i["metadata"]["name"], i["spec"]["type"]) for i in declared)
        specs = [item["spec"] for item in ns.objects if item["kind"] == "Subscription"]
        started = tuple(Subscription(s.get("pubsubname"), s.get("topic"), paths(s)) for s in specs)
        ns.sidecar = replace(ns.sidecar, components=loaded, subscriptions=started)
    stores = [item["spec"] for item in declared if item["spec"]["type"] == "state.redis"]
    if ns.store and stores:
        fields = {entry.get("name"): entry.get("value") for entry in stores[0]["metadata"]}
        ns.store = replace(ns.store, database=int(fields.get("redisDB") or 0))


def paths(spec: Json) -> tuple[str, ...]:
    said = spec["routes"]
    return tuple(dict.fromkeys([*(rule["path"] for rule in said.get("rules", ())), said.get("default")]))


def is_edit(found: Finding) -> bool:
    return any(re.search(r"kubectl( \S+ \S+)* edit ", command) for command in found.commands)


MENDED = [(rule, spoil) for rule, spoil in FAULTS if rule not in TOLD_BY_PARTS | DECIDED_BY_PEOPLE]


@pytest.mark.parametrize(("rule", "spoil"), MENDED, ids=[f"{i}-{rule}" for i, (rule, _) in enumerate(MENDED)])
def test_a_fix_finishes(rule: str, spoil: Spoil) -> None:
    well, ill = healthy("prod"), healthy("dev")
    spoil(ill)
    found = of(look(well, ill), rule)
    assert found
    if rule in EDITED and all(map(is_edit, found)):
        assert all(len(each.commands) == 1 for each in found)
        return
    for each in found:
        assert each.commands
        assert not is_edit(each), each.commands
        paste_all(ill, each.commands)
    assert of(look(well, ill), rule) == []
    once = copy.deepcopy(ill.objects)
    for each in found:
        paste_all(ill, each.commands)
    assert ill.objects == once


def unmarked(ns: Spoiled) -> None:
    """Two stores, of which none keeps actors."""
    second(ns, "Component", "statestore")
    ns.set("statestore", "actorStateStore", None)


def half_marked(ns: Spoiled) -> None:
    """One store keeps actors; of another it is said in words that nobody reads."""
    other = copy.deepcopy(second(ns, "Component", "statestore"))
    ns.objects[-1] = other
    other["spec"]["metadata"][-1]["value"] = "ture"


def without_service(ns: Spoiled) -> None:
    ns.objects.remove(ns.the("Service", "redis-master"))


def wrong_service(ns: Spoiled) -> None:
    ns.the("Service", "chat-agent")["spec"]["selector"] = {"app": "x", "tier": "y"}


def the_first_is_the_other(ns: Spoiled) -> None:
    """The workload that has the app-id by right is declared behind the one that took it."""
    there = ns.the("Deployment", "chat-agent")
    ns.objects.remove(there)
    other = copy.deepcopy(there)
    other["metadata"]["name"] = "batch"
    ns.objects += [other, there]


def without(kind: str, name: str) -> Spoil:
    return lambda ns: ns.objects.remove(ns.the(kind, name))


def another(ns: Spoiled, kind: str, **said: str | None) -> Json:
    """A workload of another kind, with an annotation that no sidecar knows."""
    told = {"enabled": "true", "app-id": "other", "app-prot": "8000"} | said
    annotations = {f"dapr.io/{name}": value for name, value in told.items() if value is not None}
    container = {"name": "other", "image": "other:1"}
    pods = {"metadata": {"annotations": annotations}, "spec": {"containers": [container]}}
    spec = {"template": pods}
    inside = {"jobTemplate": {"spec": spec}} if kind == "CronJob" else spec
    return {"kind": kind, "metadata": {"name": "other", "namespace": ns.name}, "spec": inside}


def evicts_twice(ns: Spoiled) -> None:
    redis_config(ns, "maxmemory-policy allkeys-lfu")
    redis_args(ns, "--maxmemory-policy", "allkeys-lru")


SIBLINGS: dict[str, Spoil] = {
    "no pub/sub at all": without("Component", "daca-pubsub"),
    "no Component at all": lambda ns: [without("Component", "")(ns) for _ in range(2)],
    "a store out of scope": lambda ns: ns.the("Component", "statestore").update(scopes=["other"]),
    "two stores unmarked": unmarked,
    "one of two stores odd": half_marked,
    "no Service for Redis": without_service,
    "a Service that selects another": wrong_service,
    "an app-id taken by another": the_first_is_the_other,
    "a port that is none": lambda ns: dapr_of(ns).update({"dapr.io/app-port": "http"}),
    "a Secret of Redis lost": lambda ns: ns.objects.remove(ns.the("Secret")),
    "a route to nowhere": lambda ns: routes(ns).update(default="/subscribd"),
    "a DaemonSet": lambda ns: ns.objects.append(another(ns, "DaemonSet")),
    "a CronJob": lambda ns: ns.objects.append(another(ns, "CronJob")),
    "a CronJob without enabled": lambda ns: ns.objects.append(another(ns, "CronJob", enabled=None)),
    "evicts, in a file and by its arguments": evicts_twice,
    "evicts, in a script": lambda ns: redis_script(ns, "exec redis-server --maxmemory-policy allkeys-lru"),
}
EVERY_MENDED = {**{f"{i}-{rule}": spoil for i, (rule, spoil) in enumerate(MENDED)}, **SIBLINGS}


@pytest.mark.parametrize("spoil", EVERY_MENDED.values(), ids=EVERY_MENDED)
def test_pasting_what_is_said_ends_in_silence(spoil: Spoil) -> None:
    """Also where one mistake brings several findings, and where the mend of one shows another."""
    well, ill = healthy("prod"), healthy("dev")
    spoil(ill)
    waits = {found.rule for found in look(well, ill).findings if is_edit(found)}
    if waits:  # for its reader
        assert waits <= EDITED
        return
    for _ in range(ROUNDS):
        for each in look(well, ill).findings:
            paste_all(ill, each.commands)
    assert look(well, ill).findings == ()


@pytest.mark.parametrize(("rule", "share"), TOGETHER)
def test_a_fix_of_what_is_shared_finishes(rule: str, share: Callable[[Spoiled, Spoiled], None]) -> None:
    well, ill = healthy("prod"), healthy("dev")
    share(well, ill)
    for each in of(look(well, ill), rule):
        assert each.commands or ill.origin == "files"
        paste_all(ill, each.commands)
    assert ill.origin == "files" or of(look(well, ill), rule) == []


def test_every_fault_of_a_namespace_ends_by_commands_alone() -> None:
    """Several on one object: what one command changes, no other undoes."""
    ill = healthy()
    faults = (
        ("redisPassword", None),
        ("keyPrefix", "name"),
        ("actorStateStore", "no"),
        ("redisHost", "redis-mastr:6379"),
    )
    for name, value in faults:
        ill.set("statestore", name, value)
    ill.set("daca-pubsub", "redisPassword", "")
    ill.set("daca-pubsub", "maxLenApprox", None)
    for _ in range(3):
        for each in look(ill).findings:
            paste_all(ill, each.commands)
    assert look(ill).findings == ()


def test_a_mend_does_without_what_may_not_be_read() -> None:
    """Workloads and Services are for the commands alone here: their absence hides no finding."""
    ill = healthy()
    ill.set("statestore", "redisPassword", None)
    ill.set("daca-pubsub", "redisPassword", "s3cret")
    ill.set("daca-pubsub", "maxLenApprox", None)
    wanted = {found.rule for found in look(ill).findings}
    ill.unread = {f"dev/{kind}": "It is forbidden." for kind in ("Deployment", "StatefulSet", "Service")}
    found = look(ill).findings
    assert {each.rule for each in found} == wanted
    assert all(each.commands for each in found)


EVERY_FAULT = pytest.mark.parametrize(
    "spoil", [spoil for _, spoil in FAULTS], ids=[f"{i}-{rule}" for i, (rule, _) in enumerate(FAULTS)]
)


@EVERY_FAULT
def test_each_line_of_kubectl_names_the_context_and_none_is_a_mere_look(spoil: Spoil) -> None:
    ill = healthy()
    spoil(ill)
    kubectl = ("kubectl", "--context", "my edge", "-n", "dev")
    for found in elsewhere(ill, Settings(cluster="kubernetes", context="my edge"), kubectl).findings:
        for words in (*found.commands, found.fix):
            assert words.count("kubectl ") == words.count("kubectl --context 'my edge' -n "), words
            assert "s3cret" not in words
        assert not any(re.fullmatch(LOOK, command) for command in found.commands), found.commands


LOOK = r"kubectl --context 'my edge' -n \S+ (get|describe|logs)\b[^|]*"


@EVERY_FAULT
def test_each_line_of_daca_ops_names_what_was_looked_at(spoil: Spoil, tmp_path: Path) -> None:
    ill = healthy()
    spoil(ill)
    ill.origin = "local"
    for found in elsewhere(ill, Settings(data=tmp_path, app_id="my-bot"), ()).findings:
        for words in (*found.commands, found.fix):
            assert "kubectl" not in words
            lines = re.findall(r"daca-ops [^:;]*", words)
            assert all(f"--data {tmp_path}" in line and "--app-id my-bot" in line for line in lines), words


def elsewhere(ns: Spoiled, settings: Settings, kubectl: tuple[str, ...]) -> DoctorReport:
    """The report on a cluster that options named."""
    evidence = ns.evidence()
    assert evidence.endpoint
    endpoint = replace(evidence.endpoint, kubectl=kubectl)
    return judge([replace(evidence, endpoint=endpoint, settings=settings)], cluster="test", started_at=0.0)
