"""The data folder: `namespaces/{name}/` with Redis data, resources and password; `logs/`; the state file."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """Paths below one data folder. Secrets are readable by their owner alone."""

    data: Path

    @property
    def state(self) -> Path:
        return self.data / "stack.json"

    @property
    def lock(self) -> Path:
        return self.data / "stack.lock"

    def log(self, process: str) -> Path:
        return self.data / "logs" / f"{process}.log"

    def namespace(self, name: str) -> Path:
        return self.data / "namespaces" / name

    def redis(self, name: str) -> Path:
        return self.namespace(name) / "redis"

    def resources(self, name: str) -> Path:
        return self.namespace(name) / "resources"

    def password_file(self, name: str) -> Path:
        return self.namespace(name) / "redis-password"

    def prepare(self, names: tuple[str, ...]) -> None:
        """Make every folder, and a password for each namespace that has none."""
        self.data.mkdir(parents=True, exist_ok=True)
        (self.data / "logs").mkdir(exist_ok=True)
        for name in names:
            self.redis(name).mkdir(parents=True, exist_ok=True)
            self.resources(name).mkdir(parents=True, exist_ok=True)
            if not self.password_file(name).exists():
                write_secret(self.password_file(name), secrets.token_urlsafe(24))

    def password(self, name: str) -> str:
        return self.password_file(name).read_text()


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, from its first byte on."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
