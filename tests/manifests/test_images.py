"""The Dockerfiles, by what they say; the cluster tier builds and runs them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("Dockerfile.agent", "Dockerfile.dashboard")


def instructions(name: str) -> list[tuple[str, str]]:
    """(instruction, argument), continued lines joined."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


@pytest.mark.parametrize("name", FILES)
def test_one_base_is_pulled_and_the_packages_are_pinned(name: str) -> None:
    found = instructions(name)
    assert {rest.split()[0] for word, rest in found if word == "FROM"} == {"${PYTHON}"}
    assert "ADD" not in dict(found)
    (installed,) = [rest for word, rest in found if word == "RUN"]
    assert {"--require-hashes", "--only-binary"} <= set(installed.split())


@pytest.mark.parametrize("name", FILES)
def test_the_result_is_not_root_and_has_no_build_step(name: str) -> None:
    found = instructions(name)
    last = found[[word for word, _ in found].index("FROM", 1 + [word for word, _ in found].index("FROM")) :]
    words = dict(last)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", words["USER"])
    assert {"LABEL", "HEALTHCHECK", "ENTRYPOINT", "EXPOSE"} <= words.keys()
    assert "RUN" not in words


@pytest.mark.parametrize("name", FILES)
def test_what_is_copied_is_there_and_not_ignored(name: str) -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for source in (rest.split()[0] for word, rest in instructions(name) if word == "COPY"):
        if not source.startswith("--from"):
            assert (ROOT / source).exists()
            assert source in kept
