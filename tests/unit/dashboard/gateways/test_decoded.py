"""Long lists of the API server are decoded while nothing is collected."""

from __future__ import annotations

import gc

import pytest

from dashboard.gateways.clusters.kubernetes.api import decoded


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"items": ['])
def test_what_is_no_json_leaves_the_collector_on(body: bytes) -> None:
    with pytest.raises(ValueError, match="JSON|Expecting"):
        decoded(body)
    assert gc.isenabled()
    assert decoded(b'{"items": []}') == {"items": []}
    assert gc.isenabled()
