"""Signing in through an OpenID provider, where `[auth]` in secrets.toml names one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard.components.access.session import get_person
from dashboard.components.core.frame import STATIC
from dashboard.model.access.person import Role

# The provider leads back to the first page; the tab itself remembers what was wanted. Both are constants.
_KEEP = "<script>sessionStorage.setItem('daca-ops-link', location.href)</script>"
_FOLLOW = """<script>
const link = sessionStorage.getItem('daca-ops-link');
sessionStorage.removeItem('daca-ops-link');
if (link && link !== location.href) location.replace(link);
</script>"""
_ROLES: dict[Role, str] = {
    "viewer": ":material/visibility: viewer",
    "operator": ":material/edit: operator",
}


def show_sign_in(*, from_link: bool) -> None:
    """All that somebody sees who has to sign in first, `from_link` where they wanted another page."""
    known = bool(st.user.get("is_logged_in"))
    with st.container(horizontal_alignment="center"), st.container(border=True, width=420):
        st.image(STATIC / "logo.svg", width=148, alt="daca-ops")
        st.text("Your sign-in is over." if known else "Sign in to see the namespaces.")
        for name in _providers():
            label = "Sign in again" if known else "Sign in"
            st.button(
                f"{label} with {name}" if name else label,
                icon=":material/login:",
                key=f"sign-in-{name}",
                on_click=partial(st.login, name),
            )
    if from_link:
        st.html(_KEEP, unsafe_allow_javascript=True)


def _providers() -> list[str | None]:
    """The named providers; None for one that stands in `[auth]` itself."""
    section = st.secrets["auth"]
    named = [name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value]
    return ([None] if "client_id" in section else []) + named


def show_person() -> None:
    """Who is signed in, as what, and the way out; on to the link that led to signing in, where one did.

    Nothing where nobody signs in.
    """
    person = get_person()
    if person is None or "is_logged_in" not in st.user:
        return
    st.sidebar.html(_FOLLOW, unsafe_allow_javascript=True)
    with st.sidebar.container(horizontal=True, vertical_alignment="center", key="person"):
        st.text(person.who, width="content")
        st.badge(_ROLES[person.role], color="green" if person.role == "operator" else "gray")
        st.button("Sign out", icon=":material/logout:", on_click=st.logout)
