"""Settings by environment. Names without prefix are those that Dapr's injector or Kubernetes set."""

from __future__ import annotations

import socket
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

# What the kubelet writes into each pod (kubernetes.io/docs/tasks/run-application/access-api-from-pod), unless
# the pod's automountServiceAccountToken is off.
POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def _own_namespace() -> str:
    """The pod's namespace where no variable names it, "" where it is not known: never a guess."""
    try:
        return POD_NAMESPACE.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


class Settings(BaseSettings):
    """Every deadline is in seconds."""

    app_host: str = "127.0.0.1"
    app_port: int = 8000
    app_api_token: SecretStr = SecretStr("")
    dapr_http_port: int = 3500
    dapr_api_token: SecretStr = SecretStr("")
    namespace: str = Field(default_factory=_own_namespace)
    pod_name: str = Field(default_factory=socket.gethostname)
    pubsub_name: str = "daca-pubsub"
    topic: str = "user-chat"
    log_level: str = "INFO"
    turn_deadline: float = Field(default=10.0, gt=0)
    state_deadline: float = Field(default=4.0, gt=0)
    publish_deadline: float = Field(default=5.0, gt=0)
    probe_deadline: float = Field(default=1.0, gt=0)

    @property
    def sidecar_url(self) -> str:
        """The sidecar's HTTP API; it always shares the app's loopback."""
        return f"http://127.0.0.1:{self.dapr_http_port}"
