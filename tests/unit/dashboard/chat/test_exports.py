"""A comparison that is taken away says the same, and says what is not in it."""

from __future__ import annotations

import csv
import io
import json
import re

from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.chat.alignment import align
from dashboard.model.chat.messages import Turn
from dashboard.model.core.failure import Failure
from dashboard.services.chat import exports
from dashboard.services.chat.exports import Compared

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def compared(prod: list[str], dev: list[str], **missing: object) -> Compared:
    histories = {
        name: [
            Turn(number=number, user=text, answer=f"answer to {text}") for number, text in enumerate(texts, 1)
        ]
        for name, texts in (("prod", prod), ("dev", dev))
    }
    return Compared("user1", align(histories), **missing)  # type: ignore[arg-type]


def test_json_has_every_row_and_what_is_missing() -> None:
    down = {"test": Failure("unreachable", "it is down")}
    found = json.loads(exports.as_json(compared(["a", "b"], ["a"], failures=down, older=frozenset({"dev"}))))
    assert found["counts"] == {"same": 1, "differs": 0, "only": 1, "unread": 0, "unknown": 0}
    assert [row["cells"]["prod"]["user"] for row in found["rows"]] == ["a", "b"]
    assert (found["older_turns"], found["failures"]["test"]["what"]) == (["dev"], "it is down")


def test_markdown_says_what_is_not_in_it() -> None:
    down = {"test": Failure("unreachable", "it is down")}
    text = exports.as_markdown(compared(["a"], ["a"], failures=down, older=frozenset({"dev"})))
    assert "Turns: 1 same\n" in text
    assert "- test gave no answer: `it is down`" in text
    assert "- dev has older turns that are not in this table" in text


@given(st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=3))
def test_no_text_breaks_the_table(prod: list[str], dev: list[str]) -> None:
    text = exports.as_markdown(compared(prod, dev))
    table = [line for line in text.split("\n") if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {4}
    assert all(line.count("`") % 2 == 0 for line in table)


@given(st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=3))
def test_csv_reads_back_and_no_cell_is_a_formula(prod: list[str], dev: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(exports.as_csv(compared(prod, dev)), newline="")))[1:]
    said = [row[4].removeprefix("'") for row in rows if row[1] == "prod"]
    assert said == [text.removeprefix("'") for text in prod]
    assert not [cell for row in rows for cell in row[4:] if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
