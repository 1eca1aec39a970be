"""No YAML, and no object of any shape, ends the doctor: what is odd is named, the rest is judged."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from dashboard.services.doctor.checkup import check_folder
from tests.unit.dashboard.doctor.made_up import healthy

DECLARED = [item for item in healthy("dev").objects if item["metadata"].get("namespace") != "dapr-system"]
ANY_JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
Way = tuple[Any, ...]


def ways(value: Any, before: Way = ()) -> list[Way]:
    """Every place below a value, itself left out."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, each in inside for way in ((*before, key), *ways(each, (*before, key)))]


def put(item: Any, way: Way, value: Any) -> Any:
    changed = copy.deepcopy(item)
    at = changed
    for key in way[:-1]:
        at = at[key]
    at[way[-1]] = value
    return changed


PLACES = [(number, way) for number, item in enumerate(DECLARED) for way in ways(item)]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.lists(some.tuples(some.sampled_from(PLACES), ANY_JSON), min_size=1, max_size=2))
def test_any_value_in_any_place_is_judged_or_named(changes: list[tuple[tuple[int, Way], Any]]) -> None:
    objects = list(DECLARED)
    for (number, way), value in changes:
        try:
            objects[number] = put(objects[number], way, value)
        except (TypeError, KeyError, IndexError):
            continue  # the first change took the place of the second away
    with tempfile.TemporaryDirectory() as folder:
        for number, item in enumerate(objects):
            (Path(folder) / f"{number}.json").write_text(json.dumps(item))
        report = check_folder(Path(folder))
    assert not [left for left in report.not_checked if "has a shape that no schema allows" in left.reason]


@settings(max_examples=100, deadline=None)
@given(some.binary(max_size=200) | some.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_named(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "good.yaml").write_text("kind: ConfigMap\nmetadata: {name: a}\n")
        (Path(folder) / "odd.yaml").write_bytes(content)
        check_folder(Path(folder))
