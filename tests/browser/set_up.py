"""Sees that this machine has a Chromium that starts, and gets one where it has none; `make test` runs it.

Root gets Debian's by apt-get, which brings the libraries and fonts along; anyone else gets the one that
Playwright downloads. What neither gives is asked for in one sentence with its command.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from tests.browser.chromium import PACKAGES, WANTED, NoChromiumError, launch

PLAYWRIGHT = (sys.executable, "-m", "playwright")


def main() -> None:
    """Exits with the sentence where no way leads to a Chromium."""
    told = []
    missing = _missing()
    for get in (_by_apt_get, _by_playwright):
        if missing:
            told += get()
            missing = _missing()
    if missing:
        sys.exit("\n  ".join([missing, *told]))


def _missing() -> str:
    """Why none starts, "" where one does."""
    driver = _tried([*PLAYWRIGHT, "--version"])
    if driver:
        return "\n  ".join([WANTED, *driver])
    with sync_playwright() as playwright:
        try:
            launch(playwright).close()
        except NoChromiumError as error:
            return str(error)
    return ""


def _by_apt_get() -> list[str]:
    if not _may_install():
        return []
    _say(f"==> {', '.join(PACKAGES)} by apt-get, for the browser's tests")
    return _tried(["apt-get", "update", "-qq"]) + _tried(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
    )


def _by_playwright() -> list[str]:
    _say("==> Chromium by Playwright, for the browser's tests")
    libraries = ["--with-deps"] if _may_install() else []
    return _tried([*PLAYWRIGHT, "install", "--no-shell", *libraries, "chromium"])


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _tried(command: list[str]) -> list[str]:
    """Nothing where the command succeeded, else it and the line that names its error."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode == 0:
        return []
    lines = [line.strip() for line in (ran.stderr + ran.stdout).splitlines() if line.strip()]
    named = [line for line in lines if line.startswith(("E:", "Error:"))]
    return [f"{' '.join(command)}: {(named or lines[-1:] or ['failed'])[0]}"]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
