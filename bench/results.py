"""Figures as JSON, with the machine that they were taken on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def write(name: str, figures: Sequence[Any], file: Path | None = None) -> None:
    """Keep dataclasses of one bench, in `file` or in a file of its name, and print where."""
    file = file or FOLDER / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    document = {"machine": machine, "figures": [asdict(found) for found in figures]}
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(f"written to {file}")
