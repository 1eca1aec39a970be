"""What a command prints of an actor's text steers no terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.terminal.core import output


@given(st.text())
def test_no_control_character_reaches_the_terminal(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("typer.echo", lambda words, **_: said.append(words))
        output.say(text)
    (words,) = said
    assert not [char for char in words if ord(char) < 32 and char not in "\n\t" or 127 <= ord(char) < 160]


def test_a_cell_shows_its_escape_sequence(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("text",), [("\x1b[2J gone?",)])
    assert "\\x1b[2J gone?" in capsys.readouterr().out


def test_json_is_strict_and_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    odd = {"inf": float("inf"), "bytes": b"\xff", "half": "\ud800", "control": "\x9b", 1: (float("nan"),)}
    for write in (output.as_json, output.as_json_line):
        write(odd)
        said = capsys.readouterr().out
        assert "\x9b" not in said
        assert json.loads(said, parse_constant=pytest.fail) == {
            "inf": "Infinity",
            "bytes": "\\xff",
            "half": "\\ud800",
            "control": "\x9b",
            "1": ["NaN"],
        }


@given(st.text(st.characters()))
def test_any_text_can_be_printed(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("typer.echo", lambda words, **_: said.append(words))
        output.say(text)
        output.as_json_line(text)
    for words in said:
        words.encode()
