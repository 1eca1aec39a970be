"""Where a Redis keeps its data, by its pod."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.model.core.redis_pod import ends_with_pod

MOUNTED = {"name": "data", "mountPath": "/data"}


def pod(volume: dict[str, Any] | None, *, image: str = "redis:7", mount: Any = MOUNTED) -> dict[str, Any]:
    volumes = [] if volume is None else [{"name": "data", **volume}]
    return {"containers": [{"image": image, "volumeMounts": [mount] if mount else []}], "volumes": volumes}


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (pod({"emptyDir": {}}), "an emptyDir"),
        (pod({"emptyDir": {"medium": "Memory"}}, image="docker.io/valkey/valkey:8@sha256:0"), "an emptyDir"),
        (pod({"emptyDir": {}}, mount={"name": "data", "mountPath": "/data/"}), "an emptyDir"),
        (pod({"emptyDir": {}}, mount=None), "no volume"),
        (pod(None), "no volume"),
        (pod({"persistentVolumeClaim": {"claimName": "redis"}}), ""),
        (pod({"hostPath": {"path": "/srv"}}), ""),
        (pod({"emptyDir": {}}, image="chat-agent:1"), ""),
    ],
)
def test_what_ends_with_its_pod(spec: dict[str, Any], told: str) -> None:
    assert ends_with_pod(spec) == told
