"""The command line of every process of the stack. Nothing listens beyond loopback."""

from __future__ import annotations

import json
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from local.binaries import Binaries
from local.layout import Layout
from local.ports import HOST
from local.process import Program
from local.state import Namespace

APP_ID = "chat-agent"
MAX_BODY = "16Mi"
PROJECT = Path(__file__).resolve().parent.parent
PROBE_SECONDS = 1.0
# A proxy in the environment is for the world outside.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers(url: str) -> bool:
    """Whether `url` answers with a 2xx status now."""
    try:
        with _direct.open(url, timeout=PROBE_SECONDS) as reply:
            return bool(200 <= reply.status < 300)
    except (urllib.error.URLError, TimeoutError, OSError):
        return False


def accepts(port: int) -> Callable[[], bool]:
    """A probe: something accepts connections at `port` of loopback."""

    def probe() -> bool:
        with closing(socket.socket()) as connection:
            connection.settimeout(PROBE_SECONDS)
            return connection.connect_ex((HOST, port)) == 0

    return probe


def placement(layout: Layout, binaries: Binaries, port: int, raft: int) -> Program:
    """Dapr's placement service, one for all namespaces; it opens a raft port even when it is alone."""
    command = (
        str(binaries.placement),
        *("--port", str(port), "--listen-address", HOST, "--healthz-listen-address", HOST),
        *("--initial-cluster", f"dapr-placement-0={HOST}:{raft}"),
        *("--healthz-port", "0", "--enable-metrics=false"),
    )
    return Program(
        name="placement", command=command, log=layout.log("placement"), port=port, is_ready=accepts(port)
    )


def redis(layout: Layout, binaries: Binaries, namespace: Namespace) -> Program:
    """A Redis server; its password is in its configuration file, never on the command line."""
    name, port = f"{namespace.name}-redis", namespace.ports.redis
    command = (str(binaries.redis), str(layout.namespace(namespace.name) / "redis.conf"))
    return Program(name=name, command=command, log=layout.log(name), port=port, is_ready=accepts(port))


def sidecar(
    layout: Layout, binaries: Binaries, namespace: Namespace, placement_port: int, token: str
) -> Program:
    """daprd for one namespace."""
    ports, name = namespace.ports, f"{namespace.name}-sidecar"
    command = (
        str(binaries.daprd),
        *("--app-id", APP_ID, "--app-port", str(ports.agent), "--app-channel-address", HOST),
        *("--dapr-http-port", str(ports.http), "--dapr-grpc-port", str(ports.grpc)),
        *("--dapr-internal-grpc-port", str(ports.internal), "--dapr-internal-grpc-listen-address", HOST),
        *(
            "--dapr-listen-addresses",
            HOST,
            "--metrics-listen-address",
            HOST,
            "--metrics-port",
            str(ports.metrics),
        ),
        *("--placement-host-address", f"{HOST}:{placement_port}", "--scheduler-host-address", ""),
        *("--resources-path", str(layout.resources(namespace.name)), "--max-body-size", MAX_BODY),
        *("--dapr-graceful-shutdown-seconds", "2", "--log-level", "info"),
    )
    environment = {"NAMESPACE": namespace.name, "DAPR_HOST_IP": HOST, "APP_API_TOKEN": token}
    ready = f"http://{HOST}:{ports.http}/v1.0/healthz"
    return Program(
        name=name,
        command=command,
        log=layout.log(name),
        port=ports.http,
        is_ready=lambda: answers(ready),
        environment=environment,
    )


def agent(layout: Layout, namespace: Namespace, token: str) -> Program:
    """The actor service."""
    ports, name = namespace.ports, f"{namespace.name}-agent"
    environment = {
        "APP_HOST": HOST,
        "APP_PORT": str(ports.agent),
        "APP_API_TOKEN": token,
        "DAPR_HTTP_PORT": str(ports.http),
        "DAPR_GRPC_PORT": str(ports.grpc),
        "NAMESPACE": namespace.name,
        "POD_NAME": f"chat-agent-{namespace.name}",
    }
    ready = f"http://{HOST}:{ports.agent}/readyz"
    command = (sys.executable, "-m", "agent")
    return Program(
        name=name,
        command=command,
        log=layout.log(name),
        port=ports.agent,
        is_ready=lambda: answers(ready),
        environment=environment,
        folder=PROJECT,
    )


def dashboard(layout: Layout, port: int) -> Program:
    """The Streamlit page on this stack."""
    command = (
        *(sys.executable, "-m", "streamlit", "run", "dashboard/app.py"),
        *("--server.port", str(port), "--server.address", HOST, "--server.headless", "true"),
    )
    environment = {"DACA_CLUSTER": "local", "DACA_DATA": str(layout.data)}
    ready = f"http://{HOST}:{port}/_stcore/health"
    return Program(
        name="dashboard",
        command=command,
        log=layout.log("dashboard"),
        port=port,
        is_ready=lambda: answers(ready),
        environment=environment,
        folder=PROJECT,
    )


def sidecar_version(port: int) -> str:
    """The version that the sidecar at `port` tells, or ""."""
    try:
        with _direct.open(f"http://{HOST}:{port}/v1.0/metadata", timeout=PROBE_SECONDS) as reply:
            return str(json.load(reply).get("runtimeVersion", ""))
    except (urllib.error.URLError, TimeoutError, OSError, ValueError):
        return ""
