"""YAML as kubectl reads it, and the text of a file that holds it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's where it is there: ten times as fast
MOST_BYTES = 8 << 20
_CONFLICT = re.compile(r"^(<{7}|>{7}|={7}$)", re.MULTILINE)


class KubectlLoader(_SAFE):  # type: ignore[misc]
    """YAML by go-yaml's ways: dates, `=` and 12:30 are texts."""

    def construct_number(self, node: yaml.ScalarNode) -> Any:
        if ":" in node.value:
            return node.value
        return self.construct_yaml_int(node) if node.tag.endswith(":int") else self.construct_yaml_float(node)


for _tag in ("timestamp", "value"):
    KubectlLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _SAFE.construct_yaml_str)
for _tag in ("int", "float"):
    KubectlLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", KubectlLoader.construct_number)


class UnreadableError(Exception):
    """A file that says nothing; the text says why."""


def text_of(path: Path) -> str:
    """Raises `UnreadableError`."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"It cannot be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        raise UnreadableError(f"It is longer than {MOST_BYTES >> 20} MiB.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("It is UTF-16; kubectl takes UTF-8 alone.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"It is not UTF-8: byte {error.start + 1} is none of it.") from error
    conflict = _CONFLICT.search(text) if "<<<<<<<" in text else None
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise UnreadableError(f"It holds the marks of a merge conflict, at line {line}.")
    return text
