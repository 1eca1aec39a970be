"""Port-forwarding through the API server without a thread per connection.

The official client's has no deadline, a thread per socket, and `select`, which ends at 1,024 open files. The
protocol (kubernetes.io: "port-forward", subprotocol v4.channel.k8s.io): binary frames whose first byte is the
channel, 0 for data and 1 for errors; the first frame of each channel names the port.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from dashboard.gateways.clusters.kubernetes.credentials import Credentials
from dashboard.model.core.redaction import redacted

log = logging.getLogger(__name__)
_quiet = logging.getLogger(f"{__name__}.websocket")
_quiet.setLevel(logging.INFO)  # on DEBUG it tells the headers, and so the token
DATA, ERROR = 0, 1
OPEN_SECONDS = 4.0
CHUNK = 1 << 16
_pumps: set[asyncio.Task[None]] = set()


class RefusedError(Exception):
    """The API server answered with an HTTP status instead of a websocket."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status
        self.body = body


async def open_socket(credentials: Credentials, namespace: str, pod: str, port: int) -> socket.socket:
    """The near end of a pair whose far end is pumped to the pod until either side closes.

    Raises `RefusedError`, and `ConnectionError` where nobody answers.
    """
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward?ports={port}"
    headers = await asyncio.to_thread(credentials.headers)
    try:
        channel = await connect(
            f"ws{credentials.host.removeprefix('http')}{path}",
            subprotocols=[Subprotocol("v4.channel.k8s.io")],
            additional_headers=headers,
            compression=None,
            max_size=None,
            open_timeout=OPEN_SECONDS,
            close_timeout=1,
            proxy=credentials.proxy,
            logger=_quiet,
            **_tls(credentials),
        )
    except InvalidStatus as error:
        raise RefusedError(error.response.status_code, bytes(error.response.body or b"")) from error
    except (OSError, WebSocketException) as error:
        raise ConnectionError(f"port-forwarding to pod {pod} failed: {redacted(str(error))}") from error
    near, far = socket.socketpair()
    try:
        reader, writer = await asyncio.open_connection(sock=far)
    except BaseException:
        near.close()
        far.close()
        await channel.close()
        raise
    pump = asyncio.create_task(_pump(channel, reader, writer, pod))
    _pumps.add(pump)
    pump.add_done_callback(_pumps.discard)
    return near


def _tls(credentials: Credentials) -> dict[str, Any]:
    if not credentials.host.startswith("https"):
        return {}
    name = credentials.server_name
    return {"ssl": credentials.tls, **({"server_hostname": name} if name else {})}


async def _pump(
    channel: ClientConnection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pod: str
) -> None:
    ways = [asyncio.create_task(_up(channel, reader)), asyncio.create_task(_down(channel, writer, pod))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        writer.close()
        await asyncio.gather(*ways, return_exceptions=True)
        with suppress(OSError, WebSocketException):
            await channel.close()


async def _up(channel: ClientConnection, reader: asyncio.StreamReader) -> None:
    while data := await reader.read(CHUNK):
        await channel.send(bytes((DATA,)) + data)


async def _down(channel: ClientConnection, writer: asyncio.StreamWriter, pod: str) -> None:
    begun: set[int] = set()
    async for frame in channel:
        number = frame[0]
        if not isinstance(frame, bytes) or number not in {DATA, ERROR}:
            return
        if number not in begun:
            begun.add(number)
        elif number == ERROR:
            log.warning("port-forwarding to pod %s: %s", pod, frame[1:].decode(errors="replace"))
            return
        else:
            writer.write(frame[1:])
            await writer.drain()
