"""A kubeconfig's credential plugin that fails: what it said is told, and no secret of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from dashboard.gateways.clusters.kubernetes import exec_plugin
from dashboard.gateways.clusters.kubernetes.cluster import KubernetesCluster
from dashboard.model.core.errors import Forbidden
from tests.contract.test_kubeconfig import Change, kubeconfig, user
from tests.contract.test_kubernetes_watch import Server, names, server
from tests.stack.waiting import wait_until

__all__ = ["kubeconfig", "server"]
VERSION = "client.authentication.k8s.io/v1"
Configure = Callable[[Change], None]


def plugin(script: str, *args: str, **fields: Any) -> Change:
    """A user whose plugin is this Python."""
    command = {"apiVersion": VERSION, "command": sys.executable, "args": ["-c", script, *args]}
    return user(exec={**command, "interactiveMode": "Never", **fields})


def answer(version: str = VERSION, **status: Any) -> str:
    said = {"apiVersion": version, "kind": "ExecCredential", "status": status}
    return f"print({json.dumps(json.dumps(said))})"


def told() -> Forbidden:
    with pytest.raises(Forbidden) as refused:
        KubernetesCluster()
    return refused.value


def test_what_it_wrote_and_its_exit_status_are_told(server: Server, kubeconfig: Configure) -> None:
    kubeconfig(plugin("import sys; print('The SSO session has expired', file=sys.stderr); sys.exit(3)"))
    assert "failed with exit status 3. The SSO session has expired" in told().what
    assert not server.tokens, "nobody is asked as nobody"


def test_one_that_is_not_installed_is_told_with_how_to_install_it(
    server: Server, kubeconfig: Configure
) -> None:
    command = {"apiVersion": VERSION, "command": "no-such-plugin", "installHint": "brew install it"}
    kubeconfig(user(exec={**command, "interactiveMode": "Never"}))
    error = told()
    assert "plugin no-such-plugin cannot be run: No such file" in error.what
    assert error.hint == "brew install it"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("print('CANARY')", "no ExecCredential"),
        ("print('[1]')", "no ExecCredential"),
        (answer("client.authentication.k8s.io/v1beta1", token="CANARY"), "another version of the API"),
        (answer(), "neither a token nor a certificate"),
        (answer(clientKeyData="CANARY"), "neither a token nor a certificate"),
        ("import sys; sys.exit('token=CANARY')", "exit status 1"),
        ("import sys; sys.exit('is ' + sys.argv[1])", "exit status 1"),
        (f"{answer(token='CANARY')}; import sys; sys.exit('got CANARY')", "exit status 1"),
        ("import os, sys; sys.exit('got ' + os.environ['MY_SECRET'])", "exit status 1"),
        ("import sys; sys.stderr.buffer.write(bytes([255])); sys.exit(1)", "exit status 1"),
    ],
)
def test_no_secret_is_in_any_error(
    server: Server,
    kubeconfig: Configure,
    script: str,
    words: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    environment = [{"name": "MY_SECRET", "value": "CANARY"}]
    kubeconfig(plugin(script, "Bearer CANARY", env=environment))
    error = told()
    assert words in error.what
    assert "CANARY" not in f"{error.failure} {caplog.text} {capfd.readouterr()}"


@pytest.mark.parametrize("made", [3, [], {}, {"command": "cat"}, {"apiVersion": VERSION, "command": ""}])
def test_an_exec_of_another_shape_is_a_sentence(server: Server, kubeconfig: Configure, made: object) -> None:
    kubeconfig(user(exec=made))
    assert "exec" in told().what or "plugin" in told().what


def test_one_that_never_ends_is_given_up(
    server: Server, kubeconfig: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exec_plugin, "SECONDS", 0.3)
    kubeconfig(plugin("import time; time.sleep(60)"))
    assert "was given up: it did not end" in told().what


def test_one_that_fails_later_is_told_and_what_was_known_stays(server: Server, kubeconfig: Configure) -> None:
    over = answer(token="one", expirationTimestamp="2020-01-01T00:00:00Z")
    once = "import os, sys; os.path.exists('asked') and sys.exit('signed out'); open('asked', 'w')"
    kubeconfig(plugin(f"{once}; {over}"))
    with closing(KubernetesCluster()) as cluster:
        with pytest.raises(Forbidden, match="signed out"):
            names(cluster)
        wait_until(lambda: "signed out" in str(cluster.warnings()), what="it is told")


def test_it_is_told_of_the_cluster_and_runs_in_the_folder_of_its_kubeconfig(
    server: Server, kubeconfig: Configure
) -> None:
    script = "import json, os; open('given', 'w').write(os.environ['KUBERNETES_EXEC_INFO'])"
    kubeconfig(plugin(f"{script}; {answer(token='one')}", provideClusterInfo=True))
    with closing(KubernetesCluster()) as cluster:
        assert names(cluster) == ["prod"]
    assert server.tokens == {"Bearer one"}
