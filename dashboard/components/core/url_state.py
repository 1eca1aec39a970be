"""A field that the page fills in as well as the reader, and whose value is in the address: what was picked.

Streamlit's timed fragments send the state of every widget of the page. One that was under way as code set
the value of a bound widget sets it back, for good where it meets an `st.rerun`. So the value is kept in the
session, and the field is a new one whenever the page fills it in: nothing of the old one is listened to.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

LATE_SECONDS = 3  # a browser that was told a value may send what its address said before
DIGITS = 16  # fewer than these a browser counts exactly


@dataclass(frozen=True)
class _Held:
    value: str
    edition: int  # of the field
    at: float  # of the monotonic clock
    before: frozenset[str]  # what the address said of late

    @property
    def addresses(self) -> frozenset[str]:
        """What the browser's address may say."""
        late = time.monotonic() - self.at < LATE_SECONDS
        return self.before | {self.value} if late else frozenset({self.value})


def value(name: str) -> str:
    """What the parameter `name` is; an address that comes from elsewhere, as a link or "back", wins."""
    return _held(name).value


def fill(name: str, text: str) -> None:
    """Give it a value, as a button or a picked row does."""
    _hold(name, text, _held(name).edition + 1)


def text_field(label: str, name: str, *, placeholder: str) -> str:
    """Draw it as a text; its value."""
    text = value(name)
    key = _key(name, text)
    st.text_input(label, key=key, placeholder=placeholder, on_change=_typed, args=(name, key))
    _tell(name, text)
    return text


def number_field(label: str, name: str, *, placeholder: str, width: int) -> int | None:
    """Draw it as a number from 1 on; None where it is empty, or the address has no such number."""
    text = value(name)
    number = (int(text) or None) if text.isdecimal() and len(text) < DIGITS else None
    key = _key(name, number)
    st.number_input(
        label,
        1,
        value=None,
        key=key,
        placeholder=placeholder,
        width=width,
        on_change=_typed,
        args=(name, key),
    )
    _tell(name, str(number or ""))
    return number


def _held(name: str) -> _Held:
    address = st.query_params.get(name, "")
    held: _Held | None = st.session_state.get(f"url-{name}")
    if held and address in held.addresses:
        return held
    linked = _Held(address, held.edition + 1 if held else 0, 0.0, frozenset())
    st.session_state[f"url-{name}"] = linked
    return linked


def _hold(name: str, text: str, edition: int) -> None:
    st.session_state[f"url-{name}"] = _Held(text, edition, time.monotonic(), _held(name).addresses)


def _key(name: str, shown: object) -> str:
    """The field's, which shows the value from its first drawing on."""
    key = f"{name}-{_held(name).edition}"
    if key not in st.session_state:
        st.session_state[key] = shown
    return key


def _typed(name: str, key: str) -> None:
    typed = st.session_state[key]
    _hold(name, "" if typed is None else str(typed).strip(), _held(name).edition)


def _tell(name: str, text: str) -> None:
    """The browser, where its address says something else."""
    if text != st.query_params.get(name, ""):
        if text:
            st.query_params[name] = text
        else:
            del st.query_params[name]
