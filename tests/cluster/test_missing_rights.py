"""An account with too few rights is told which one is missing where, and the lines it is given grant it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

    def bind(self, rules: Sequence[Any]) -> None:
        """Give it a role of its own with these rules, in dev."""
        head = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role"}
        role = {**head, "metadata": {"name": self.name, "namespace": "dev"}, "rules": rules}
        kubectl("--kubeconfig", self.administrator, "apply", "-f", "-", stdin=json.dumps(role))
        to = (f"--role={self.name}", f"--serviceaccount=dev:{self.name}")
        self._as_administrator("-n", "dev", "create", "rolebinding", self.name, *to)

    def rules(self, *roles: str) -> list[Any]:
        """Those of roles of dev."""
        read = (self._as_administrator("-n", "dev", "get", "role", role, "-o", "json") for role in roles)
        return [rule for role in read for rule in json.loads(role)["rules"]]

    def paste(self, command: str) -> None:
        """Run shell lines as who may."""
        environment = {**os.environ, "KUBECONFIG": self.administrator}
        ran = subprocess.run(
            ["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert ran.returncode == 0, ran.stderr

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


def not_checked() -> dict[str, str]:
    """Each rule that the doctor leaves out in dev, and why."""
    said = daca_ops("doctor", "--cluster", "kubernetes", "-n", "dev", "--json")
    assert said.stdout, said.stderr
    left = json.loads(said.stdout)["not_checked"]
    return {each["rule"]: each["reason"] for each in left if each["namespace"]}


def refused_in_dev() -> set[str]:
    """The rules that lack a right of dev, and not one of the whole cluster."""
    return {rule for rule, reason in not_checked().items() if 'in the namespace "dev"' in reason}


def test_a_kind_that_may_not_be_read_leaves_its_own_rules_out_until_the_right_is_granted(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DACA_NAMESPACES", '["dev"]')
    kinds = {"networkpolicies", "horizontalpodautoscalers", "configmaps"}
    every = account.rules("daca-ops", "daca-ops-port-forward")
    account.bind([rule for rule in every if not kinds & set(rule["resources"])])
    theirs = {"policy-shuts-dapr-out", "scale-target-missing", "store-told-to-evict", "store-told-to-forget"}
    wait_until(lambda: refused_in_dev() == theirs, seconds=60, what="the right to all else is of use")
    before = not_checked()
    for reason in {before[rule] for rule in theirs}:
        assert "is forbidden" in reason
        account.paste(reason.partition("Run: ")[2])
    wait_until(lambda: not theirs & not_checked().keys(), seconds=60, what="the rights are of use")
    assert not_checked() == {rule: reason for rule, reason in before.items() if rule not in theirs}


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
