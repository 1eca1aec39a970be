"""The overview's first full list of 2,000 namespaces, against `kubectl get deployments -A -o json`.

On an API server of its own (etcd and kube-apiserver alone), filled with what `k8s/overlays/dev` deploys in
each namespace. Both are timed in turn, and the median of each counts. Then some agents are scaled while the
list is looked at: the server's own counters say how often it was asked to list. Run: `make bench`.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from bench import api_server, results
from bench.results import Ratio
from bench.timing import timed
from dashboard.gateways.clusters.kubernetes.api import Api
from dashboard.gateways.clusters.kubernetes.cluster import KubernetesCluster

NAMESPACES, ROUNDS, CHANGES = 2_000, 7, 25
LIMIT = 0.25
OVERLAY = Path(__file__).parents[1] / "k8s" / "overlays" / "dev"
COLLECTIONS = {
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "Service": "/api/v1/namespaces/{}/services",
    "Component": "/apis/dapr.io/v1alpha1/namespaces/{}/components",
}
CRD: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "components.dapr.io"},
    "spec": {
        "group": "dapr.io",
        "scope": "Namespaced",
        "names": {"kind": "Component", "plural": "components", "singular": "component"},
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                },
            }
        ],
    },
}


def main() -> int:
    """Print the ratio and the counts; how many are over their limits."""
    absent = api_server.missing()
    if absent:
        print(f"many namespaces: not measured, {absent}")
        return 0
    with (
        tempfile.TemporaryDirectory(prefix="daca-bench-") as folder,
        api_server.running(Path(folder)) as config,
    ):
        os.environ["KUBECONFIG"] = str(config)
        with closing(Api()) as api:
            _fill(api)
            return results.report("many_namespaces", [_first_lists()]) + _refreshes(api)


def _fill(api: Api) -> None:
    rendered = subprocess.run(["kubectl", "kustomize", OVERLAY], capture_output=True, text=True, check=True)
    objects = [found for found in yaml.safe_load_all(rendered.stdout) if found["kind"] in COLLECTIONS]
    api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", CRD)
    _until(lambda: "components" in str(_known_kinds(api)))

    def make(number: int) -> None:
        name = f"team-{number:04}"
        api.create("/api/v1/namespaces", {"metadata": {"name": name}})
        for found in objects:
            body = {**found, "metadata": {**found["metadata"], "namespace": name}}
            api.create(COLLECTIONS[found["kind"]].format(name), body)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(make, range(NAMESPACES)))


def _known_kinds(api: Api) -> Any:
    return api.get("/apis/dapr.io/v1alpha1") if "dapr.io" in str(api.get("/apis")) else ()


def _first_lists() -> Ratio:
    kubectl, listed, addressed = [], [], []
    for _ in range(ROUNDS):
        kubectl.append(timed(_kubectl))
        began = time.perf_counter()
        with closing(KubernetesCluster()) as cluster:
            assert len(cluster.outline()) == NAMESPACES
            listed.append(time.perf_counter() - began)
            assert (
                sum(bool(endpoint.agent_url and endpoint.redis) for endpoint in cluster.endpoints())
                == NAMESPACES
            )
            addressed.append(time.perf_counter() - began)
    print(f"the addresses of all their parts as well: p50 {statistics.median(addressed):.3f} s")
    return Ratio(
        what=f"the first list of {NAMESPACES:,} namespaces, over kubectl get deployments -A -o json",
        ours=statistics.median(listed),
        reference=statistics.median(kubectl),
        unit="s",
        limit=LIMIT,
        at_most=True,
    )


def _kubectl() -> None:
    found = subprocess.run(
        ["kubectl", "get", "deployments", "-A", "-o", "json"], capture_output=True, check=True
    )
    assert found.stdout.count(b'"dapr.io/app-id"') == NAMESPACES


def _refreshes(api: Api) -> int:
    with closing(KubernetesCluster()) as cluster:
        cluster.endpoints()
        before = _requests(api)
        waits = [timed(partial(_change, cluster, number)) for number in range(CHANGES)]
        same = timed(cluster.endpoints)
        after = _requests(api)
    lists = (after - before)["LIST"]
    print(f"a change seen by the watch, from the write on: p50 {statistics.median(waits) * 1000:.0f} ms")
    print(f"a look when nothing has changed: {same * 1e6:.0f} µs")
    print(f"lists asked of the server over {CHANGES} changes and refreshes: {lists} (limit 0)")
    return int(lists > 0)


def _change(cluster: KubernetesCluster, number: int) -> None:
    """Scale one agent, and look until it shows."""
    name, wanted = f"team-{number * 37:04}", 3 + number
    scale = ["kubectl", "-n", name, "scale", "deployment/chat-agent", f"--replicas={wanted}"]
    subprocess.run(scale, capture_output=True, check=True)

    def shown() -> bool:
        cluster.endpoints()
        found = cluster.deployed(name)
        return found is not None and found.wanted == wanted

    _until(shown)


def _requests(api: Api) -> Counter[str]:
    """How many requests of each verb the server has counted, for the kinds that the list is made of."""
    text = api.background.run(api.read("/metrics"), seconds=20).decode()
    kinds = "deployments|statefulsets|services|components|pods|namespaces"
    counted: Counter[str] = Counter()
    for line in text.splitlines():
        if line.startswith("apiserver_request_total{") and re.search(f'resource="({kinds})"', line):
            verb = re.search(r'verb="(\w+)"', line)
            counted[verb[1] if verb else ""] += int(float(line.rpartition(" ")[2]))
    return counted


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("still not so after 20 s")
        time.sleep(0.002)


if __name__ == "__main__":
    sys.exit(main())
