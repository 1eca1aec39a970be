"""The end of a file of lines, however long the file is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

BLOCK_BYTES = 64 << 10
MOST_BYTES = 8 << 20


def newest_lines(paths: Sequence[Path], count: int) -> tuple[list[str], bool]:
    """The newest `count` lines of files that follow one another, and whether there are older ones.

    No more than the last 8 MiB of each file is read. A line that has not ended yet is left out, and so is a
    file that is not there.
    """
    found, older = list[str](), False
    for path in reversed(paths):
        if not older and path.exists():
            lines, older = _end_of(path, count - len(found))
            found = lines + found
    return found, older


def _end_of(path: Path, count: int) -> tuple[list[str], bool]:
    blocks: list[bytes] = []
    with path.open("rb") as file:
        start = end = file.seek(0, os.SEEK_END)
        ends = 0
        while start > 0 and ends <= count and end - start < MOST_BYTES:
            size = min(BLOCK_BYTES, start)
            start = file.seek(start - size)
            blocks.append(file.read(size))
            ends += blocks[-1].count(b"\n")
    first, *others = b"".join(reversed(blocks)).split(b"\n")
    whole = [first, *others][:-1] if start == 0 else others[:-1]
    newest = whole[max(0, len(whole) - count) :]
    return [line.decode(errors="replace") for line in newest], start > 0 or len(whole) > count
