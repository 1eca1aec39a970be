"""Figures as JSON, with the machine that they were taken on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Ours over a reference of the same run; `limit` is what it is to be at most, or at least."""

    what: str
    ours: float
    reference: float
    unit: str
    limit: float
    at_most: bool = False

    @property
    def value(self) -> float:
        return self.ours / self.reference

    @property
    def kept(self) -> bool:
        """Whether it is within its limit."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    @property
    def words(self) -> str:
        """ "turn p50 over its floor: 3.60 / 2.60 ms = 1.38 (at most 1)"."""
        figures = f"{self.ours:.4g} / {self.reference:.4g} {self.unit} = {self.value:.2f}"
        return f"{self.what}: {figures} ({self.wanted})"

    @property
    def wanted(self) -> str:
        return f"at {'most' if self.at_most else 'least'} {self.limit:g}"


def within(what: str, measured: float, most: float, unit: str) -> Ratio:
    """A figure that has no reference but the most that it may be."""
    told = f"{what}, over {most:g} {unit}".strip()
    return Ratio(what=told, ours=measured, reference=most, unit=unit, limit=1.0, at_most=True)


def report(name: str, ratios: Sequence[Ratio]) -> int:
    """Print the ratios and keep them; how many are outside their limits."""
    for ratio in ratios:
        print(ratio.words)
    write(name, ratios)
    return sum(not ratio.kept for ratio in ratios)


def write(name: str, figures: Sequence[Any], file: Path | None = None) -> None:
    """Keep dataclasses of one bench, in `file` or in a file of its name, and print where."""
    file = file or FOLDER / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    document = {"machine": machine, "figures": [asdict(found) for found in figures]}
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(f"written to {file}")
