"""Store: what may not be listed hides nothing of what may be read."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.model.core.errors import Forbidden
from dashboard.model.stores.keys import KeyPage, KeyValue, parse_key
from tests.app.conftest import MadeUpCluster, MadeUpNamespace
from tests.app.test_pages import labelled, texts


def refuse(*_: object, **__: object) -> None:
    raise Forbidden("The store at h:1 does not permit it: no permissions to run the 'scan' command.")


def test_one_key_is_shown_where_keys_may_not_be_listed(
    app: AppTest, cluster: MadeUpCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MadeUpNamespace, "scan", refuse)
    monkeypatch.setattr(MadeUpNamespace, "streams", refuse)
    app.switch_page("views/stores/store.py").run()
    assert not app.exception
    assert "Type a whole key to see it." in texts(app)
    assert sum("scan" in text for text in texts(app)) + sum("scan" in e.value for e in app.error) >= 1
    labelled(app.text_input, "Key").set_value("any").run()
    assert not app.exception
    assert [json.value for json in app.json] == ['{"total": 2}']


@pytest.mark.parametrize("value", [{"a": float("inf")}, {"a": [float("nan")]}])
def test_a_number_that_json_has_not_is_shown_as_text(
    app: AppTest, cluster: MadeUpCluster, monkeypatch: pytest.MonkeyPatch, value: object
) -> None:
    def read(self: MadeUpNamespace, key: str) -> KeyValue:
        return KeyValue(
            key=key, redis_type="string", value=value, raw={}, version=None, ttl_seconds=1, size_bytes=None
        )

    monkeypatch.setattr(MadeUpNamespace, "read", read)
    app.switch_page("views/stores/store.py").run()
    labelled(app.text_input, "Key").set_value("any").run()
    assert not app.exception
    (shown,) = app.json
    assert '"Infinity"' in shown.value or '"NaN"' in shown.value


def test_keys_of_any_name_are_a_tree(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("a||B", "a||T||i||k", "a||Z", "other", "other||x", "streams||x", "||", "a||||b", "**b**||[x](y)")
    keys = tuple(sorted(map(parse_key, names), key=lambda key: key.path))
    monkeypatch.setattr(MadeUpNamespace, "scan", lambda *_, **__: KeyPage(keys, 500))
    app.switch_page("views/stores/store.py").run()
    assert not app.exception
    shown = sum(len(frame.value) for frame in app.dataframe if "Key" in frame.value)
    assert shown == len(names)
