"""What a namespace's Redis holds: keys as a tree, one key decoded, streams."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.components.commands import show_commands
from dashboard.components.failure import show_error
from dashboard.components.frame import chosen_places
from dashboard.components.provider import get_workspace
from dashboard.model.errors import GatewayError
from dashboard.model.keys import DaprKey, KeyValue
from dashboard.services import commands, stores

places = chosen_places()
st.subheader("Store", anchor=False)
picker, search = st.columns([1, 2])
names = [place.name for place in places]
namespace = picker.segmented_control(
    "Namespace", names, default=names[0], key="store_ns", required=True, bind="query-params"
)
contains = search.text_input("Filter", key="filter", placeholder="part of a key", bind="query-params")
place = next((p for p in places if p.name == namespace), places[0])
workspace = get_workspace()


def _show_value(value: KeyValue) -> None:
    st.text(value.key)
    expires = "never expires" if value.ttl_seconds is None else f"expires in {value.ttl_seconds:,} s"
    size = "size not given" if value.size_bytes is None else f"{value.size_bytes:,} bytes"
    st.caption(f"{value.redis_type}, version {value.version or 'none'}, {expires}, {size}")
    if isinstance(value.value, dict | list):
        st.json(value.value, expanded=2)
    else:
        st.text(str(value.value))
    if st.toggle("Raw", key="raw"):
        for name, text in value.raw.items():
            st.caption(name)
            st.code(text, language=None, wrap_lines=True)
    show_commands({place.name: commands.read_key(place, value.key)}, key="key-commands")


def _rows(keys: tuple[DaprKey, ...]) -> pd.DataFrame:
    columns = ("App", "Type", "Actor", "Key")
    return pd.DataFrame(
        {
            **dict(zip(columns, (*key.path[:-1], *[""] * (4 - len(key.path)), key.path[-1]), strict=True)),
            "Kind": key.kind,
        }
        for key in keys
    )


page_of, cursor = (place.name, contains), st.session_state.get("store_cursor")
if cursor and cursor[0] != page_of:
    cursor = None
try:
    page = stores.keys(workspace, place.name, contains=contains, cursor=cursor[1] if cursor else None)
    streams = stores.streams(workspace, place.name)
except GatewayError as error:
    show_error(error)
    st.stop()

tree, detail = st.columns([3, 2], gap="medium")
with tree:
    st.caption(f"{len(page.keys)} keys, {page.scanned:,} slots scanned. {page.stopped}")
    if page.keys:
        st.dataframe(_rows(page.keys), hide_index=True, width="stretch", key="keys")
    else:
        st.info("No key matches." if contains else "This store is empty: send a message on Compare.")
    if page.cursor and st.button("More keys", icon=":material/expand_more:"):
        st.session_state["store_cursor"] = (page_of, page.cursor)
        st.rerun()
    if streams:
        st.markdown("**Streams**")
        st.dataframe(
            pd.DataFrame(
                {
                    "Stream": stream.name,
                    "Entries": stream.length,
                    "Group": group.name if group else "none",
                    "Consumers": group.consumers if group else 0,
                    "Pending": group.pending if group else 0,
                    "Lag": "not given by this Redis" if not group or group.lag is None else str(group.lag),
                }
                for stream in streams
                for group in (stream.groups or (None,))
            ),
            hide_index=True,
            width="stretch",
        )
with detail:
    options = [key.raw for key in page.keys]
    key = st.selectbox("Key", options, index=None, key="key", placeholder="pick a key", bind="query-params")
    if key:
        try:
            _show_value(stores.value(workspace, place.name, key))
        except GatewayError as error:
            show_error(error)
    else:
        st.info("Pick a key to see it decoded.", icon=":material/data_object:")
