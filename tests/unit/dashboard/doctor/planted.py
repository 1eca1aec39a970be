"""A fault for each rule, planted in a namespace that is well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dashboard.model.core.readiness import AgentReadiness
from dashboard.model.core.sidecar import Subscription
from dashboard.model.core.store_refusal import StoreRefusal
from dashboard.model.doctor.conditions import AgentCondition, GroupBacklog
from tests.unit.dashboard.doctor.made_up import (
    Json,
    Spoil,
    Spoiled,
    store,
)


def annotate(ns: Spoiled, name: str, value: str | None) -> None:
    annotations: Json = ns.pod()["metadata"]["annotations"]
    annotations.pop(f"dapr.io/{name}")
    if value is not None:
        annotations[f"dapr.io/{name}"] = value


def on_the_workload(ns: Spoiled) -> None:
    """Dapr's annotations where they do nothing."""
    ns.the("Deployment", "chat-agent")["metadata"]["annotations"] = ns.pod()["metadata"].pop("annotations")


def secret_is(data: dict[str, str] | None) -> Spoil:
    def spoil(ns: Spoiled) -> None:
        ns.objects.remove(ns.the("Secret"))
        if data is not None:
            ns.objects.append(
                {"kind": "Secret", "metadata": {"name": "redis", "namespace": ns.name}, "data": data}
            )

    return spoil


def second(ns: Spoiled, kind: str, name: str) -> Json:
    """Another object like one that is there."""
    original = ns.the(kind, name)
    other: Json = {**original, "metadata": {**original["metadata"], "name": f"{name}-2"}}
    ns.objects.append(other)
    return other


def routes(ns: Spoiled) -> Json:
    found: Json = ns.the("Subscription")["spec"]["routes"]
    return found


def status(ns: Spoiled, **said: Any) -> None:
    ns.the("Pod")["status"]["containerStatuses"][0].update(said)


def says(**said: Any) -> Spoil:
    """The sidecar's metadata says something else."""
    return lambda ns: setattr(ns, "sidecar", replace(ns.sidecar, **said))  # type: ignore[type-var]


def stores(**said: Any) -> Spoil:
    """Redis says something else."""
    return lambda ns: setattr(ns, "store", replace(ns.store, **said))  # type: ignore[type-var]


def agent_says(readiness: AgentReadiness) -> Spoil:
    return lambda ns: setattr(ns, "agent", AgentCondition(readiness))


def is_silent(part: str, words: str = "It did not answer.") -> Spoil:
    def spoil(ns: Spoiled) -> None:
        ns.silent = {part: words}
        setattr(ns, part, None)

    return spoil


def mounts_components(ns: Spoiled) -> None:
    spec = ns.pod()["spec"]
    spec["volumes"] = [{"name": "c", "configMap": {"name": "dapr-components-dev"}}]
    spec["containers"][0]["volumeMounts"] = [{"name": "c", "mountPath": "/components"}]


def local_port(ns: Spoiled) -> None:
    ns.origin = "local"
    says(app_port=8001)(ns)


ELSEWHERE = "redis-master.prod.svc.cluster.local:6379"


def selects(ns: Spoiled, service: str, **labels: str) -> None:
    ns.the("Service", service)["spec"].update(selector=labels)


def waits(reason: str) -> Spoil:
    """The agent's container waits for that reason."""
    return lambda ns: status(ns, ready=False, state={"waiting": {"reason": reason}})


def wants(ns: Spoiled, pubsub: str) -> None:
    ns.the("Subscription")["spec"].update(pubsubname=pubsub)


def share_a_broker(well: Spoiled, ill: Spoiled) -> None:
    for ns in (well, ill):
        ns.set("daca-pubsub", "redisHost", "broker.example.com:6379")


def plant(path: str, value: object) -> Spoil:
    """Set one field of the agent's or Redis' pod template: "redis:spec.volumes"."""
    workload, _, fields = path.partition(":")

    def spoil(ns: Spoiled) -> None:
        *way, last = fields.split(".")
        found: Any = ns.pod(workload)
        for step in way:
            found = found[int(step) if step.isdigit() else step]
        found[last] = value

    return spoil


def as_root(ns: Spoiled) -> None:
    ns.pod()["spec"].pop("securityContext")


def pending(**said: Any) -> Spoil:
    waiting = GroupBacklog(stream="user-chat", group="chat-agent", count=3, idle_seconds=0.0, deliveries=1)
    return stores(pending=(replace(waiting, **said),))


def of_type(name: str) -> Spoil:
    """The actors' store is of another type."""
    return spec_of("statestore", type=name)


def spec_of(component: str, **said: object) -> Spoil:
    return lambda ns: ns.the("Component", component)["spec"].update(said)


def entries(ns: Spoiled) -> list[Json]:
    found: list[Json] = ns.the("Component", "statestore")["spec"]["metadata"]
    return found


def rename(ns: Spoiled, name: str, other: str) -> None:
    (entry,) = [entry for entry in entries(ns) if entry["name"] == name]
    entry["name"] = other


def dapr_of(ns: Spoiled) -> Json:
    found: Json = ns.pod()["metadata"]["annotations"]
    return found


def labels(ns: Spoiled) -> Json:
    ns.pod()["metadata"]["labels"] = dict(ns.pod()["metadata"]["labels"])
    found: Json = ns.pod()["metadata"]["labels"]
    return found


def container(ns: Spoiled) -> Json:
    found: Json = ns.pod()["spec"]["containers"][0]
    return found


def port(ns: Spoiled, service: str) -> Json:
    found: Json = ns.the("Service", service)["spec"]["ports"][0]
    return found


def policy(namespace: str) -> Json:
    """Nothing comes in."""
    spec = {"podSelector": {}, "policyTypes": ["Ingress"]}
    return {"kind": "NetworkPolicy", "metadata": {"name": "deny", "namespace": namespace}, "spec": spec}


def autoscaler(namespace: str) -> Json:
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "chat-agnt"}}
    metadata = {"name": "scaler", "namespace": namespace}
    return {"kind": "HorizontalPodAutoscaler", "metadata": metadata, "spec": spec}


def data_volume(ns: Spoiled) -> Json:
    (found,) = [volume for volume in ns.pod("redis")["spec"]["volumes"] if volume["name"] == "data"]
    found.pop("persistentVolumeClaim")
    volume: Json = found
    return volume


def redis_args(ns: Spoiled, *args: str) -> None:
    ns.pod("redis")["spec"]["containers"][0]["args"] = list(args)


def redis_config(ns: Spoiled, text: str) -> None:
    """Redis is configured by a file of a ConfigMap."""
    volumes = ns.pod("redis")["spec"].setdefault("volumes", [])
    volumes.append({"name": "config", "configMap": {"name": "redis-config"}})
    metadata = {"name": "redis-config", "namespace": ns.name}
    ns.objects.append({"kind": "ConfigMap", "metadata": metadata, "data": {"redis.conf": text}})


def redis_script(ns: Spoiled, text: str) -> None:
    """Redis is started by a shell."""
    ns.pod("redis")["spec"]["containers"][0]["command"] = ["sh", "-c", text]


def copies_of_redis(ns: Spoiled) -> None:
    workload = ns.the("StatefulSet")
    workload.update(kind="Deployment")
    workload["spec"].update(replicas=3)


def secret_of_the_agent(ns: Spoiled, data: dict[str, str]) -> None:
    metadata = {"name": "chat-agent-token", "namespace": ns.name}
    ns.objects.append({"kind": "Secret", "metadata": metadata, "data": data})


def in_files(kind: str, spec: Json) -> Spoil:
    """A file declares one more of Dapr's objects."""

    def spoil(ns: Spoiled) -> None:
        ns.origin = "files"
        declared(kind, spec)(ns)

    return spoil


def declared(kind: str, spec: Json) -> Spoil:
    """A cluster has one more of them."""

    def spoil(ns: Spoiled) -> None:
        metadata = {"name": "other", "namespace": ns.name}
        ns.objects.append(
            {"apiVersion": "dapr.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
        )

    return spoil


def without_a_policy() -> Json:
    policies = {"retries": {"often": {"policy": "constant"}}}
    return {"policies": policies, "targets": {"apps": {"chat-agent": {"retry": "oftne"}}}}


def as_labels(ns: Spoiled) -> None:
    """Dapr's annotations where only labels are."""
    labels(ns).update(ns.pod()["metadata"].pop("annotations"))


FAULTS: list[tuple[str, Spoil]] = [
    ("subscription-pubsub-missing", lambda ns: wants(ns, "dava-pubsub")),
    ("subscription-scoped-away", lambda ns: ns.the("Subscription").update(scopes=["chat-agnet"])),
    ("subscription-no-default", lambda ns: routes(ns).pop("default")),
    ("event-type-never-published", stores(event_types={"user-chat": frozenset({"com.dapr.event.sent"})})),
    ("subscription-not-started", says(subscriptions=())),
    ("route-not-found", says(subscriptions=(Subscription("daca-pubsub", "user-chat", ("/subscribed",)),))),
    ("actor-state-store-missing", lambda ns: ns.objects.remove(ns.the("Component", "statestore"))),
    ("actor-state-store-not-true", lambda ns: ns.set("statestore", "actorStateStore", "no")),
    ("actor-state-store-odd", lambda ns: ns.set("statestore", "actorStateStore", "ture")),
    ("actor-state-store-not-true", lambda ns: ns.set("statestore", "actorStateStore", None)),
    ("actor-state-store-twice", lambda ns: second(ns, "Component", "statestore")),
    ("component-scoped-away", lambda ns: ns.the("Component", "statestore").update(scopes=["other"])),
    ("redis-host-elsewhere", lambda ns: ns.set("statestore", "redisHost", ELSEWHERE)),
    ("redis-host-elsewhere", lambda ns: ns.set("daca-pubsub", "redisHost", "redis-master.prod:6379")),
    ("key-prefix-useless", lambda ns: ns.set("statestore", "keyPrefix", "name")),
    ("stream-unbounded", lambda ns: ns.set("daca-pubsub", "maxLenApprox", None)),
    ("redis-password-missing", lambda ns: ns.set("statestore", "redisPassword", None)),
    ("redis-password-missing", lambda ns: ns.set("statestore", "redisPassword", "")),
    ("redis-password-plain", lambda ns: ns.set("statestore", "redisPassword", "s3cret")),
    ("secret-missing", secret_is(None)),
    ("secret-missing", secret_is({"other": "set"})),
    ("secret-missing", secret_is({"redis-password": ""})),
    ("app-id-wrong", lambda ns: annotate(ns, "app-id", "chat-agnet")),
    ("app-id-twice", lambda ns: second(ns, "Deployment", "chat-agent")),
    ("app-port-wrong", lambda ns: annotate(ns, "app-port", "8080")),
    ("app-port-wrong", lambda ns: annotate(ns, "app-port", None)),
    ("sidecar-not-asked-for", on_the_workload),
    ("sidecar-not-asked-for", lambda ns: annotate(ns, "enabled", "no")),
    ("components-in-config-map", mounts_components),
    ("service-missing", lambda ns: ns.objects.remove(ns.the("Service", "chat-agent"))),
    ("service-selects-nothing", lambda ns: selects(ns, "redis-master", app="x")),
    ("no-memory-limit", plant("redis:spec.containers.0.resources", {})),
    ("runs-as-root", as_root),
    ("store-without-volume", plant("redis:spec.containers.0.volumeMounts", [])),
    ("mtls-off", lambda ns: ns.the("Configuration", "daprsystem")["spec"].update(mtls={"enabled": False})),
    ("sidecar-not-injected", lambda ns: ns.the("Pod")["spec"]["containers"].pop()),
    ("image-not-pulled", waits("ImagePullBackOff")),
    ("crash-loop", waits("CrashLoopBackOff")),
    ("crash-loop", lambda ns: status(ns, ready=False, restartCount=4)),
    ("probe-failing", lambda ns: status(ns, ready=False)),
    ("pod-not-scheduled", lambda ns: ns.the("Pod")["status"]["conditions"][0].update(status="False")),
    ("sidecar-not-ready", is_silent("sidecar")),
    ("agent-not-ready", is_silent("agent")),
    ("agent-not-ready", agent_says(AgentReadiness(problem="the sidecar hosts no ChatAgent"))),
    ("store-not-reached", is_silent("store")),
    ("store-refused-to-sidecar", lambda ns: setattr(ns, "way", "It cannot read statestore: WRONGPASS")),
    ("store-refuses-writes", stores(refuses_writes=StoreRefusal(words="It is a replica.", fix="..."))),
    ("topic-refuses-events", stores(topics_refuse_writes=StoreRefusal(words="It is full.", fix="..."))),
    ("topic-refuses-events", agent_says(AgentReadiness(topic="it answered 500", unpublished=1))),
    ("actor-type-not-registered", says(active_actors={})),
    ("placement-not-connected", says(placement_connected=False)),
    ("component-not-loaded", lambda ns: says(components=ns.sidecar.components[:1])(ns)),  # type: ignore[union-attr]
    ("app-id-not-told", says(app_id="another")),
    ("app-port-not-answering", local_port),
    ("sidecar-version", says(version="1.14.0")),
    ("store-not-persistent", stores(append_only=False)),
    ("store-evicts", stores(evicted=3)),
    ("store-evicts", stores(policy="allkeys-lru", limit_bytes=10**9)),
    ("store-near-limit", stores(limit_bytes=1_100_000)),
    ("pending-old", pending(idle_seconds=80.0)),
    ("pending-old", pending(deliveries=9)),
    ("state-of-gone-app", stores(apps={"chat-bot": "chat-bot||ChatAgent||a||b"})),
    ("clocks-apart", stores(clock=40.0)),
    ("subscription-fields", lambda ns: ns.the("Subscription").update(apiVersion="dapr.io/v1alpha1")),
    ("subscription-fields", lambda ns: ns.the("Subscription")["spec"].pop("topic")),
    ("actor-state-store-unfit", of_type("state.memcached")),
    ("actor-state-store-unfit", of_type("state.in-memory")),
    ("component-type", of_type("state.reddis")),
    ("component-type", spec_of("statestore", version="v9")),
    ("component-without-version", lambda ns: ns.the("Component", "statestore")["spec"].pop("version")),
    ("component-metadata", lambda ns: rename(ns, "redisHost", "redisHst")),
    ("component-metadata", lambda ns: ns.set("statestore", "redisHost", None)),
    ("component-metadata", lambda ns: entries(ns).append({"value": "x"})),
    ("scopes-misplaced", spec_of("statestore", scopes=["chat-agent"])),
    ("app-id-missing", lambda ns: annotate(ns, "app-id", None)),
    ("annotation-unknown", lambda ns: dapr_of(ns).update({"dapr.io/app-prot": "8000"})),
    ("annotation-not-text", lambda ns: dapr_of(ns).update({"dapr.io/app-port": 8000})),
    ("selector-does-not-match", lambda ns: labels(ns).update({"app.kubernetes.io/name": "x"})),
    ("configuration-missing", lambda ns: dapr_of(ns).update({"dapr.io/config": "chat-agnt"})),
    ("app-token-unread", lambda ns: container(ns).update(env=[])),
    ("secret-store-missing", lambda ns: ns.the("Component").update(auth={"secretStore": "vault"})),
    ("redis-host-not-there", lambda ns: ns.set("statestore", "redisHost", "redis-mastr:6379")),
    ("redis-host-not-there", lambda ns: ns.set("statestore", "redisHost", "localhost:6379")),
    ("redis-host-not-there", lambda ns: ns.set("statestore", "redisHost", "redis-master")),
    ("service-port-missing", lambda ns: port(ns, "redis-master").update(port=6380)),
    ("service-target-closed", lambda ns: port(ns, "chat-agent").update(targetPort=8080)),
    ("service-target-closed", lambda ns: port(ns, "chat-agent").update(targetPort="web")),
    ("probe-port-closed", plant("chat-agent:spec.containers.0.livenessProbe", {"httpGet": {"port": 81}})),
    ("policy-shuts-dapr-out", lambda ns: ns.objects.append(policy(ns.name))),
    ("scale-target-missing", lambda ns: ns.objects.append(autoscaler(ns.name))),
    ("image-not-pinned", lambda ns: container(ns).update(image="a:latest", imagePullPolicy="Always")),
    ("store-on-empty-dir", lambda ns: data_volume(ns).update(emptyDir={})),
    ("store-told-to-evict", lambda ns: redis_args(ns, "--maxmemory-policy", "allkeys-lru")),
    ("store-told-to-evict", lambda ns: redis_config(ns, "dir /data\nmaxmemory-policy allkeys-lru\n")),
    ("store-told-to-forget", lambda ns: redis_args(ns, "--appendonly", "no")),
    ("store-told-to-forget", lambda ns: redis_config(ns, "appendonly no")),
    ("store-replicated-by-copies", copies_of_redis),
    ("annotation-value", lambda ns: dapr_of(ns).update({"dapr.io/app-protocol": "htttp"})),
    ("annotation-value", lambda ns: annotate(ns, "app-id", "chat_agent")),
    ("annotation-astray", as_labels),
    ("http-endpoint-without-url", in_files("HTTPEndpoint", {"headers": []})),
    ("resiliency-policy-missing", in_files("Resiliency", without_a_policy())),
    ("resiliency-policy-missing", declared("Resiliency", without_a_policy())),
    ("workload-secret-missing", lambda ns: secret_of_the_agent(ns, {"other": "set"})),
]  # fmt: skip


def one_store(well: Spoiled, ill: Spoiled) -> None:
    well.store = ill.store = store("one")


def one_address(well: Spoiled, ill: Spoiled) -> None:
    for ns in (well, ill):
        ns.origin, ns.store = "files", None
        ns.set("statestore", "redisHost", "10.0.0.1:6379")


TOGETHER: list[tuple[str, Callable[[Spoiled, Spoiled], None]]] = [
    ("store-shared", one_store),
    ("store-shared", one_address),
    ("consumer-group-shared", one_store),
    ("consumer-group-shared", share_a_broker),
]  # fmt: skip
