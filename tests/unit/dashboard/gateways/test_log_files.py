"""The end of a file, however long it is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.gateways import log_files
from dashboard.gateways.log_files import newest_lines


@given(
    older=st.lists(st.text(alphabet="ab\r é", max_size=9)),
    newer=st.lists(st.text("xy", max_size=5)),
    count=st.integers(0, 12),
)
def test_it_is_the_end_of_both_files(
    older: list[str], newer: list[str], count: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    paths = (folder / "a.old", folder / "a")
    for path, lines in zip(paths, (older, newer), strict=True):
        path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_files, "BLOCK_BYTES", 7)
        found = newest_lines(paths, count)
    whole = [*older, *newer]
    assert found == (whole[-count:] if count else [], len(whole) > count)


def test_a_line_that_has_not_ended_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("whole\nhal")
    assert newest_lines((tmp_path / "none", tmp_path / "a"), 5) == (["whole"], False)


def test_a_huge_file_is_read_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(20 << 30)  # sparse: nobody could read it whole in time
        file.seek(0, 2)
        file.write(b"\n" + b"".join(b"line %d\n" % n for n in range(5000)))
    began = time.monotonic()
    assert newest_lines((path,), 2000) == ([f"line {n}" for n in range(3000, 5000)], True)
    found, older = newest_lines((path,), 1_000_000)
    assert (len(found), older) == (5000, True)
    assert time.monotonic() - began < 2
