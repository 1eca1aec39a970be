"""Every cluster keeps one contract; each is the real thing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from dashboard.gateways.clusters.cluster import Cluster
from dashboard.gateways.clusters.open import open_cluster
from dashboard.gateways.clusters.static import StaticCluster
from dashboard.model.core.errors import NotThere, Rejected
from dashboard.model.logs.line_parser import LogLine
from dashboard.model.logs.log import LogFilter
from dashboard.services.core.settings import Settings
from tests.contract.cluster_contract import (
    test_every_part_answers_where_it_says,
    test_it_lists_its_namespaces_with_every_address,
    test_the_services_work_on_it,
)
from tests.stack.running_stack import RunningStack
from tests.stack.waiting import wait_until

__all__ = [
    "test_every_part_answers_where_it_says",
    "test_it_lists_its_namespaces_with_every_address",
    "test_the_services_work_on_it",
]


def static_file(stack: RunningStack, folder: Path, times: int = 1) -> Path:
    """The running stack, described as a static cluster; with `times` as so many stacks."""
    file = folder / "daca.toml"
    entries = [
        f'[[namespace]]\nname = "{n["name"]}{f"-{number}" if number else ""}"\n'
        f'agent = "{n["agent"]["url"]}"\nsidecar = "{n["sidecar"]["url"]}"\n'
        f'redis = "redis://{n["redis"]["host"]}:{n["redis"]["port"]}/0"\n'
        f'redis_password_file = "{n["redis"]["password_file"]}"\n'
        for number, n in product(range(times), stack.status()["namespaces"])
    ]
    file.write_text("\n".join(entries))
    return file


@pytest.fixture(params=["local", "static"])
def settings(request: pytest.FixtureRequest, stack: RunningStack, tmp_path: Path) -> Settings:
    file = static_file(stack, tmp_path)
    return Settings(cluster=request.param, data=stack.data, static_file=file)


@pytest.fixture
def cluster(settings: Settings) -> Iterator[Cluster]:
    with closing(open_cluster(settings)) as opened:
        yield opened


def test_it_tells_what_is_declared_or_why_not(cluster: Cluster) -> None:
    found = cluster.manifests(["dev"])
    names = {(item["kind"], item["metadata"]["name"]) for item in found.objects}
    if found.why_unread("Component", "dev"):
        assert not names
    else:
        assert {("Component", "statestore"), ("Subscription", "message-subscription")} <= names
        assert {item["metadata"]["namespace"] for item in found.objects} == {"dev"}
        assert found.sources["dev/Component/statestore"].endswith(".yaml:1")


def test_a_local_cluster_that_does_not_run_is_empty_and_says_so(tmp_path: Path) -> None:
    cluster = open_cluster(Settings(data=tmp_path))
    assert cluster.endpoints() == ()
    assert "daca-ops up" in cluster.why_down("prod")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[namespace]\n", "no TOML"),
        ('[[namespace]]\nname = "Prod"\n', "lower-case"),
        ('[[namespace]]\nname = "a"\nagnet = "x"\n', "agnet"),
        ('[[namespace]]\nname = "a"\nagent = "localhost:1"\n', "http://host:port"),
        ('[[namespace]]\nname = "a"\n[[namespace]]\nname = "a"\n', "twice"),
        ('[[namespace]]\nname = "a"\nredis = "redis://h/x"\n', "number"),
    ],
)
def test_a_wrong_static_file_names_the_fault(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "daca.toml"
    file.write_text(text)
    with pytest.raises(Rejected, match=words):
        StaticCluster(file).endpoints()


def test_a_missing_static_file_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotThere, match="cannot be read"):
        StaticCluster(tmp_path / "none.toml").endpoints()


def test_a_static_file_is_read_again_only_where_it_or_a_password_changed(tmp_path: Path) -> None:
    file, password = tmp_path / "daca.toml", tmp_path / "secret"
    text = (
        '[[namespace]]\nname = "prod"\nredis = "redis://127.0.0.1:6379/0"\nredis_password_file = "secret"\n'
    )
    file.write_text(text)
    password.write_text("first")
    cluster = StaticCluster(file)
    assert cluster.endpoints()[0].redis == cluster.endpoints()[0].redis
    assert cluster.endpoints() is cluster.endpoints()
    password.write_text("another")
    assert [endpoint.redis and endpoint.redis.password for endpoint in cluster.endpoints()] == ["another"]
    file.write_text(text + '[[namespace]]\nname = "dev"\n')
    assert [endpoint.name for endpoint in cluster.endpoints()] == ["prod", "dev"]


@pytest.mark.parametrize("text", [None, "", "contexts: [", "clusters: []\nusers: []\ncontexts: []\n"])
def test_a_kubernetes_cluster_without_a_usable_kubeconfig_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    file = tmp_path / "kubeconfig"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("KUBECONFIG", str(file))
    for context in (None, "elsewhere"):
        with pytest.raises(NotThere, match="kubeconfig"):
            open_cluster(Settings(cluster="kubernetes", context=context))


def test_a_message_is_in_its_own_agents_log(
    cluster: Cluster, settings: Settings, stack: RunningStack, actor_id: str
) -> None:
    began = time.time()
    stack.say("prod", actor_id, "hello")
    assert {("prod", "agent"), ("dev", "sidecar")} <= set(cluster.logged())
    if settings.cluster == "static":
        with pytest.raises(NotThere, match="no logs"):
            cluster.logs("prod", "agent", since=None, lines=10)
        return

    def of_actor(namespace: str, since: float = began) -> tuple[LogLine, ...]:
        found = cluster.logs(namespace, "agent", since=since, lines=200)
        return LogFilter(actor_id=actor_id).of(found.whole())

    wait_until(lambda: len(of_actor("prod")) == 2, what="activation and event are logged")
    assert [line.level for line in of_actor("prod")] == ["info", "info"]
    assert all(began - 0.01 <= (line.at or 0) <= time.time() for line in of_actor("prod"))
    assert of_actor("dev") == of_actor("prod", since=time.time() + 5) == ()
    newest = cluster.logs("prod", "agent", since=None, lines=1)
    assert (len(newest.lines), newest.older) == (1, frozenset({""}))
    sidecar = cluster.logs("prod", "sidecar", since=None, lines=100_000)
    assert not sidecar.older
    assert any("Using 'statestore' as actor state store" in line.text for line in sidecar.lines)
    assert {line.level for line in sidecar.lines} >= {"info", "warning"}
    with pytest.raises(NotThere, match="no log"):
        cluster.logs("nowhere", "agent", since=None, lines=10)
