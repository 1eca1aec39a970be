"""Signing in through an OpenID provider, where `[auth]` in secrets.toml names one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard.components.frame import STATIC
from dashboard.components.provider import get_person
from dashboard.model.people import Role

_ROLES: dict[Role, str] = {
    "viewer": ":material/visibility: viewer",
    "operator": ":material/edit: operator",
}


def show_sign_in() -> None:
    """All that somebody sees who has to sign in first."""
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
        if st.query_params:
            st.text("Then open your link again: the provider leads back to the first page.")


def _providers() -> list[str | None]:
    """The named providers; None for one that stands in `[auth]` itself."""
    section = st.secrets["auth"]
    named = [name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value]
    return ([None] if "client_id" in section else []) + named


def show_person() -> None:
    """Who is signed in, as what, and the way out; nothing where nobody signs in."""
    person = get_person()
    if person is None or "is_logged_in" not in st.user:
        return
    with st.sidebar.container(horizontal=True, vertical_alignment="center", key="person"):
        st.text(person.who, width="content")
        st.badge(_ROLES[person.role], color="green" if person.role == "operator" else "gray")
        st.button("Sign out", icon=":material/logout:", on_click=st.logout)
