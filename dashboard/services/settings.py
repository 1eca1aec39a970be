"""Settings by environment, shared by the pages and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dashboard.model.names import APP_ID

ClusterKind = Literal["local", "static", "kubernetes"]


def default_data() -> Path:
    """Where the local stack keeps its data unless told otherwise."""
    return Path.home() / ".local" / "state" / "daca-ops"


class Settings(BaseSettings):
    """Each field is read from `DACA_` and its name, as in `DACA_READ_ONLY=true`."""

    model_config = SettingsConfigDict(env_prefix="DACA_", frozen=True)

    cluster: ClusterKind = "local"
    data: Path = Field(default_factory=default_data)
    static_file: Path = Path("daca.toml")
    context: str | None = None
    namespaces: tuple[str, ...] = ()
    app_id: str = APP_ID
    read_only: bool = False
    protected: tuple[str, ...] = ()
    deadline: float = Field(default=8.0, gt=0, le=120, description="seconds one call to a namespace may take")
