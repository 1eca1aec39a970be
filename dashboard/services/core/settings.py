"""Settings by environment, shared by the pages and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dashboard.model.access.person import Role
from dashboard.model.core.names import APP_ID

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
    anonymous: Role = Field(default="operator", description="who nobody asks to sign in")
    operator_claim: str = Field(default="", pattern=r"^$|^[^=]+=.+$", description="as in groups=operators")
    sign_in_hours: float = Field(default=12.0, gt=0, description="how long a sign-in lasts")
    audit_stdout: bool | None = Field(default=None, description="None: where the cluster is kubernetes")
    way_in: str = Field(default="", description="what leads a shell to where this runs, before the command")
    redis_ca: Path | None = Field(default=None, description="CA certificates (PEM) for Redis by TLS")
    redis_insecure: bool = Field(default=False, description="trust any certificate of a Redis")
    deadline: float = Field(default=8.0, gt=0, le=120, description="seconds one call to a namespace may take")

    @property
    def audit_file(self) -> Path:
        """Where the audit log is."""
        return self.data / "audit.jsonl"

    @property
    def echoes_audit(self) -> bool:
        """Whether the page prints the audit log too, for the cluster to collect."""
        return self.cluster == "kubernetes" if self.audit_stdout is None else self.audit_stdout
