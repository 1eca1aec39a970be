"""The token of the sidecar's API goes to the sidecar and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from agent.settings import Settings
from agent.sidecar import Sidecar, SidecarError

TOKEN = "spatzenhirn-Xw9"


@asynccontextmanager
async def repeating(status: str) -> AsyncIterator[int]:
    """The port of a server that answers a request with the request; where `status` is "", without a head."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(asked)}\r\n\r\n".encode() if status else b""
        writer.write(head + asked)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("status", ["401 Unauthorized", "500 Internal Server Error", ""])
async def test_an_error_never_holds_the_token(status: str) -> None:
    async with repeating(status) as port:
        sidecar = Sidecar(Settings(dapr_http_port=port, dapr_api_token=SecretStr(f"{TOKEN}\n")))
        await sidecar.open()
        with pytest.raises(SidecarError) as caught:
            await sidecar.get_state("ChatAgent", "user1", "history-user1")
        await sidecar.close()
    assert TOKEN not in str(caught.value)
    assert ("[redacted]" in str(caught.value)) == bool(status), "it was sent, and said back"
