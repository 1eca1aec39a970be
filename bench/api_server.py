"""An API server alone: etcd and kube-apiserver, with no node, no controller and no certificate to make."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

START_SECONDS = 90


def find(program: str) -> str | None:
    """Where a program is: in `$KIT/bin`, where envtest puts it, or on the PATH."""
    kit = os.environ.get("KIT") or "/tmp/kit"
    endpoints = (f"{kit}/bin", os.environ.get("KUBEBUILDER_ASSETS", ""), os.environ["PATH"])
    return shutil.which(program, path=os.pathsep.join(filter(None, endpoints)))


def missing() -> str:
    """Why none can be started, or ""."""
    absent = [name for name in ("etcd", "kube-apiserver", "kubectl", "openssl") if not find(name)]
    return f"{', '.join(absent)} not found" if absent else ""


@contextmanager
def running(folder: Path) -> Iterator[Path]:
    """The kubeconfig of a fresh API server, whose only user may do everything; ended at the end."""
    etcd, peer, port = _free_ports(3)
    token = secrets.token_hex(16)
    (folder / "tokens").write_text(f"{token},admin,admin,system:masters\n")
    subprocess.run(["openssl", "genrsa", "-out", folder / "sa.key", "2048"], check=True, capture_output=True)
    with ExitStack() as stack:
        stack.enter_context(_process(folder, "etcd", *_etcd(folder, etcd, peer)))
        stack.enter_context(_process(folder, "kube-apiserver", *_server(folder, etcd, port)))
        config = _kubeconfig(folder, port, token)
        _wait(config, folder / "kube-apiserver.log")
        yield config


def _etcd(folder: Path, port: int, peer: int) -> tuple[str, ...]:
    client, peers = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer}"
    return (
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",
    )


def _server(folder: Path, etcd: int, port: int) -> tuple[str, ...]:
    return (
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        f"--secure-port={port}",
        "--bind-address=127.0.0.1",
        f"--cert-dir={folder / 'pki'}",
        f"--token-auth-file={folder / 'tokens'}",
        f"--service-account-key-file={folder / 'sa.key'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
        "--service-account-issuer=https://localhost",
        "--service-cluster-ip-range=10.96.0.0/12",
        "--authorization-mode=RBAC",
        "--disable-admission-plugins=ServiceAccount",
        "--endpoint-reconciler-type=none",
    )


@contextmanager
def _process(folder: Path, name: str, *options: str) -> Iterator[None]:
    program = find(name)
    assert program, name
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([program, *options], stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def _kubeconfig(folder: Path, port: int, token: str) -> Path:
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "certificate-authority": str(folder / "pki" / "apiserver.crt"),
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "alone", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "alone", "context": {"cluster": "alone", "user": "admin"}}],
        "current-context": "alone",
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config))
    return path


def _wait(config: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    ask = ["kubectl", f"--kubeconfig={config}", "get", "--raw", "/readyz"]
    while subprocess.run(ask, capture_output=True, check=False).returncode:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the API server is not ready: {log.read_text()[-2000:]}")
        time.sleep(0.3)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
