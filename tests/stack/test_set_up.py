"""What a machine lacks for the tests, and cannot be installed, is told in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from local.programs import PROJECT

SENTENCE = (
    "The tests lack what root installs: "
    "sudo apt-get install curl redis-tools chromium fonts-noto-core libatomic1\n"
)


def test_what_cannot_be_got_is_asked_for(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": str(tmp_path),  # none of the programs, nor apt-get
        "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path),
        "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.set_up"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith(SENTENCE)
    assert "127.0.0.1:9" in ran.stderr
    assert "Traceback" not in ran.stderr
