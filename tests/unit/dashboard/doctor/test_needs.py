"""`component-metadata` fires where the real daprd refuses a Component, as measured, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.services.doctor.facts import component_types, measured
from tests.unit.dashboard.doctor.written import component, look

MEASURED = [name for name, found in measured().items() if found.needs]


def said(folder: Path, type_: str, metadata: str, version: str = "v1") -> list[str]:
    """What is said of the metadata of one Component, as an error."""
    report = look(folder, a=component(type_, metadata, f"version: {version}, "))
    return [
        each.seen
        for each in report.findings
        if each.rule == "component-metadata" and each.severity == "error"
    ]


@pytest.mark.parametrize("name", MEASURED)
def test_what_daprd_refuses_is_found_and_any_way_to_give_it_is_quiet(name: str, tmp_path: Path) -> None:
    type_, _, version = name.partition("/")
    assert len(said(tmp_path, type_, "[]", version)) >= 1
    if component_types()[type_].fields is None:
        return
    for way in (0, -1):
        given = dict.fromkeys(need.any_of[way] for need in measured()[name].needs) | dict.fromkeys(
            component_types()[type_].required
        )
        entries = ", ".join(f"{{name: {each}, value: 1}}" for each in given)
        assert said(tmp_path, type_, f"[{entries}]", version) == []


FOUND: dict[str, tuple[str, str]] = {
    "a PostgreSQL without an address": ("state.postgresql", "[{name: tableName, value: t}]"),
    "a MongoDB without a host": ("state.mongodb", "[{name: databaseName, value: d}]"),
    "an SQLite without a file": ("state.sqlite", "[]"),
    "a Service Bus without a way in": ("pubsub.azure.servicebus.topics", "[]"),
    "a secret store without its file": ("secretstores.local.file", "[{name: nestedSeparator, value: ':'}]"),
    "an MQTT without an address": ("pubsub.mqtt3", "[]"),
    "a JetStream without an address": ("pubsub.jetstream", "[]"),
    "a mail server without its port": ("bindings.smtp", "[{name: host, value: mail}]"),
    "a queue without its name": ("bindings.rabbitmq", "[{name: host, value: 'amqp://r:5672'}]"),
    "an SQL Server without an address": ("state.sqlserver", "[{name: tableName, value: t}]"),
    "a table without a name": ("state.aws.dynamodb", "[]"),
    "a Service Bus with retries alone": (
        "pubsub.azure.servicebus.topics",
        "[{name: maxRetries, value: '3'}]",
    ),
    "a Service Bus by its old name": ("pubsub.azure.servicebus", "[{name: timeoutInSec, value: 60}]"),
    "an MQTT with its quality alone": ("pubsub.mqtt3", "[{name: qos, value: 1}]"),
    "an MQTT by its old name": ("pubsub.mqtt", "[{name: qos, value: 1}, {name: retain, value: 'false'}]"),
    "a PostgreSQL with a timeout alone": ("state.postgresql", "[{name: timeout, value: 20}]"),
    "a PostgreSQL by another name": ("state.postgres", "[{name: tableName, value: t}]"),
    "a mail server without its host": ("bindings.smtp", "[{name: port, value: 25}]"),
    "a table with its region alone": ("state.aws.dynamodb", "[{name: region, value: eu-west-1}]"),
    "a Kafka that says nothing of a login": ("pubsub.kafka", "[{name: brokers, value: 'k:9092'}]"),
    "a type in another case": ("state.PostgreSQL", "[{name: timeout, value: 20}]"),
    "a MySQL with its table alone": ("state.mysql", "[{name: tableName, value: t}]"),
    "a Vault with its kind alone": ("secretstores.hashicorp.vault", "[{name: vaultValueType, value: map}]"),
    "a Kafka with its certificate alone": (
        "pubsub.kafka",
        "[{name: brokers, value: 'k:9092'}, {name: caCert, value: c}]",
    ),
    "a store of blobs without a container": (
        "state.azure.blobstorage",
        "[{name: accountName, value: a}, {name: accountKey, secretKeyRef: {name: a, key: b}}]",
    ),
}


@pytest.mark.parametrize(("type_", "metadata"), FOUND.values(), ids=FOUND)
def test_what_daprd_asks_for_is_named(type_: str, metadata: str, tmp_path: Path) -> None:
    assert len(said(tmp_path, type_, metadata)) == 1


QUIET: dict[str, tuple[str, str]] = {
    "a host instead": ("state.postgresql", "[{name: host, value: db}]"),
    "a secret": ("state.postgresql", "[{name: connectionString, secretKeyRef: {name: a, key: b}}]"),
    "the environment": ("state.mysql", "[{name: connectionString, envRef: A}]"),
    "another case": ("state.sqlite", "[{name: CONNECTIONSTRING, value: a.db}]"),
    "a server instead of a host": ("state.mongodb", "[{name: server, value: s}]"),
    "a namespace instead": ("pubsub.azure.servicebus.topics", "[{name: namespaceName, value: n}]"),
    "an old name": (
        "pubsub.kafka",
        "[{name: brokers, value: 'k:9092'}, {name: authRequired, value: 'false'}]",
    ),
    "an old name for an address": ("state.mysql", "[{name: dsn, value: a}]"),
    "a namespace with an identity": (
        "pubsub.azure.servicebus.topics",
        "[{name: namespaceName, value: n}, {name: azureTenantId, value: t}, {name: azureClientId, value: c}]",
    ),
    "a way that no list has": ("state.postgresql", "[{name: url, value: 'postgres://db'}]"),
    "Azure's identity": (
        "state.postgresql",
        "[{name: connectionString, value: 'host=db'}, {name: useAzureAD, value: 'true'},"
        " {name: azureClientId, value: c}]",
    ),
    "the identity of AWS": (
        "state.postgresql",
        "[{name: connectionString, value: 'host=db'}, {name: useAWSIAM, value: 'true'},"
        " {name: awsRegion, value: eu-west-1}]",
    ),
    "a quality with an address": (
        "pubsub.mqtt3",
        "[{name: url, value: 'tcp://m:1883'}, {name: qos, value: 1}]",
    ),
    "a mail server": ("bindings.smtp", "[{name: host, value: mail}, {name: port, value: '25'}]"),
    "a table": ("state.aws.dynamodb", "[{name: region, value: eu-west-1}, {name: table, value: t}]"),
    "a Kafka without a login": (
        "pubsub.kafka",
        "[{name: brokers, value: 'k:9092'}, {name: authType, value: none}]",
    ),
    "what has a default": ("pubsub.rabbitmq", "[]"),
    "a number": ("bindings.smtp", "[{name: host, value: mail}, {name: port, value: 25}]"),
    "nothing to ask for": ("state.in-memory", "[]"),
}


@pytest.mark.parametrize(("type_", "metadata"), QUIET.values(), ids=QUIET)
def test_what_daprd_takes_is_quiet(type_: str, metadata: str, tmp_path: Path) -> None:
    assert said(tmp_path, type_, metadata) == []


@pytest.mark.parametrize("entry", ["{name: connectionString, value: ''}", "{name: connectionString}"])
@pytest.mark.parametrize("type_", ["state.mysql", "pubsub.azure.servicebus.topics"])
def test_of_what_is_left_to_be_filled_in_it_warns(type_: str, entry: str, tmp_path: Path) -> None:
    report = look(tmp_path, a=component(type_, f"[{entry}]"))
    assert [(each.rule, each.severity) for each in report.findings] == [("component-metadata", "warning")]


REDIS = "{name: redisHost, value: 'r:6379'}"
KAFKA = "{name: brokers, value: 'k:9092'}, {name: authType, value: none}"
WRONG: dict[str, tuple[str, str, str]] = {
    "a database in words": ("state.redis", REDIS, "{name: redisDB, value: abc}"),
    "a database with a dot": ("state.redis", REDIS, "{name: redisDB, value: '1.5'}"),
    "a database with a unit": ("state.redis", REDIS, "{name: redisDB, value: 1d}"),
    "a database with a blank": ("state.redis", REDIS, "{name: redisDB, value: '1 '}"),
    "a truth that Go does not know": ("state.redis", REDIS, "{name: enableTLS, value: 'yes'}"),
    "a time in words": ("state.redis", REDIS, "{name: dialTimeout, value: 5 seconds}"),
    "a time without its unit": ("state.redis", REDIS, "{name: readTimeout, value: '1.5'}"),
    "retries in words": ("state.redis", REDIS, "{name: redisMaxRetries, value: x}"),
    "retries by another name": ("state.redis", REDIS, "{name: maxRetries, value: x}"),
    "a time to live with a unit": ("state.redis", REDIS, "{name: ttlInSeconds, value: 60s}"),
    "events at once in words": ("pubsub.redis", REDIS, "{name: concurrency, value: many}"),
    "events at once below none": ("pubsub.redis", REDIS, "{name: concurrency, value: -1}"),
    "a length with its unit": ("pubsub.redis", REDIS, "{name: maxLenApprox, value: 10k events}"),
    "a truth for a number": ("pubsub.redis", REDIS, "{name: queueDepth, value: true}"),
    "a size with its unit": ("pubsub.kafka", KAFKA, "{name: maxMessageBytes, value: one MB}"),
    "an interval in words": ("pubsub.kafka", KAFKA, "{name: consumeRetryInterval, value: often}"),
}


@pytest.mark.parametrize(("type_", "healthy", "entry"), WRONG.values(), ids=WRONG)
def test_a_value_that_daprd_cannot_read_is_named(
    type_: str, healthy: str, entry: str, tmp_path: Path
) -> None:
    (found,) = said(tmp_path, type_, f"[{healthy}, {entry}]")
    assert ", where daprd reads " in found


RIGHT: dict[str, tuple[str, str]] = {
    "a number": ("state.redis", "{name: redisDB, value: 1}"),
    "its text": ("state.redis", "{name: redisDB, value: '1'}"),
    "a number in another base": ("pubsub.kafka", "{name: maxMessageBytes, value: '0x100000'}"),
    "a number of JSON": ("state.redis", "{name: redisDB, value: 1.0}"),
    "a truth": ("state.redis", "{name: enableTLS, value: true}"),
    "a short truth": ("state.redis", "{name: enableTLS, value: 'T'}"),
    "a time": ("state.redis", "{name: dialTimeout, value: 1m30s}"),
    "a time in nanoseconds": ("state.redis", "{name: dialTimeout, value: 5000000000}"),
    "no retry at all": ("state.redis", "{name: redisMaxRetryInterval, value: '-1'}"),
    "what nobody reads": ("pubsub.redis", "{name: maxRetries, value: many}"),
    "what is put there later": ("state.redis", "{name: redisDB, value: '${DB}'}"),
    "a name for it": ("state.redis", "{name: redisDB, value: REDIS_DB}"),
    "a secret": ("state.redis", "{name: redisDB, secretKeyRef: {name: a, key: b}}"),
    "a text": ("state.redis", "{name: redisType, value: node}"),
}


@pytest.mark.parametrize(("type_", "entry"), RIGHT.values(), ids=RIGHT)
def test_a_value_that_daprd_reads_is_quiet(type_: str, entry: str, tmp_path: Path) -> None:
    healthy = REDIS if "redis" in type_ else KAFKA
    assert said(tmp_path, type_, f"[{healthy}, {entry}]") == []


def test_of_a_redis_that_is_left_to_be_named_it_warns(tmp_path: Path) -> None:
    report = look(tmp_path, a=component(metadata="[{name: redisHost, value: ''}]"))
    found = [(each.rule, each.severity) for each in report.findings if each.rule == "component-metadata"]
    assert found == [("component-metadata", "warning")]
