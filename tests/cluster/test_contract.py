"""The contract of every cluster, kept by this one: found as a whole, and by a fixed list of namespaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.services.core.settings import Settings
from tests.contract.cluster_contract import (
    test_every_part_answers_where_it_says,
    test_it_lists_its_namespaces_with_every_address,
    test_the_services_work_on_it,
)

__all__ = [
    "test_every_part_answers_where_it_says",
    "test_it_lists_its_namespaces_with_every_address",
    "test_the_services_work_on_it",
]


@pytest.fixture(params=[(), ("prod", "dev")], ids=["found", "fixed"])
def settings(request: pytest.FixtureRequest, cluster: None, tmp_path: Path) -> Settings:
    return Settings(cluster="kubernetes", namespaces=request.param, data=tmp_path, deadline=30)
