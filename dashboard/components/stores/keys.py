"""What a store holds: keys as a tree, one key decoded, streams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.components.core.commands import show_commands
from dashboard.components.core.provider import get_workspace
from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.names import TOPIC
from dashboard.model.core.strict_json import strict
from dashboard.model.stores.keys import DaprKey, KeyValue
from dashboard.model.topics.streams import Stream
from dashboard.services.core import commands
from dashboard.services.stores import keys as stores

OPEN_GROUPS = 3


def show_tree(keys: Sequence[DaprKey], on_pick: Callable[[str], None]) -> None:
    """App-id > actor type > actor id > key; `on_pick` is told the key of a row that is picked."""
    groups: dict[tuple[str, tuple[str, ...]], list[DaprKey]] = {}
    for key in keys:  # an app-id may be "streams", and its keys lie on both sides of its actors'
        groups.setdefault((key.kind, _branch(key)), []).append(key)
    for number, ((kind, branch), leaves) in enumerate(groups.items()):
        name = f"tree-{kind}-{branch}"
        with st.expander(f"{_title(branch)} ({len(leaves)})", expanded=number < OPEN_GROUPS):
            table = _leaves(leaves)
            st.dataframe(
                table,
                hide_index=True,
                width="stretch",
                selection_mode="single-row",
                on_select=partial(_pick, leaves, name, on_pick),
                key=name,
            )


def _branch(key: DaprKey) -> tuple[str, ...]:
    return (key.path[0], key.path[1]) if key.kind == "actor" else (key.path[0],)


def _title(branch: tuple[str, ...]) -> str:
    """A label is Markdown: what could be read as such is taken out of it."""
    safe = ("".join(char if char.isalnum() or char in "-_. " else "·" for char in part) for part in branch)
    return " › ".join(part.replace("_", "\\_") for part in safe)


def _leaves(keys: Sequence[DaprKey]) -> pd.DataFrame:
    if keys[0].kind == "actor":
        return pd.DataFrame({"Actor": key.path[2], "Key": key.path[3]} for key in keys)
    return pd.DataFrame({"Key": key.path[-1]} for key in keys)


def _pick(keys: Sequence[DaprKey], name: str, on_pick: Callable[[str], None]) -> None:
    rows = st.session_state[name].selection.rows
    if rows:
        on_pick(keys[rows[0]].raw)


def show_value(endpoint: Endpoint, value: KeyValue) -> None:
    """One key decoded, raw on demand, and the command that reads it."""
    st.code(value.key, language=None, wrap_lines=True)
    size = "size not given" if value.size_bytes is None else f"{value.size_bytes:,} bytes"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{value.redis_type}, version {value.version or 'none'}, {value.expiry}, {size}")
        raw = st.toggle("Raw", key="raw")
        settings = get_workspace().settings
        own = commands.daca_ops(settings, "store", "show", namespaces=[endpoint.name], argument=value.key)
        raw_key = commands.read_key(endpoint, value.key, value.redis_type)
        show_commands({endpoint.name: raw_key, "decoded": own}, key="key-commands")
    if raw:
        for name, text in value.raw.items():
            st.text(name)
            st.code(text, language=None, wrap_lines=True)
    elif isinstance(value.value, dict | list):
        st.json(strict(value.value), expanded=2)
    else:
        st.text(str(value.value))


def show_keys_commands(endpoint: Endpoint, contains: str) -> None:
    """The commands that list the same keys, and the groups of the topic."""
    wanted = (f"--contains={contains}",) if contains else ()
    own = commands.daca_ops(get_workspace().settings, "store", "keys", *wanted, namespaces=[endpoint.name])
    lines = {
        "keys": commands.scan_keys(endpoint, stores.pattern(contains)),
        "keys, a page at a time": own,
        f"groups of {TOPIC}": commands.stream_groups(endpoint, TOPIC),
    }
    show_commands(lines, key="keys-commands")


def show_streams(streams: Sequence[Stream]) -> None:
    """A line per stream and group."""
    st.dataframe(
        pd.DataFrame(
            {
                "Stream": stream.name,
                "Entries": "not known" if stream.unread else f"{stream.length:,}",
                "Group": group.name if group else stream.unread or "none",
                "Consumers": group.consumers if group else 0,
                "Pending": group.pending if group else 0,
                "Lag": "not given by this Redis" if not group or group.lag is None else f"{group.lag:,}",
            }
            for stream in streams
            for group in (stream.groups or (None,))
        ),
        hide_index=True,
        width="stretch",
        key="streams",
    )
