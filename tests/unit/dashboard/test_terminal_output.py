"""What a script reads is whole."""

from __future__ import annotations

import pytest

from dashboard.terminal import output


def test_a_cell_is_never_cut_or_folded_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    long = "a word and another, " * 40
    output.table(("one", "two"), [(long, "[bold]no markup[/bold]")])
    _, line = capsys.readouterr().out.splitlines()
    assert line.split("  ")[0].strip() == long.strip()
    assert "[bold]no markup[/bold]" in line
