"""What a link asked for and the page does not show: said, and nothing is written before the reader chose.

Streamlit drops what a bound multiselect cannot hold, and shows its default where nothing is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import streamlit as st

_LEFT_OUT, _ACCEPTED = "ns-left-out", "ns-accepted"


def asked() -> tuple[str, ...]:
    """The namespaces of the address."""
    return tuple(st.query_params.get_all("ns"))


def note(linked: Sequence[str], there: Collection[str], shown: Collection[str] | None) -> None:
    """Keep what of `linked` is not there; and what is not `shown`, where the address has just been read."""
    _keep(name for name in linked if name not in there or (shown is not None and name not in shown))


def note_one(parameter: str, offered: Collection[str]) -> None:
    """Before the control of that key is drawn: keep what a link names there and it does not offer."""
    linked = st.query_params.get(parameter)
    if linked and linked not in offered and parameter not in st.session_state:
        _keep([linked])


def _keep(names: Iterable[str]) -> None:
    new = [name for name in names if name not in st.session_state.get(_ACCEPTED, ())]
    if new:
        st.session_state[_LEFT_OUT] = tuple(dict.fromkeys((*left_out(), *new)))


def accept() -> None:
    """What is chosen now is meant, whatever the address said."""
    named = {*asked(), *left_out()}
    st.session_state[_ACCEPTED] = st.session_state.get(_ACCEPTED, frozenset()) | named
    st.session_state.pop(_LEFT_OUT, None)


def left_out() -> tuple[str, ...]:
    """What the reader was asked for and does not see; nothing may be written while there is some."""
    return tuple(st.session_state.get(_LEFT_OUT, ()))


def show_left_out(there: Collection[str], shown: Sequence[str]) -> None:
    """Name it, with the way on."""
    names = left_out()
    if not names:
        return
    missing = [name for name in names if name not in there]
    more = [name for name in names if name in there]
    with st.container(border=True, gap="xsmall"):
        st.markdown(":orange[:material/link_off:] **The address asks for other namespaces**")
        if missing:
            kind = "namespace" if len(missing) == 1 else "namespaces"
            st.text(f"There is no {kind} {' and '.join(missing)} in this cluster.")
        if more:
            st.text(f"Not among those chosen in the sidebar: {', '.join(more)}.")
        said = " and ".join(shown) or "no namespace"
        st.text(f"Shown: {said}. Nothing can be written until you choose.")
        st.button(f"Go on with {said}", key="ns-go-on", on_click=accept)
