"""What a link asked for and the page does not show: said, and nothing is written before the reader chose.

Streamlit drops what a bound multiselect cannot hold, and shows its default where nothing is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import streamlit as st

_LEFT_OUT, _ACCEPTED = "ns-left-out", "ns-accepted"


def note(linked: Sequence[str], there: Collection[str], shown: Collection[str] | None) -> None:
    """Keep what of `linked` is not there; and what is not `shown`, where the address has just been read."""
    _keep(name for name in linked if name not in there or (shown is not None and name not in shown))


def note_one(linked: str, offered: Collection[str]) -> None:
    """Keep the one namespace that an address names, where it is not offered."""
    _keep([linked] if linked and linked not in offered else [])


def _keep(names: Iterable[str]) -> None:
    new = [name for name in names if name not in st.session_state.get(_ACCEPTED, ())]
    if new:
        st.session_state[_LEFT_OUT] = tuple(dict.fromkeys((*left_out(), *new)))


def accept(named: Iterable[str] = ()) -> None:
    """What is chosen now is meant, whatever the address said, or says: `named`."""
    known: frozenset[str] = st.session_state.get(_ACCEPTED, frozenset())
    st.session_state[_ACCEPTED] = known | {*named, *left_out()}
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
