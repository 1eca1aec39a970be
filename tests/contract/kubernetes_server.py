"""A Kubernetes API of a test's own, and the kubeconfig that leads to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar

import pytest

S = TypeVar("S", bound=ThreadingHTTPServer)


def kubeconfig(folder: Path, port: int) -> Path:
    """A file that leads to a server on this machine."""
    config = {
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    file = folder / "kubeconfig"
    file.write_text(json.dumps(config))
    return file


@contextmanager
def served(server: S, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S]:
    """It answers until the end of the block, and KUBECONFIG names it."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(folder, server.server_port)))
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
