"""Kubeconfigs as they are in the world: what is odd works, or is said in a sentence without a secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dashboard.gateways.clusters.kubernetes import credentials
from dashboard.gateways.clusters.kubernetes.api import in_context, refusal
from dashboard.gateways.clusters.kubernetes.cluster import KubernetesCluster
from dashboard.model.core.errors import Forbidden, NotThere
from tests.contract.test_kubernetes_watch import Server, names, server

__all__ = ["server"]
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def kubeconfig(server: Server, tmp_path: Path) -> Iterator[Callable[[Change], None]]:
    """Change the kubeconfig that leads to the server."""
    file = tmp_path / "kubeconfig"

    def change(how: Change) -> None:
        config = json.loads(file.read_text())
        how(config)
        file.write_text(json.dumps(config))

    yield change


def user(**fields: Any) -> Change:
    return lambda config: config["users"][0].update(user=fields)


@pytest.mark.parametrize("content", ["good\n", "good\r\n", " good", "Bearer good\n"])
def test_a_token_file_may_end_in_a_line_break(
    server: Server, kubeconfig: Callable[[Change], None], tmp_path: Path, content: str
) -> None:
    (tmp_path / "tok").write_bytes(content.encode())
    kubeconfig(user(tokenFile="tok"))
    with closing(KubernetesCluster()) as cluster:
        assert names(cluster) == ["prod"]
    assert {str(token).split()[-1] for token in server.tokens} == {"good"}


def test_a_token_that_is_none_is_in_no_error(
    server: Server, kubeconfig: Callable[[Change], None], tmp_path: Path
) -> None:
    (tmp_path / "tok").write_text("not\nto be told\n")
    kubeconfig(user(tokenFile="tok"))
    with closing(KubernetesCluster()) as cluster:
        with pytest.raises(Forbidden) as refused:
            cluster.outline()
        assert "told" not in str(refused.value.failure)
        assert "told" not in str(cluster.warnings())
    assert not server.tokens


def test_a_context_can_be_chosen_where_none_is_the_current_one(
    server: Server, kubeconfig: Callable[[Change], None]
) -> None:
    kubeconfig(lambda config: config.pop("current-context"))
    assert credentials.contexts() == (("x",), "")
    with pytest.raises(NotThere) as told:
        KubernetesCluster()
    assert told.value.hint == "No context is the current one. Name one with --context: x."
    with closing(KubernetesCluster("x")) as cluster:
        assert names(cluster) == ["prod"]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfek\x00", b"[]", b"contexts: 3", b"contexts: [{}]", b"a: [", b"contexts: [3]"]
)
def test_what_is_no_kubeconfig_has_no_context_and_is_said(
    server: Server, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "kubeconfig").write_bytes(content)
    assert credentials.contexts() == ((), "")
    with pytest.raises(NotThere, match="no usable kubeconfig"):
        KubernetesCluster()


def through(url: str) -> Change:
    return lambda config: config["clusters"][0]["cluster"].update({"proxy-url": url})


def test_a_proxy_that_is_not_there_is_a_sentence(
    server: Server, kubeconfig: Callable[[Change], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "proxy_bypass", lambda host: False)
    kubeconfig(through("socks5://127.0.0.1:1"))
    with closing(KubernetesCluster()) as cluster, pytest.raises(Exception, match="cannot be reached"):
        cluster.outline()


def test_a_proxy_of_another_kind_is_a_sentence_without_its_password(
    server: Server, kubeconfig: Callable[[Change], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "proxy_bypass", lambda host: False)
    kubeconfig(through("ftp://me:secret@127.0.0.1:1"))
    with pytest.raises(NotThere, match="ftp://127.0.0.1:1") as told:
        KubernetesCluster()
    assert "secret" not in str(told.value.failure)


def test_every_command_names_the_context_that_was_asked_for() -> None:
    lines = "kubectl create role a\nkubectl create rolebinding a"
    assert in_context(lines, "my one") == (
        "kubectl --context 'my one' create role a\nkubectl --context 'my one' create rolebinding a"
    )
    assert in_context("dapr init -k", "one") == "kubectl config use-context one && dapr init -k"
    assert in_context(lines, None) == lines
    assert in_context("", "one") == ""


@pytest.mark.parametrize(
    ("where", "named"), [("at the cluster scope", True), ('in the namespace "prod"', False)]
)
def test_an_account_of_one_namespace_is_told_of_the_setting_before_a_cluster_role(
    where: str, named: bool
) -> None:
    words = f'pods is forbidden: User "u" cannot list resource "pods" in API group "" {where}'
    refused = refusal(403, json.dumps({"kind": "Status", "message": words}).encode())
    assert ("DACA_NAMESPACES" in refused.hint) is named
    assert refused.command.startswith("kubectl create clusterrole" if named else "kubectl create role")
