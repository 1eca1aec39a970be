"""Redis by TLS with a certificate of one's own: the certificate is the reason, and a CA may be named."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dashboard.gateways.connections import Connections
from dashboard.gateways.redis.store import StoreGateway
from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.errors import GatewayError, NotThere, Rejected, Unreachable
from tests.contract.conftest import running_redis


@dataclass(frozen=True)
class Secured:
    """A Redis that speaks TLS alone, and the CA that signed its certificate for 127.0.0.1."""

    address: RedisAddress
    ca: Path


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def certificates(folder: Path) -> None:
    new = ("req", "-newkey", "rsa:2048", "-nodes", "-subj")
    openssl(folder, *new, "/CN=tests", "-x509", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(folder, *new, "/CN=redis", "-keyout", "redis.key", "-out", "redis.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    signed = ("x509", "-req", "-in", "redis.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
    openssl(folder, *signed, "-days", "2", "-extfile", "names", "-out", "redis.pem")


@contextmanager
def secured_server(folder: Path, clients: str) -> Iterator[Secured]:
    certificates(folder)
    files = ("--tls-cert-file", "redis.pem", "--tls-key-file", "redis.key", "--tls-ca-cert-file", "ca.pem")
    listens = ("--port", "0", "--tls-port", "PORT", "--tls-auth-clients", clients)
    named = [str(folder / word) if word.endswith((".pem", ".key")) else word for word in files]
    with running_redis(folder, *listens, *named) as port:
        yield Secured(RedisAddress(host="127.0.0.1", port=port, tls=True), folder / "ca.pem")


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with secured_server(tmp_path_factory.mktemp("tls"), "no") as found:
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


def test_a_server_that_wants_a_certificate_of_ours_is_told(tmp_path: Path) -> None:
    with secured_server(tmp_path, "yes") as secured:
        assert "certificate" in refusal(replace(secured.address, insecure=True)).what
