"""A long list a page at a time, by cursor. Not in the URL: a cursor does not outlive its list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

C = TypeVar("C")


@dataclass(frozen=True)
class CursorPaging(Generic[C]):
    """The page of one list; `view` is what is listed: another one begins anew."""

    key: str
    view: object

    @property
    def cursor(self) -> C | None:
        """Where the page begins; None for the first one."""
        view, cursor = st.session_state.get(self.key, (None, None))
        return cursor if view == self.view else None

    def go_to(self, cursor: C | None) -> None:
        """Show another page from the next drawing on."""
        st.session_state[self.key] = (self.view, cursor)

    def show_buttons(
        self, following: C | None, *, first: str, more: str, icon: str = ":material/history:"
    ) -> None:
        """Back to the first page, and on to the one at `following`, where there are such."""
        if self.cursor:
            st.button(first, icon=":material/first_page:", on_click=self.go_to, args=(None,))
        if following:
            st.button(more, icon=icon, on_click=self.go_to, args=(following,))
