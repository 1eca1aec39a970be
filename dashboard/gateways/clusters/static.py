"""Namespaces from a TOML file, for port-forwards and compose:

[[namespace]]
name = "prod"
protected = true
agent = "http://127.0.0.1:8000"
sidecar = "http://127.0.0.1:3500"
redis = "redis://127.0.0.1:6379/0"
redis_password_file = "prod-password"    # or redis_password_env = "PROD_REDIS"
broker = "redis://127.0.0.1:6380/0"      # where topics are kept apart; broker_password_... likewise
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, get_args
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from dashboard.gateways.clusters.file import FileCluster
from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.errors import NotThere, Rejected
from dashboard.model.core.manifests import EVERY_KIND, Manifests
from dashboard.model.core.names import is_namespace
from dashboard.model.logs.log import Log, LogPart


def _url(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(f"write {schemes[0]}://host:port")
        return value.rstrip("/")

    return AfterValidator(check)


def _name(value: str) -> str:
    if not is_namespace(value):
        raise ValueError("lower-case letters, digits and dashes")
    return value


class _Namespace(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, AfterValidator(_name)]
    protected: bool = False
    agent: Annotated[str, _url("http", "https")] | None = None
    sidecar: Annotated[str, _url("http", "https")] | None = None
    redis: Annotated[str, _url("redis", "rediss")] | None = None
    redis_password_file: Path | None = None
    redis_password_env: str | None = None
    broker: Annotated[str, _url("redis", "rediss")] | None = None
    broker_password_file: Path | None = None
    broker_password_env: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    namespace: list[_Namespace] = []


class StaticCluster(FileCluster):
    """Reads the file where it changed: an edit is seen at once, an error names the field.

    So the endpoints of thousands of namespaces, each asked for by its name, cost one reading.
    """

    kind = "static"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = [path]
        self._marks: list[object] = []
        self._endpoints: tuple[Endpoint, ...] = ()

    def endpoints(self) -> tuple[Endpoint, ...]:
        marks = [_mark(file) for file in self._files]
        if marks != self._marks:
            self._endpoints = tuple(map(self._endpoint, self._read()))
            self._marks = marks  # last: who finds them finds what was read after them
        return self._endpoints

    def _read(self) -> list[_Namespace]:
        """What the file says, and which files to watch from now on."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except OSError as error:
            hint = "Write one as the README shows, or name another with --file."
            raise NotThere(f"{self._path} cannot be read: {error.strerror}.", hint=hint) from error
        try:
            found = _File.model_validate(tomllib.loads(text)).namespace
        except ValidationError as error:
            raise Rejected(f"{self._path}: {_faults(error)}") from error
        except tomllib.TOMLDecodeError as error:
            raise Rejected(f"{self._path} is no TOML: {error}.") from error
        if len({entry.name for entry in found}) < len(found):
            raise Rejected(f"{self._path} names a namespace twice.")
        passwords = dict.fromkeys(e.redis_password_file for e in found if e.redis_password_file)
        self._files = [self._path, *(self._path.parent / file for file in passwords)]
        return found

    def manifests(self, namespaces: Sequence[str]) -> Manifests:
        """A file of addresses declares nothing."""
        return Manifests(unread={EVERY_KIND: "A static cluster tells addresses alone, and no manifests."})

    def logged(self) -> tuple[tuple[str, str], ...]:
        return tuple((endpoint.name, part) for endpoint in self.endpoints() for part in get_args(LogPart))

    def logs(self, namespace: str, part: str, *, since: float | None, lines: int) -> Log:
        """A file of addresses leads to no log."""
        hint = "Read them where the namespace runs, or use --cluster kubernetes or local."
        raise NotThere("A static cluster tells addresses alone, and no logs.", hint=hint)

    def why_down(self, namespace: str) -> str:
        return f"{self._path} names its namespaces."

    def _endpoint(self, entry: _Namespace) -> Endpoint:
        redis = self._redis(entry.name, entry.redis, entry.redis_password_file, entry.redis_password_env)
        broker = self._redis(entry.name, entry.broker, entry.broker_password_file, entry.broker_password_env)
        return Endpoint(
            name=entry.name,
            protected=entry.protected,
            agent_url=entry.agent,
            sidecar_url=entry.sidecar,
            redis=redis,
            publish_url=entry.sidecar,
            broker=broker,
        )

    def _redis(
        self, name: str, url: str | None, file: Path | None, variable: str | None
    ) -> RedisAddress | None:
        if url is None:
            return None
        parts = urlsplit(url)
        database = parts.path.strip("/") or "0"
        if not database.isdigit():
            raise Rejected(f"{self._path}: {name}'s redis database is a number, as in redis://host:6379/0.")
        return RedisAddress(
            host=parts.hostname or "",
            port=parts.port or 6379,
            db=int(database),
            username=unquote(parts.username or ""),
            password=self._password(name, file, variable) or unquote(parts.password or ""),
            tls=parts.scheme == "rediss",
            password_file=str(self._path.parent.resolve() / file) if file else "",
            password_variable=variable or "",
        )

    def _password(self, name: str, file: Path | None, variable: str | None) -> str:
        if variable:
            return os.environ.get(variable, "")
        if file is None:
            return ""
        path = self._path.parent / file
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise NotThere(f"{name}'s password file {path} cannot be read: {error.strerror}.") from error


def _mark(file: Path) -> object:
    """Another one where a file changed."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _faults(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
