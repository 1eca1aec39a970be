"""HTTP: what all connections share is made once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx
import pytest

from dashboard.gateways import http


def test_the_authorities_are_read_once_also_when_many_connections_open_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = httpx.create_ssl_context
    reading, second = [], threading.Barrier(2)

    def slowly(**options: Any) -> object:
        """Goes on when another reads too, or none came for long enough."""
        reading.append(threading.get_ident())
        with suppress(threading.BrokenBarrierError):
            second.wait(0.3)
        return read(**options)

    monkeypatch.setattr(httpx, "create_ssl_context", slowly)
    http._authorities.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda port: http.JsonHttp("it", f"https://h:{port}", timeout=1), range(1, 5)))
    for each in opened:
        each.close()
    assert len(reading) == 1


def test_no_authorities_are_read_where_there_is_no_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(**_: Any) -> object:
        raise AssertionError("read")

    monkeypatch.setattr(httpx, "create_ssl_context", read)
    http._authorities.cache_clear()
    http.JsonHttp("it", "http://h:1", timeout=1).close()
    with pytest.raises(AssertionError, match="read"):
        http.JsonHttp("it", "HTTPS://h:1", timeout=1)
