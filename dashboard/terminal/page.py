"""The command that serves the page on any cluster: `dashboard`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from dashboard.services.core.settings import Settings
from dashboard.terminal.core import output
from dashboard.terminal.core.options import ClusterOptions, with_cluster_options

PROJECT = Path(__file__).parents[2]
LOOPBACK = "127.0.0.1"


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(with_cluster_options(dashboard))


def dashboard(
    where: ClusterOptions,
    address: Annotated[
        str, typer.Option(help="what to listen on; whoever reaches it uses this machine's kubeconfig")
    ] = LOOPBACK,
    port: Annotated[int, typer.Option(min=1, max=65535, help="where the page is")] = 8501,
) -> None:
    """Serve the page until Ctrl-C, to this machine alone unless another address is named."""
    settings = where.settings
    if address != LOOPBACK and settings.anonymous == "operator":
        words = "may write as an operator, unless signing in is set up. DACA_ANONYMOUS=viewer lets them look."
        output.say(f"Whoever reaches {address} {words}", err=True)
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
    command += ["--server.address", address, "--server.port", str(port)]
    environment = _environment(settings)
    os.chdir(PROJECT)  # Streamlit reads its settings there
    os.execve(command[0], command, environment)  # in place of this process: what ends one ends the page


def _environment(settings: Settings) -> dict[str, str]:
    """What tells the page the same settings, from the folder that holds it."""
    said = {
        "DACA_CLUSTER": settings.cluster,
        "DACA_DATA": str(settings.data.absolute()),
        "DACA_STATIC_FILE": str(settings.static_file.absolute()),
    }
    if settings.context:
        said["DACA_CONTEXT"] = settings.context
    if settings.redis_ca and settings.redis_ca != Path():
        said["DACA_REDIS_CA"] = str(settings.redis_ca.absolute())
    files = [name for name in os.environ.get("KUBECONFIG", "").split(os.pathsep) if name]
    if files:
        said["KUBECONFIG"] = os.pathsep.join(str(Path(name).expanduser().absolute()) for name in files)
    return {**os.environ, **said}
