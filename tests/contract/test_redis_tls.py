"""Redis by TLS with a certificate of one's own: the certificate is the reason, and a CA may be named."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import trustme

from dashboard.gateways.connections import Connections
from dashboard.gateways.redis.store import StoreGateway
from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.errors import GatewayError, NotThere, Rejected, Unreachable


@dataclass(frozen=True)
class Secured:
    """A Redis that speaks TLS alone, and the CA that signed its certificate for 127.0.0.1."""

    address: RedisAddress
    ca: Path


@contextmanager
def secured_server(folder: Path, plain: RedisAddress, *, asks: bool) -> Iterator[Secured]:
    """A real Redis behind real TLS, as not every build speaks it; `asks` is for a certificate of ours."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(folder / "redis.pem"))
    authority.cert_pem.write_to_path(str(folder / "redis.pem"), append=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "ca.pem"))
    context.load_cert_chain(folder / "redis.pem")
    context.verify_mode = ssl.CERT_REQUIRED if asks else ssl.CERT_NONE
    with relay(plain.port, context) as port:
        yield Secured(replace(plain, port=port, tls=True), folder / "ca.pem")


@contextmanager
def relay(target: int, context: ssl.SSLContext) -> Iterator[int]:
    """A port whose connections go on to `target` without TLS."""
    loop = asyncio.new_event_loop()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, on = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(pump(reader, on), pump(back, writer), return_exceptions=True)

    server = loop.run_until_complete(asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@pytest.fixture(scope="module")
def secured(address: RedisAddress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with secured_server(tmp_path_factory.mktemp("tls"), address, asks=False) as found:
        yield found


def refusal(address: RedisAddress) -> GatewayError:
    with closing(StoreGateway(address)) as store, pytest.raises(GatewayError) as refused:
        store.ping()
    return refused.value


def test_a_certificate_that_nobody_vouches_for_is_the_reason(secured: Secured) -> None:
    error = refusal(secured.address)
    assert isinstance(error, Unreachable)
    assert "a certificate that is not trusted: self-signed certificate" in error.what
    assert "DACA_REDIS_CA" in error.hint
    assert "DACA_REDIS_INSECURE" in error.hint


def test_its_ca_makes_it_trusted(secured: Secured) -> None:
    with closing(StoreGateway(replace(secured.address, ca_file=str(secured.ca)))) as store:
        assert store.ping().server


def test_insecure_trusts_any(secured: Secured) -> None:
    with closing(StoreGateway(replace(secured.address, insecure=True))) as store:
        assert store.ping().server


def test_a_certificate_for_another_host_is_the_reason(secured: Secured) -> None:
    error = refusal(replace(secured.address, host="localhost", ca_file=str(secured.ca)))
    assert "not valid for 'localhost'" in error.what


def test_the_settings_hold_for_an_address_that_names_neither(secured: Secured) -> None:
    endpoint = Endpoint(name="prod", redis=secured.address)
    for connections in (Connections(redis_ca=str(secured.ca)), Connections(redis_insecure=True)):
        with closing(connections):
            assert connections.store(endpoint).ping().server


def test_a_ca_file_that_is_none_is_named(secured: Secured, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")
    for name, kind in (("missing.pem", NotThere), ("empty.pem", Rejected), (".", GatewayError)):
        error = refusal(replace(secured.address, ca_file=str(tmp_path / name)))
        assert isinstance(error, kind)
        assert str(tmp_path) in error.what


def test_tls_to_a_port_without_it_and_the_other_way_round_is_told(
    secured: Secured, address: RedisAddress
) -> None:
    assert "answers no TLS" in refusal(replace(address, tls=True, insecure=True)).what
    assert "wants TLS" in refusal(replace(secured.address, tls=False)).what


def test_a_server_that_wants_a_certificate_of_ours_is_told(address: RedisAddress, tmp_path: Path) -> None:
    with secured_server(tmp_path, address, asks=True) as secured:
        assert "certificate" in refusal(replace(secured.address, insecure=True)).what
