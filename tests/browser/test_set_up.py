"""A machine without Chromium, where none can be installed, is told so in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from local.programs import PROJECT


def test_what_cannot_be_got_is_asked_for(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": str(tmp_path),  # neither Chromium nor apt-get
        "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path),
        "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.browser.set_up"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith(
        "Chromium is needed: sudo apt-get install chromium fonts-noto-core libatomic1\n"
    )
    assert "127.0.0.1:9" in ran.stderr
    assert "Traceback" not in ran.stderr
