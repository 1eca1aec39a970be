"""An account with too few rights is told which one is missing where, and the lines it is given grant it."""

from __future__ import annotations

import json
import os
import shlex
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.gateways.clusters.kubernetes.cluster import KubernetesCluster
from dashboard.gateways.connections import Connections
from dashboard.model.core.errors import Forbidden, GatewayError
from dashboard.model.core.failure import Failure
from dashboard.model.core.rights import missing
from dashboard.services.core import cluster_choice
from dashboard.services.core.settings import Settings
from tests.cluster.conftest import daca_ops, kubectl
from tests.stack.waiting import wait_until

pytestmark = pytest.mark.timeout(300)
NEEDED = {
    *("deployments", "statefulsets", "services", "pods", "components", "namespaces", "secrets"),
    *("services/proxy", "pods/proxy", "pods/portforward"),
}


@dataclass
class Account:
    """A ServiceAccount of dev without any right; `kubeconfig` is it, in a context of its name."""

    name: str
    kubeconfig: Path
    administrator: str

    def make(self) -> None:
        """Create it, and write its kubeconfig."""
        self._as_administrator("-n", "dev", "create", "serviceaccount", self.name)
        token = self._as_administrator("-n", "dev", "create", "token", self.name).strip()
        config = json.loads(self._as_administrator("config", "view", "--raw", "--minify", "-o", "json"))
        (context,) = config["contexts"]
        config["users"] = [{"name": self.name, "user": {"token": token}}]
        config["contexts"] = [{"name": self.name, "context": {**context["context"], "user": self.name}}]
        config["current-context"] = self.name
        self.kubeconfig.write_text(json.dumps(config))

    def grant(self, failure: Failure) -> str:
        """Run the lines that the page shows, as who may; the resource that was missing."""
        for line in failure.command.splitlines():
            self._as_administrator(*shlex.split(line)[1:])
        right = missing(failure.what)
        assert right, failure
        return right.resource

    def remove(self) -> None:
        """Delete it with every role that was made for it."""
        for kind in ("rolebinding", "role"):
            for found in self._as_administrator("-n", "dev", "get", kind, "-o", "name").split():
                if self.name in found:
                    self._as_administrator("-n", "dev", "delete", found)
        self._as_administrator("-n", "dev", "delete", "serviceaccount", self.name)

    def _as_administrator(self, *words: str) -> str:
        return kubectl("--kubeconfig", self.administrator, *words)


@pytest.fixture
def account(cluster: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    made = Account(f"reader-{uuid.uuid4().hex[:8]}", tmp_path / "kubeconfig", os.environ["KUBECONFIG"])
    made.make()
    monkeypatch.setenv("KUBECONFIG", str(made.kubeconfig))
    yield made
    made.remove()


def first_failure(cluster: KubernetesCluster, connections: Connections) -> Failure | None:
    """What a page of dev would name first."""
    (endpoint,) = cluster.endpoints()
    if endpoint.unavailable:
        return endpoint.unavailable[0][1]
    try:
        connections.agent(endpoint).readiness()
        connections.sidecar(endpoint).metadata()
        connections.store(endpoint).ping()
    except GatewayError as error:
        return error.failure
    return next((warning.failure for warning in cluster.warnings()), None)


def test_from_no_right_to_every_page_by_the_lines_that_it_is_given(account: Account) -> None:
    granted = set()
    with closing(KubernetesCluster(namespaces=["dev"])) as cluster:
        connections = Connections(cluster.dialer)
        while failure := first_failure(cluster, connections):
            assert failure.word == "no permission", failure
            granted.add(account.grant(failure))

            def of_use(failure: Failure = failure) -> bool:
                return first_failure(cluster, connections) != failure

            wait_until(of_use, what=f"the right is of use: {failure.command}")
        connections.close()
    assert granted == NEEDED


def test_a_whole_cluster_that_may_not_be_listed_is_refused_with_the_lines_for_it(account: Account) -> None:
    with closing(KubernetesCluster()) as cluster, pytest.raises(Forbidden) as refused:
        cluster.endpoints()
    assert "create clusterrole " in refused.value.command
    assert f"--serviceaccount=dev:{account.name}" in refused.value.command
    said = daca_ops("namespaces", "--cluster", "kubernetes")
    assert said.returncode == 1
    assert refused.value.command in said.stderr


def test_a_token_that_ended_is_said_and_a_new_kubeconfig_is_used_at_once(account: Account) -> None:
    with closing(Api()) as api:
        assert "gitVersion" in api.get("/version")
        account.remove()

        def known() -> bool:
            try:
                api.get("/version")
            except Forbidden as error:
                assert error.command == "kubectl auth whoami"
                return False
            return True

        wait_until(lambda: not known(), what="the token is refused")
        account.make()
        wait_until(known, what="the new one is used")


def test_the_page_offers_every_context_and_means_the_current_one(account: Account) -> None:
    names, meant = cluster_choice.names(Settings(cluster="kubernetes"))
    assert names == (account.name,)
    assert meant == account.name
    assert cluster_choice.chosen(Settings(cluster="kubernetes"), "other").context == "other"


def test_opening_and_closing_a_cluster_leaves_no_thread_and_no_socket(cluster: None) -> None:
    def once() -> tuple[int, int]:
        with closing(KubernetesCluster(namespaces=["prod", "dev"])) as opened:
            connections = Connections(opened.dialer)
            for endpoint in opened.endpoints():
                connections.store(endpoint).ping()
                connections.agent(endpoint).readiness()
            connections.close()
        return threading.active_count(), psutil.Process().num_fds()

    before = once()
    for _ in range(5):
        once()
    assert once() <= before
