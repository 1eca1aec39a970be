"""What daprd reads in each namespace: the same Components and Subscription as on Kubernetes."""

from __future__ import annotations

from typing import Any

from local.layout import Layout, write_secret
from local.ports import HOST

STREAM_LIMIT = 10_000


def write(layout: Layout, namespace: str, redis_port: int) -> None:
    """Write the resources folder and the Redis configuration of one namespace."""
    import yaml  # not needed by what only looks at the stack

    password = layout.password(namespace)
    documents = resources(f"{HOST}:{redis_port}", password, namespace)
    write_secret(
        layout.resources(namespace) / "resources.yaml", yaml.safe_dump_all(documents, sort_keys=False)
    )
    write_secret(layout.namespace(namespace) / "redis.conf", redis_config(layout, namespace, redis_port))


def resources(redis_host: str, password: str, namespace: str) -> list[dict[str, Any]]:
    """Two Components and the Subscription."""
    where = {"redisHost": redis_host, "redisPassword": password}
    return [
        _component("statestore", "state.redis", namespace, {**where, "actorStateStore": "true"}),
        _component("daca-pubsub", "pubsub.redis", namespace, {**where, "maxLenApprox": str(STREAM_LIMIT)}),
        _subscription(namespace),
    ]


def _component(name: str, kind: str, namespace: str, metadata: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "dapr.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "type": kind,
            "version": "v1",
            "metadata": [{"name": field, "value": value} for field, value in metadata.items()],
        },
    }


def _subscription(namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "dapr.io/v2alpha1",
        "kind": "Subscription",
        "metadata": {"name": "message-subscription", "namespace": namespace},
        "spec": {
            "pubsubname": "daca-pubsub",
            "topic": "user-chat",
            "routes": {
                "rules": [{"match": 'event.type == "ConversationUpdated"', "path": "/subscribe"}],
                "default": "/subscribe",
            },
        },
    }


def redis_config(layout: Layout, namespace: str, port: int) -> str:
    """Redis on loopback, with a password, keeping what it acknowledged."""
    return "\n".join(
        (
            f"bind {HOST}",
            f"port {port}",
            f"requirepass {layout.password(namespace)}",
            f'dir "{layout.redis(namespace)}"',
            "appendonly yes",
            "appendfsync everysec",
            # Commands alone are read by every Redis and Valkey; each has a binary form of its own.
            "aof-use-rdb-preamble no",
            'save ""',
            "maxmemory-policy noeviction",
            "",
        )
    )
