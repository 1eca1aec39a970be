"""What a namespace's Redis holds: keys as a tree, one key decoded, streams."""

from __future__ import annotations

import time

import streamlit as st

from dashboard.components import filled, refresh
from dashboard.components.failure import show_empty, show_error
from dashboard.components.frame import chosen_places
from dashboard.components.protection import show_strip
from dashboard.components.provider import get_workspace
from dashboard.components.store import show_keys_commands, show_streams, show_tree, show_value
from dashboard.model.counting import counted
from dashboard.model.errors import GatewayError
from dashboard.services import stores

places = chosen_places()
workspace = get_workspace()
st.subheader("Store", anchor=False)
picker, search = st.columns([1, 2])
names = [place.name for place in places]
namespace = picker.segmented_control(
    "Namespace", names, default=names[0], key="store_ns", required=True, bind="query-params"
)
contains = search.text_input("Filter", key="filter", placeholder="part of a key", bind="query-params")
place = next((p for p in places if p.name == namespace), places[0])

shown_for, cursor = st.session_state.get("store_page", (None, None))
if shown_for != (place.name, contains):
    cursor = None


def _go_to(position: str | None) -> None:
    st.session_state["store_page"] = ((place.name, contains), position)


if place.protected:
    show_strip(place)
tree, detail = st.columns([1, 1], gap="medium")
with tree:
    try:
        page = stores.keys(workspace, place.name, contains=contains, cursor=cursor)
        streams = stores.streams(workspace, place.name)
    except GatewayError as error:
        show_error(error)
        st.stop()
    refresh.note_read(time.time())
    if page.keys:
        st.caption(f"{counted(len(page.keys), 'key')}. {page.stopped}")
        show_tree(page.keys)
    elif contains:
        show_empty("No key matches", "Clear the filter to see all keys.", icon=":material/search_off:")
    else:
        show_empty("This store is empty", "Send a message on Compare.")
    with st.container(horizontal=True):
        if cursor:
            st.button("First keys", icon=":material/first_page:", on_click=_go_to, args=(None,))
        if page.cursor:
            st.button("More keys", icon=":material/expand_more:", on_click=_go_to, args=(page.cursor,))
        st.button("Read again", icon=":material/refresh:")
        show_keys_commands(place, contains)
    if streams:
        st.markdown("**Streams**")
        show_streams(streams)
with detail:
    key = filled.text_field("Key", "key", placeholder="pick one, or type it whole")
    if not key:
        show_empty("No key chosen", "Pick one in the tree to see it decoded.", icon=":material/data_object:")
    else:
        try:
            show_value(place, stores.value(workspace, place.name, key))
        except GatewayError as error:
            show_error(error)
