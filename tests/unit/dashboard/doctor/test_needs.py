"""`component-metadata` fires where the real daprd refuses a Component, as measured, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.services.doctor.facts import component_types, needs
from tests.unit.dashboard.doctor.test_siblings import component, look

MEASURED = [name for name, found in needs().items() if found]


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
        given = dict.fromkeys(need.any_of[way] for need in needs()[name]) | dict.fromkeys(
            component_types()[type_].required
        )
        entries = ", ".join(f"{{name: {each}, value: x}}" for each in given)
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
    "what has a default": ("pubsub.rabbitmq", "[]"),
    "a number": ("bindings.smtp", "[{name: host, value: mail}, {name: port, value: 25}]"),
    "nothing to ask for": ("state.in-memory", "[]"),
}


@pytest.mark.parametrize(("type_", "metadata"), QUIET.values(), ids=QUIET)
def test_what_daprd_takes_is_quiet(type_: str, metadata: str, tmp_path: Path) -> None:
    assert said(tmp_path, type_, metadata) == []


@pytest.mark.parametrize("entry", ["{name: connectionString, value: ''}", "{name: connectionString}"])
def test_of_what_is_left_to_be_filled_in_it_warns(entry: str, tmp_path: Path) -> None:
    report = look(tmp_path, a=component("state.mysql", f"[{entry}]"))
    assert [(each.rule, each.severity) for each in report.findings] == [("component-metadata", "warning")]
