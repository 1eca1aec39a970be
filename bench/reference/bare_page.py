"""The least that a page of Streamlit can be: a heading, an input, and a sentence that is drawn every 5 s."""

from __future__ import annotations

import time

import streamlit as st


@st.fragment(run_every=5)
def told() -> None:
    st.text(f"It is {time.time():.0f}")


def other() -> None:
    st.subheader("Other")


def first() -> None:
    st.subheader("Compare")
    st.chat_input("Write to nobody")
    told()


st.set_page_config(layout="wide")
st.navigation([st.Page(first, title="Compare"), st.Page(other, title="Other")]).run()
