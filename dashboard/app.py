"""The frame of every page: the table of contents, and what the pages share."""

from __future__ import annotations

import streamlit as st

from dashboard.components import frame

st.set_page_config(page_title="daca-ops", page_icon=":material/compare_arrows:", layout="wide")

page = st.navigation(
    [
        st.Page("views/compare.py", title="Compare", icon=":material/compare_arrows:", default=True),
        st.Page("views/overview.py", title="Overview", icon=":material/grid_view:"),
        st.Page("views/store.py", title="Store", icon=":material/database:"),
        st.Page("views/activity.py", title="Activity", icon=":material/timeline:"),
    ]
)
frame.show_sidebar()
page.run()
