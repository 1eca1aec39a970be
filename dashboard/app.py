"""The frame of every page: the table of contents, and what the pages share."""

from __future__ import annotations

import streamlit as st

from dashboard.components.access import sign_in
from dashboard.components.access.listening import refuse_unasked
from dashboard.components.access.session import get_person
from dashboard.components.core import frame
from dashboard.components.doctor.title import doctor_title

# A file of ours: the browser would fetch a ":material/" icon of a page's tab from its maker's server.
st.set_page_config(page_title="daca-ops", page_icon=frame.STATIC / "icon.svg", layout="wide")

refuse_unasked()
known = get_person() is not None
page = st.navigation(
    [
        st.Page("views/chat/compare.py", title="Compare", icon=":material/compare_arrows:", default=True),
        st.Page("views/health/overview.py", title="Overview", icon=":material/grid_view:"),
        st.Page("views/actors/actor.py", title="Actor", icon=":material/fact_check:"),
        st.Page("views/stores/store.py", title="Store", icon=":material/database:"),
        st.Page("views/topics/events.py", title="Events", icon=":material/sensors:"),
        st.Page(
            "views/doctor/doctor.py",
            title=doctor_title() if known else "Doctor",
            icon=":material/stethoscope:",
        ),
        st.Page("views/isolation/isolation.py", title="Isolation", icon=":material/verified_user:"),
        st.Page("views/logs/logs.py", title="Logs", icon=":material/notes:"),
        st.Page("views/access/activity.py", title="Activity", icon=":material/timeline:"),
    ],
    position="sidebar" if known else "hidden",
)
if known:
    frame.show_sidebar(drawn_too=doctor_title)
    sign_in.show_person()
    page.run()
else:
    sign_in.show_sign_in(from_link=bool(page.url_path or st.query_params))
