"""Real agents, sidecars and Redis wired together wrongly: what a slip in a Component makes of isolation."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from local import binaries, components, ports, programs
from local.layout import Layout, write_secret
from local.process import STOP_SECONDS, Child, Program
from local.state import Namespace
from tests.stack.waiting import wait_until


@dataclass(frozen=True)
class Wiring:
    """What one namespace's Components name: the Redis of the namespace `store`, the topic on that of `topic`
    (the same where None), and the NAMESPACE that its sidecar is told."""

    store: str
    told: str
    db: int = 0
    host: str = ports.HOST
    topic: str | None = None


@contextmanager
def wired(folder: Path, wirings: Mapping[str, Wiring]) -> Iterator[Path]:
    """Run these namespaces on one placement; the file of a static cluster that names them."""
    layout = Layout(folder)
    layout.prepare(tuple(wirings))
    found, chosen = binaries.find(lambda line: None), ports.choose(len(wirings))
    namespaces = {
        name: Namespace(name, False, own, layout.password_file(name))
        for name, own in zip(wirings, chosen.namespaces, strict=True)
    }
    plan: list[Program] = [programs.placement(layout, found, chosen.placement, chosen.raft)]
    for name, wiring in wirings.items():
        namespace = namespaces[name]
        components.write(layout, name, namespace.ports.redis)
        resources = yaml.safe_dump_all(_resources(layout, namespaces, wiring))
        write_secret(layout.resources(name) / "resources.yaml", resources)
        sidecar = programs.sidecar(layout, found, namespace, chosen.placement, "token")
        told = replace(sidecar, environment=sidecar.environment | {"NAMESPACE": wiring.told})
        plan += [programs.redis(layout, found, namespace), programs.agent(layout, namespace, "token"), told]
    children = [Child(program) for program in plan]
    try:
        for child in children:
            child.start()
        wait_until(
            lambda: all(child.ready() for child in children), seconds=60, what=f"all ready, see {folder}"
        )
        yield _static_file(folder, namespaces, wirings)
    finally:
        for child in reversed(children):
            child.terminate()
        for child in children:
            child.wait(time.monotonic() + STOP_SECONDS)


def _resources(layout: Layout, namespaces: Mapping[str, Namespace], wiring: Wiring) -> list[dict[str, Any]]:
    def those_of(server: str) -> list[dict[str, Any]]:
        where = f"{wiring.host}:{namespaces[server].ports.redis}"
        return components.resources(where, layout.password(server), wiring.told)

    store, topic, subscription = those_of(wiring.store)
    if wiring.topic:
        topic = those_of(wiring.topic)[1]
    for component in (store, topic):
        component["spec"]["metadata"].append({"name": "redisDB", "value": str(wiring.db)})
    return [store, topic, subscription]


def _static_file(folder: Path, namespaces: Mapping[str, Namespace], wirings: Mapping[str, Wiring]) -> Path:
    file = folder / "daca.toml"
    file.write_text(
        "\n".join(
            f"""[[namespace]]
name = "{name}"
agent = "http://{ports.HOST}:{namespace.ports.agent}"
sidecar = "http://{ports.HOST}:{namespace.ports.http}"
redis = "redis://{wirings[name].host}:{namespaces[wirings[name].store].ports.redis}/{wirings[name].db}"
redis_password_file = "{namespaces[wirings[name].store].password_file}"
{_broker(namespaces, wirings[name])}
"""
            for name, namespace in namespaces.items()
        )
    )
    return file


def _broker(namespaces: Mapping[str, Namespace], wiring: Wiring) -> str:
    if wiring.topic is None:
        return ""
    topic = namespaces[wiring.topic]
    url = f"redis://{wiring.host}:{topic.ports.redis}/{wiring.db}"
    return f'broker = "{url}"\nbroker_password_file = "{topic.password_file}"'
