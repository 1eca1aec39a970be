"""`doctor -f` on what people write: mistakes of many kinds with their healthy twins, each by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.services.doctor.checkup import UNREAD, check_folder
from tests.unit.dashboard.doctor.written import (
    GUARDED,
    LABELLED,
    ROUTED,
    VARIABLE,
    component,
    cron,
    dapr,
    hosts,
    look,
    of_dapr,
    policy,
    secret,
    service,
    subscription,
    worker,
)

FOUND: dict[str, tuple[str, str]] = {
    "a second host": ("redis-host-not-there", hosts("redis-0:6379, redis-7:6379")),
    "a second host without a port": ("redis-host-not-there", hosts("redis-0:6379,redis-0")),
    "a policy by an expression": (
        "policy-shuts-dapr-out",
        worker() + policy("[]", "matchExpressions: [{key: app, operator: In, values: [worker, other]}]"),
    ),
    "a policy for the app alone": ("policy-shuts-dapr-out", worker() + policy("[{ports: [{port: 3000}]}]")),
    "truth in a StatefulSet": ("annotation-not-text", worker("StatefulSet", dapr(enabled="true"))),
    "a number in a DaemonSet": ("annotation-not-text", worker("DaemonSet", dapr(app_port="3000"))),
    "a typo in a Job": ("annotation-unknown", worker("Job", dapr(appport='"3000"'))),
    "a truth in a CronJob": ("annotation-not-text", cron(dapr(enabled="true"))),
    "a CronJob without enabled": ("sidecar-not-asked-for", cron("{dapr.io/app-id: nightly}")),
    "a port by name": ("app-port-wrong", worker(annotations=dapr(app_port='"web"'))),
    "a port beyond all": ("app-port-wrong", worker(annotations=dapr(app_port='"80000"'))),
    "a protocol": ("annotation-value", worker(annotations=dapr(app_protocol="htttp"))),
    "a level": ("annotation-value", worker(annotations=dapr(log_level="verbose"))),
    "a port in words": ("annotation-value", worker(annotations=dapr(metrics_port="http"))),
    "a size in words": ("annotation-value", worker(annotations=dapr(max_body_size="16 megabytes"))),
    "memory in megabytes": ("annotation-value", worker(annotations=dapr(sidecar_memory_limit="256MB"))),
    "half a CPU": ("annotation-value", worker(annotations=dapr(sidecar_cpu_request="half"))),
    "an app-id with a dot": ("annotation-value", worker(annotations=dapr(app_id="my.worker"))),
    "an app-id too long": ("annotation-value", worker(annotations=dapr(app_id="w" * 59))),
    "labels instead": ("annotation-astray", worker(annotations="{}", labels=LABELLED)),
    "a prefix": ("annotation-astray", worker(annotations='{dapr/enabled: "true", dapr/app-id: worker}')),
    "no version beside its app": ("component-without-version", worker() + component(version="")),
    "no metadata beside its app": ("component-metadata", worker() + component("pubsub.in-memory", "null")),
    "a broker's type": ("component-type", component("pubsub.rabitmq")),
    "no family": ("component-type", component("redis")),
    "a binding's type": ("component-type", component("bindings.chron", "[]")),
    "a cron without schedule": ("component-metadata", component("bindings.cron", "[]")),
    "a Kafka without brokers": ("component-metadata", component("pubsub.kafka", "[]")),
    "a reference in lower case": (
        "component-metadata",
        component("state.mysql", "[{name: connectionString, secretkeyref: {name: a}}]"),
    ),
    "a name twice": (
        "component-metadata",
        component(metadata="[{name: redisHost, value: a}, {name: redisHost}]"),
    ),
    "a name in capitals": ("object-name", worker() + component(name="stateStore")),
    "a name with an underscore": ("object-name", worker() + component(name="state_store")),
    "an annotation without a value": ("annotation-not-text", worker(annotations=dapr(config="null"))),
    "a scope": (
        "scopes-misplaced",
        component().replace("spec:", "scope: [worker]\nspec:"),
    ),
    "auth under spec": ("scopes-misplaced", component(besides=", auth: {secretStore: vault}")),
    "scopes of a Subscription": (
        "scopes-misplaced",
        subscription("{pubsubname: p, topic: t, routes: {default: /x}, scopes: [a]}"),
    ),
    "two families of one name": ("component-twice", component() + component("pubsub.in-memory", "[]")),
    "a Subscription twice": ("component-twice", 2 * subscription(ROUTED)),
    "route in v2": ("subscription-fields", subscription("{pubsubname: p, topic: t, route: /x}")),
    "no routes in v2": ("subscription-fields", subscription("{pubsubname: p, topic: t}")),
    "no route in v1": ("subscription-fields", subscription("{pubsubname: p, topic: t}", "v1alpha1")),
    "another case": ("subscription-fields", subscription("{pubsubName: p, topic: t, routes: {default: /x}}")),
    "a rule without a path": (
        "subscription-fields",
        subscription(ROUTED.replace(", path: /a", "")),
    ),
    "a rule that assigns": (
        "subscription-fields",
        subscription(ROUTED.replace("==", "=")),
    ),
    "a rule as of JavaScript": ("subscription-fields", subscription(ROUTED.replace("==", "==="))),
    "a dead letter in another case": (
        "subscription-fields",
        subscription(ROUTED.replace("topic: t", "topic: t, deadletterTopic: d")),
    ),
    "a port in letters": (
        "redis-host-not-there",
        hosts("redis-0:six"),
    ),
    "a database behind the port": ("redis-host-not-there", hosts("redis-0:6379/0")),
    "two ports": (
        "redis-host-not-there",
        hosts("redis-0:6379").replace(
            "[{name: redisType", "[{name: redisPort, value: 6380}, {name: redisType"
        ),
    ),
    "a URL for a host": ("redis-host-not-there", hosts("redis://redis-0:6379")),
    "a policy by the app's own name": (
        "policy-shuts-dapr-out",
        worker() + policy("[{ports: [{port: web}]}]"),
    ),
    "a quote that is not closed": (
        "subscription-fields",
        subscription(ROUTED.replace('=b"', "=b")),
    ),
    "a store for a broker": (
        "subscription-pubsub-missing",
        component() + subscription(ROUTED.replace("pubsubname: p", "pubsubname: store")),
    ),
    "every address of this pod": ("redis-host-not-there", hosts("0.0.0.0:6379")),
    "a Configuration of another version": (
        "component-api-version",
        of_dapr("Configuration", "{tracing: {samplingRate: '1'}}", "v1"),
    ),
    "a Resiliency of another version": ("component-api-version", of_dapr("Resiliency", "{}", "v1")),
    "an endpoint without an address": ("http-endpoint-without-url", of_dapr("HTTPEndpoint", "{headers: []}")),
    "a policy that is not there": (
        "resiliency-policy-missing",
        of_dapr("Resiliency", "{policies: {}, targets: {components: {s: {outbound: {retry: b}}}}}"),
    ),
    "a Service of a StatefulSet": (
        "service-target-closed",
        worker("StatefulSet") + service(port="{port: 80, targetPort: http}"),
    ),
    "a Service without targetPort": ("service-target-closed", worker() + service(port="{port: 80}")),
    "a selector": ("service-selects-nothing", worker() + service("{app: wroker}")),
    "a probe by name": ("probe-port-closed", worker(more="readinessProbe: {httpGet: {path: /, port: http}}")),
    "a probe by number": ("probe-port-closed", worker(more="livenessProbe: {tcpSocket: {port: 3001}}")),
    "one app-id for two": ("app-id-twice", worker() + worker(name="worker-2")),
    "a key that the Secret lacks": ("secret-missing", component() + secret("{pasword: x}")),
}


@pytest.mark.parametrize(("rule", "text"), FOUND.values(), ids=FOUND)
def test_a_mistake_is_found(rule: str, text: str, tmp_path: Path) -> None:
    found = {finding.rule: finding for finding in look(tmp_path, a=text).findings}
    assert rule in found, set(found)
    assert found[rule].source.startswith(f"{tmp_path / 'a.yaml'}:")
    assert all(found[rule].commands)


QUIET: dict[str, str] = {
    "a policy for others": worker()
    + policy("[]", "matchExpressions: [{key: app, operator: NotIn, values: [worker]}]")
    + policy("[]", "matchExpressions: [{key: app, operator: DoesNotExist}]").replace("name: p", "name: q")
    + policy("[]", "matchExpressions: [{key: tier, operator: Exists}]").replace("name: p", "name: r"),
    "a policy for all": worker() + policy("[{}]"),
    "a policy by port": worker() + policy("[{ports: [{port: 3000}]}, {from: [], ports: [{port: 50002}]}]"),
    "a policy by range": worker() + policy("[{ports: [{port: 3000, endPort: 60000}]}]"),
    "a policy by name": worker() + policy("[{ports: [{port: dapr-internal}]}]"),
    "a policy and another": worker()
    + policy("[{ports: [{port: 3000}]}]")
    + policy("[{ports: [{port: 50002}]}]").replace("name: p", "name: q"),
    "a Job": worker("Job"),
    "a CronJob": cron(dapr()),
    "a copy of Redis each night": cron("{}").replace("a:1", "redis:7"),
    "a DaemonSet behind a Service": worker("DaemonSet") + service(),
    "a Rollout behind a Service": worker("Rollout") + service(),
    "a date": worker(annotations='{dapr.io/enabled: "true", dapr.io/app-id: worker, released: 2024-01-01}'),
    "a time of day": worker(annotations='{dapr.io/enabled: "true", dapr.io/app-id: worker, at: 12:30}'),
    "enabled on": worker(annotations=dapr(enabled='"on"')),
    "a protocol in capitals": worker(annotations=dapr(app_protocol="GRPC")),
    "an app-id as long as may be": worker(annotations=dapr(app_id="w" * 58)),
    "somebody's own labels": worker(annotations="{}", labels="{app: worker, dapr.io/note: x}"),
    "no sidecar": worker(annotations='{prometheus.io/scrape: "true"}'),
    "names in other cases": component(
        metadata=f'[{{name: REDISHOST, value: "redis:6379"}}, {GUARDED.replace("redisP", "RedisP")}]'
    ),
    "a type in another case": component("state.Redis"),
    "nothing to set": worker() + component("pubsub.in-memory", "[]"),
    "one machine": component(metadata='[{name: redisHost, value: "localhost:6379"}]'),
    "a Secret to be filled": component() + secret('{password: ""}'),
    "a variable to be filled": worker(more=VARIABLE) + secret('{password: ""}'),
    "an old name that daprd takes": component(
        "pubsub.rabbitmq", "[{name: connectionString, value: a}, {name: reconnectWait, value: '0'}]"
    ),
    "an old name with its typo": component(
        "pubsub.azure.servicebus.topics",
        "[{name: connectionString, value: a}, {name: publishInitialRetryInternalInMs, value: '5'}]",
    ),
    "a value from the environment": component("state.mysql", "[{name: connectionString, envRef: A}]"),
    "quantities": worker(annotations=dapr(max_body_size="16Mi", sidecar_cpu_limit='"1.5"')),
    "a quantity to be filled": worker(annotations=dapr(sidecar_memory_limit="'${MEMORY}'")),
    "a version in another case": component(version="version: V1, "),
    "a port twice": hosts("redis-0:6379").replace(
        "[{name: red", "[{name: redisPort, value: 6379}, {name: red"
    ),
    "a port of its own": hosts("redis-0").replace(
        "[{name: red", "[{name: redisPort, value: '6379'}, {name: red"
    ),
    "a host to be filled": worker()
    + component(metadata=f"[{{name: redisHost, value: __HOST__:6379}}, {GUARDED}]"),
    "scopes": component().replace("spec:", "scopes: [worker]\nspec:"),
    "a name in capitals on one machine": component(name="stateStore"),
    "a quote within a quote": subscription(ROUTED.replace("a=b", "it''s")),
    "an escaped quote": subscription(ROUTED.replace("a=b", 'a\\"b')),
    "a dead letter": subscription(ROUTED.replace("topic: t", "topic: t, deadLetterTopic: d")),
    "a rule that says not": subscription(ROUTED.replace("==", "!=")),
    "a v1 Subscription": subscription("{pubsubname: p, topic: t, route: /x}", "v1alpha1"),
    "rules": subscription(ROUTED),
    "a Configuration": of_dapr("Configuration", "{tracing: {samplingRate: '1'}}"),
    "a Resiliency": of_dapr("Resiliency", "{policies: {retries: {a: {}}}, targets: {apps: {w: {retry: a}}}}"),
    "an endpoint": of_dapr("HTTPEndpoint", "{baseUrl: 'https://example.com'}"),
    "a Component of somebody else": worker()
    + "apiVersion: core.oam.dev/v1\nkind: Component\nmetadata: {name: a}\nspec: {}\n",
    "a probe of another's port": worker(annotations="{}", more="livenessProbe: {httpGet: {port: 13133}}"),
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_its_healthy_twin_is_quiet(text: str, tmp_path: Path) -> None:
    report = look(tmp_path, a=text)
    assert [(found.rule, found.seen) for found in report.findings] == []
    assert not [left for left in report.not_checked if left.rule == UNREAD]


def test_of_two_for_two_places_it_only_warns(tmp_path: Path) -> None:
    report = look(tmp_path, here=component(), there=component("state.mysql", "[]"))
    found = [each for each in report.findings if each.rule == "component-twice"]
    assert [(each.severity, Path(each.source).name) for each in found] == [("warning", "there.yaml:2")]


def test_a_component_of_one_machine_may_lack_its_version(tmp_path: Path) -> None:
    report = look(tmp_path, k8s__app=worker(), components__store=component(version=""))
    severities = [each.severity for each in report.findings if each.rule == "component-without-version"]
    assert severities == ["warning"]


@pytest.mark.parametrize(("host", "severity"), [("redis-0", "warning"), ("redis-7", "error")])
def test_of_a_host_without_a_port_it_warns_where_that_is_all(
    host: str, severity: str, tmp_path: Path
) -> None:
    (found,) = look(tmp_path, a=hosts(host)).findings
    assert (found.rule, found.severity) == ("redis-host-not-there", severity)


def test_labels_that_many_share_name_no_workload(tmp_path: Path) -> None:
    part = "app.kubernetes.io/part-of: shop"
    made_by_an_operator = service(f"{{{part}, app: prometheus}}").replace("name: worker", "name: metrics")
    report = look(tmp_path, a=worker(labels=f"{{app: worker, {part}}}") + made_by_an_operator)
    assert report.findings == ()
    assert "service-selects-nothing" in {left.rule for left in report.not_checked}


def test_a_kustomization_without_its_files_could_not_be_checked(tmp_path: Path) -> None:
    named = "[a.yaml, b.yaml, ../elsewhere, 'https://example.com/c.yaml']"
    report = look(tmp_path, a=worker(), kustomization=f"resources: {named}\npatches: 3\n")
    (left,) = [left for left in report.not_checked if left.rule == UNREAD]
    assert "It names b.yaml, which is not there." in left.reason


def test_every_kind_of_a_list_is_judged(tmp_path: Path) -> None:
    head = '"apiVersion": "dapr.io/v1alpha1", "kind": "Component"'
    items = f'[{{{head}, "metadata": {{"name": "a"}}, "spec": {{"type": "x"}}}}]'
    (tmp_path / "a.json").write_text(f'{{"apiVersion": "v1", "kind": "List", "items": {items}}}')
    assert "component-type" in {found.rule for found in check_folder(tmp_path).findings}


def test_a_secret_store_of_another_folder_may_be_applied_as_well(tmp_path: Path) -> None:
    guarded = component().replace("spec:", "auth: {secretStore: vault}\nspec:")
    vault = component("secretstores.local.env", "[]", name="vault")
    report = look(tmp_path, vaults__a=vault, one__a=guarded, two__a=guarded)
    assert report.findings == ()
    assert "secret-store-missing" in {left.rule for left in report.not_checked}


def test_a_sentinel_is_no_store(tmp_path: Path) -> None:
    sentinel = worker(annotations="{}", more="command: [redis-server, /a.conf, --sentinel]")
    report = look(tmp_path, a=sentinel.replace("example/worker:1", "redis:7"))
    assert report.findings == ()
