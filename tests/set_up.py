"""Sees that this machine has what the tests run besides the stack, and gets what it lacks.

Root gets all of it by apt-get, Chromium with its libraries and fonts; anyone else gets the Chromium that
Playwright downloads. What neither gives is asked for in one sentence with its command. `make test` runs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from tests.browser.chromium import PACKAGES, NoChromiumError, launch

# The commands that pages and the doctor print are run as they are printed: program and Debian's package.
PROGRAMS = {"curl": "curl", "redis-cli": "redis-tools"}
PLAYWRIGHT = (sys.executable, "-m", "playwright")


def main() -> None:
    """Exits with the sentence where something is still missing."""
    told = []
    wanted, _ = _missing()
    if wanted and _may_install():
        _say(f"==> {', '.join(wanted)} by apt-get, for the tests")
        told += _tried(["apt-get", "update", "-qq"])
        told += _tried(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted])
        wanted, _ = _missing()
    if set(PACKAGES) & set(wanted):
        _say("==> Chromium by Playwright, for the browser's tests")
        libraries = ["--with-deps"] if _may_install() else []
        told += _tried([*PLAYWRIGHT, "install", "--no-shell", *libraries, "chromium"])
    wanted, faults = _missing()
    if wanted:
        sentence = f"The tests lack what root installs: sudo apt-get install {' '.join(wanted)}"
        sys.exit("\n  ".join([sentence, *faults, *told]))


def _missing() -> tuple[list[str], list[str]]:
    """Debian's packages of what is missing, and what is wrong with the Chromium that is there."""
    packages = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    faults = _without_chromium()
    return packages + (list(PACKAGES) if faults else []), faults


def _without_chromium() -> list[str]:
    """Why none starts; nothing where one does."""
    driver = _tried([*PLAYWRIGHT, "--version"])
    if driver:
        return driver
    with sync_playwright() as playwright:
        try:
            launch(playwright).close()
        except NoChromiumError as error:
            return [str(error)]
    return []


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
