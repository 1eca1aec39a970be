"""Ready means that a turn can be taken: the way to the store is asked, seldom, and never written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.readiness import Readiness
from agent.settings import Settings
from agent.sidecar import Sidecar, SidecarError

ACTOR = ["ETAG", "TRANSACTIONAL", "ACTOR"]
WRONG = SidecarError("the sidecar answered 500: WRONGPASS", 500)


class StoresOf(Sidecar):
    """A sidecar with these state stores, each with what reading it gives."""

    def __init__(self, **stores: SidecarError | None) -> None:
        super().__init__(Settings())
        self.stores = stores
        self.reads: list[str] = []
        self.capabilities = ACTOR

    async def metadata(self) -> bytes:
        runtime = {"activeActors": [{"type": "ChatAgent"}], "hostReady": True}
        components: list[dict[str, Any]] = [
            {"name": name, "type": "state.redis", "capabilities": self.capabilities} for name in self.stores
        ]
        return json.dumps({"actorRuntime": runtime, "components": components}).encode()

    async def read_state(self, store: str, key: str) -> bytes:
        self.reads.append(store)
        error = self.stores[store]
        if error:
            raise error
        return b""


async def test_a_store_that_refuses_the_sidecar_is_why() -> None:
    sidecar = StoresOf(statestore=WRONG)
    ready = Readiness(sidecar)
    assert "cannot read statestore" in await ready.why_not()
    assert "WRONGPASS" in await ready.why_not()
    assert sidecar.reads == ["statestore"], "once in a while, whoever asks how often"
    assert await ready.why_not(store=False) == ""


async def test_it_is_well_again_without_a_restart() -> None:
    sidecar = StoresOf(statestore=WRONG)
    ready = Readiness(sidecar, store_seconds=0.0)
    assert await ready.why_not()
    sidecar.stores["statestore"] = None
    assert await ready.why_not() == ""


@pytest.mark.parametrize(
    "sidecar",
    [
        pytest.param(StoresOf(mine=None, other=WRONG), id="another store may be the actors'"),
        pytest.param(StoresOf(mine=SidecarError("no such route", 404)), id="the API is not open to it"),
        pytest.param(StoresOf(), id="no store at all"),
    ],
)
async def test_what_is_not_known_is_not_claimed(sidecar: StoresOf) -> None:
    assert await Readiness(sidecar).why_not() == ""


async def test_a_store_that_cannot_hold_actors_keeps_no_turn() -> None:
    sidecar = StoresOf(plain=WRONG)
    sidecar.capabilities = ["ETAG"]
    assert await Readiness(sidecar).why_not() == ""
    assert sidecar.reads == []
