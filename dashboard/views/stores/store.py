"""What a namespace's Redis holds: keys as a tree, one key decoded, streams."""

from __future__ import annotations

import time
from functools import partial

import streamlit as st

from dashboard.components.access.write_lock import show_strip
from dashboard.components.core import refresh, url_state
from dashboard.components.core.failure import show_empty, show_error, show_failure
from dashboard.components.core.frame import chosen_endpoints
from dashboard.components.core.paging import CursorPaging
from dashboard.components.core.provider import get_workspace
from dashboard.components.stores.keys import show_keys_commands, show_streams, show_tree, show_value
from dashboard.model.core.errors import GatewayError
from dashboard.model.core.plural import counted
from dashboard.services.core.fan_out import attempt
from dashboard.services.stores import keys as stores

endpoints = chosen_endpoints(one_in="store_ns")
workspace = get_workspace()
st.subheader("Store", anchor=False)
picker, search = st.columns([1, 2])
names = [endpoint.name for endpoint in endpoints]
namespace = picker.segmented_control(
    "Namespace", names, default=names[0], key="store_ns", required=True, bind="query-params"
)
contains = search.text_input("Filter", key="filter", placeholder="part of a key", bind="query-params")
endpoint = next((p for p in endpoints if p.name == namespace), endpoints[0])

paging = CursorPaging[str]("store_page", (endpoint.name, contains))

if endpoint.protected:
    show_strip(endpoint)
tree, detail = st.columns([1, 1], gap="medium")
with tree:
    # Who may not list keys, or streams, may read the rest.
    page, unlisted = attempt(
        lambda: stores.keys(workspace, endpoint.name, contains=contains, cursor=paging.cursor)
    )
    streams, unread = attempt(lambda: stores.streams(workspace, endpoint.name))
    for failure in dict.fromkeys(filter(None, (unlisted, unread))):
        show_failure(failure)
    if page:
        refresh.note_read(time.time())
    if page is None:
        show_empty("Keys not listed", "Type a whole key to see it.", icon=":material/visibility_off:")
    elif page.keys:
        st.caption(f"{counted(len(page.keys), 'key')}. {page.stopped}")
        show_tree(page.keys, on_pick=partial(url_state.fill, "key"))
    elif contains:
        show_empty("No key matches", "Clear the filter to see all keys.", icon=":material/search_off:")
    else:
        show_empty("This store is empty", "Send a message on Compare.")
    with st.container(horizontal=True):
        paging.show_buttons(
            page.cursor if page else None, first="First keys", more="More keys", icon=":material/expand_more:"
        )
        st.button("Read again", icon=":material/refresh:")
        show_keys_commands(endpoint, contains)
    if streams:
        st.markdown("**Streams**")
        show_streams(streams)
with detail:
    key = url_state.text_field("Key", "key", placeholder="pick one, or type it whole")
    if not key:
        show_empty("No key chosen", "Pick one in the tree to see it decoded.", icon=":material/data_object:")
    else:
        try:
            show_value(endpoint, stores.value(workspace, endpoint.name, key))
        except GatewayError as error:
            show_error(error)
