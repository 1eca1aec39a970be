"""The commands to copy say what the panel did, and survive a shell whatever the text."""

from __future__ import annotations

import json
import shlex

from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.places import Place, RedisAddress
from dashboard.services import commands

PLACE = Place(
    "prod",
    agent_url="http://127.0.0.1:8000",
    sidecar_url="http://127.0.0.1:3500",
    redis=RedisAddress("127.0.0.1", 6379, 2, password="s3cret"),
)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_a_shell_reads_back_the_very_message(content: str) -> None:
    words = shlex.split(commands.send(PLACE, "user1", content))
    assert "http://127.0.0.1:8000/chat/user1" in words
    assert json.loads(words[words.index("-d") + 1]) == {"role": "user", "content": content}


def test_the_key_is_whole_and_the_password_absent() -> None:
    line = commands.stored_history(PLACE, "user1")
    assert "chat-agent||ChatAgent||user1||history-user1" in shlex.split(line)
    assert "-n 2" in line
    assert "s3cret" not in line
    assert "s3cret" not in repr(PLACE)
