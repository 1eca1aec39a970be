"""How Dapr reads what is declared: truth, names without regard to case, and the annotations that it knows.

Sources at the pinned version: dapr/kit `strings.IsTruthy`; dapr/dapr
`pkg/injector/annotations/annotations.go`; components-contrib decodes metadata by `mapstructure`, which asks
for no case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

V = TypeVar("V")
TRUE = frozenset({"y", "yes", "true", "t", "on", "1"})
FALSE = frozenset({"n", "no", "false", "f", "off", "0", ""})
ANNOTATIONS = frozenset(
    [
        "enabled",
        "app-port",
        "config",
        "app-protocol",
        "app-ssl",
        "app-id",
        "enable-profiling",
        "log-level",
        "api-token-secret",
        "app-token-secret",
        "log-as-json",
        "app-max-concurrency",
        "enable-metrics",
        "metrics-port",
        "enable-debug",
        "debug-port",
        "env",
        "env-from-secret",
        "grpc-port",
        "internal-grpc-port",
        "sidecar-cpu-request",
        "sidecar-cpu-limit",
        "sidecar-memory-request",
        "sidecar-memory-limit",
        "sidecar-listen-addresses",
        "sidecar-liveness-probe-delay-seconds",
        "sidecar-liveness-probe-timeout-seconds",
        "sidecar-liveness-probe-period-seconds",
        "sidecar-liveness-probe-threshold",
        "sidecar-readiness-probe-delay-seconds",
        "sidecar-readiness-probe-timeout-seconds",
        "sidecar-readiness-probe-period-seconds",
        "sidecar-readiness-probe-threshold",
        "sidecar-image",
        "sidecar-seccomp-profile-type",
        "http-max-request-size",
        "max-body-size",
        "http-read-buffer-size",
        "read-buffer-size",
        "graceful-shutdown-seconds",
        "block-shutdown-duration",
        "enable-api-logging",
        "unix-domain-socket-path",
        "volume-mounts",
        "volume-mounts-rw",
        "disable-builtin-k8s-secret-store",
        "enable-app-health-check",
        "app-health-check-path",
        "app-health-probe-interval",
        "app-health-probe-timeout",
        "app-health-threshold",
        "placement-host-address",
        "actors-disseminate-timeout",
        "scheduler-host-address",
        "pluggable-components",
        "pluggable-components-sockets-folder",
        "component-container",
        "inject-pluggable-components",
        "app-channel-address",
        "sentry-request-jwt-audiences",
        "sidecar-svc-annotations",
        "disable-init-endpoints",
        "enable-native-sidecar",
        "sidecar-injected",
    ]
)


def is_truthy(value: object) -> bool:
    """As daprd and the injector take a text for true."""
    return str(value).strip().lower() in TRUE


class Metadata(Mapping[str, V]):
    """A Component's metadata by name, whatever the case; the names are those that were written."""

    def __init__(self, entries: Iterable[tuple[str, V]] = ()) -> None:
        self._entries = {name.lower(): (name, value) for name, value in entries}

    def __getitem__(self, name: str) -> V:
        return self._entries[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._entries
