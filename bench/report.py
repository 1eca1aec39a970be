"""The newest figures of all benches as a page with a picture: `docs/performance.md`.

A bar is how much of its limit a figure uses: up to 1 is within, whether it is to be at most or at least that.
Run after the benches: `python -m bench.report`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from bench.results import FOLDER, Ratio

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURE = DOCS / "performance.md", DOCS / "pictures" / "performance.svg"
WITHIN, OUTSIDE = "#0b6e6e", "#b3541e"


def main() -> int:
    """Write both; 1 where no bench has left figures."""
    read = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))}
    if not read:
        print("no figures: run make bench first")
        return 1
    figures = {name: list(_ratios(document["figures"])) for name, document in read.items()}
    found = {name: ratios for name, ratios in figures.items() if ratios}
    PAGE.write_text("\n".join(_lines(found, next(iter(read.values()))["machine"])) + "\n", encoding="utf-8")
    _picture(found).save(PICTURE)
    print(f"written to {PAGE} and {PICTURE}")
    return 0


def _ratios(figures: Sequence[Mapping[str, Any]]) -> Iterator[Ratio]:
    """Those of a bench; one that keeps other figures has none."""
    for figure in figures:
        if figure.keys() >= {"what", "limit"}:
            yield Ratio(**figure)


def _lines(found: Mapping[str, Sequence[Ratio]], machine: Mapping[str, Any]) -> Iterator[str]:
    yield "# What it costs"
    yield ""
    yield "Each figure is taken in one run beside its reference, on one machine: " + (
        f"{machine['cores']} cores, {machine['machine']}, Python {machine['python']}. "
        "`make bench` takes them anew and writes this page."
    )
    yield ""
    yield "![How much of its limit each figure uses](pictures/performance.svg)"
    for name, ratios in found.items():
        yield ""
        yield f"## `python -m bench.{name}`"
        yield ""
        yield "| what | ours | reference | ratio | to be | |"
        yield "| --- | ---: | ---: | ---: | --- | --- |"
        for each in ratios:
            word = "within" if each.kept else "**outside**"
            figures = f"{each.ours:.4g} {each.unit} | {each.reference:.4g} {each.unit} | {each.value:.2f}"
            yield f"| {each.what} | {figures} | {each.wanted} | {word} |"


def _picture(found: Mapping[str, Sequence[Ratio]]) -> alt.Chart:
    """A bar for each figure."""
    rows = [
        {
            "what": each.what,
            "used": each.value / each.limit if each.at_most else each.limit / each.value,
            "colour": WITHIN if each.kept else OUTSIDE,
        }
        for ratios in found.values()
        for each in ratios
    ]
    used = alt.X("used:Q", title="of its limit (1 is the limit)", scale=alt.Scale(domain=[0, 3], clamp=True))
    what = alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=420))
    colour = alt.Color("colour:N", scale=None)
    bars: alt.Chart = alt.Chart(pd.DataFrame(rows), width=420).mark_bar()
    return bars.encode(x=used, y=what, color=colour)


if __name__ == "__main__":
    sys.exit(main())
