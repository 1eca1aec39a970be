"""The pure parts of the local stack."""

from __future__ import annotations

import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from local import components, ports, stack, state
from local.errors import StackError
from local.layout import Layout
from local.ports import NamespacePorts
from local.state import Namespace, Process, State


def test_every_port_is_chosen_once() -> None:
    chosen = ports.choose(3)
    used = [chosen.placement, chosen.raft, chosen.dashboard]
    for namespace in chosen.namespaces:
        used += vars(namespace).values()
    assert len(used) == len(set(used)) == 3 + 3 * 6


def test_a_taken_port_is_passed_over_and_a_wanted_one_is_an_error() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        assert not ports.is_free(port)
        with pytest.raises(StackError, match=str(port)):
            ports.choose(1, dashboard=port)


def test_resources_name_the_store_for_actors_and_the_pubsub_of_the_subscription(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.prepare(("dev",))
    components.write(layout, "dev", 6400)
    path = layout.resources("dev") / "resources.yaml"
    store, pubsub, subscription = yaml.safe_load_all(path.read_text())
    fields = {item["name"]: item["value"] for item in store["spec"]["metadata"]}
    assert fields["actorStateStore"] == "true"
    assert fields["redisPassword"] == layout.password("dev") != ""
    assert subscription["spec"]["pubsubname"] == pubsub["metadata"]["name"]
    assert any(item["name"] == "maxLenApprox" for item in pubsub["spec"]["metadata"])
    for secret in (path, layout.password_file("dev"), layout.namespace("dev") / "redis.conf"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_a_password_is_made_once(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.prepare(("dev",))
    first = layout.password("dev")
    layout.prepare(("dev", "prod"))
    assert layout.password("dev") == first != layout.password("prod")


def test_the_state_file_reads_back(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    namespace = Namespace(
        "dev",
        True,
        NamespacePorts(redis=1, agent=2, http=3, grpc=4, internal=5, metrics=6),
        tmp_path / "password",
    )
    written = State(
        supervisor=Process(1, 2.0),
        placement_port=7050,
        dashboard_port=None,
        namespaces=(namespace,),
        processes={"dev-agent": Process(3, 4.5)},
        ready=True,
    )
    state.write(layout, written)
    assert state.read(layout) == written
    layout.state.write_text("{torn")
    with pytest.raises(StackError, match="cannot be read"):
        state.read(layout)


def test_a_process_id_that_now_belongs_to_another_is_not_ours() -> None:
    mine = Process.of(1)
    assert mine.handle() is not None
    assert Process(1, mine.started - 100).handle() is None


@pytest.mark.parametrize(
    ("names", "protect"),
    [((), ()), (("a", "a"), ()), (("Prod",), ()), (("../x",), ()), (("dev",), ("prod",))],
)
def test_options_that_make_no_stack(tmp_path: Path, names: tuple[str, ...], protect: tuple[str, ...]) -> None:
    with pytest.raises(StackError):
        stack.check_options(stack.UpOptions(data=tmp_path, namespaces=names, protect=protect))


def test_one_folder_one_stack(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    with state.exclusive(layout), pytest.raises(StackError, match="already runs"), state.exclusive(layout):
        pass
    with state.exclusive(layout):
        pass
