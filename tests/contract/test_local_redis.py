"""What the stack's Redis keeps is read by whichever server this machine has next."""

from __future__ import annotations

import subprocess
from contextlib import closing
from pathlib import Path

import redis

from local import components, ports
from local.binaries import redis_server
from local.layout import Layout
from local.programs import accepts
from tests.stack.waiting import wait_until


def test_what_is_kept_is_commands_also_after_it_was_rewritten(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.prepare(("dev",))
    port = ports.choose(1).namespaces[0].redis
    components.write(layout, "dev", port)
    with subprocess.Popen(
        [redis_server(), layout.namespace("dev") / "redis.conf"], stdout=subprocess.DEVNULL
    ) as server:
        wait_until(accepts(port), what="Redis listens")
        with closing(redis.Redis(port=port, password=layout.password("dev"))) as client:
            client.set("history", "kept")
            client.bgrewriteaof()
            wait_until(lambda: not client.info("persistence")["aof_rewrite_in_progress"], what="rewritten")
        server.terminate()
    (base,) = (layout.redis("dev") / "appendonlydir").glob("*.base.*")
    assert b"\r\nSET\r\n$7\r\nhistory\r\n" in base.read_bytes()
