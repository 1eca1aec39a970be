"""Namespaces from a TOML file, for port-forwards and compose:

[[namespace]]
name = "prod"
protected = true
agent = "http://127.0.0.1:8000"
sidecar = "http://127.0.0.1:3500"
redis = "redis://127.0.0.1:6379/0"
redis_password_file = "prod-password"    # or redis_password_env = "PROD_REDIS"
redis_ca = "ca.pem"                      # for rediss://; redis_insecure = true trusts any certificate
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
from dashboard.gateways.password_file import read_password
from dashboard.model.core import redis_address
from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.errors import GatewayError, NotThere, Rejected
from dashboard.model.core.failure import Failure
from dashboard.model.core.manifests import EVERY_KIND, Manifests
from dashboard.model.core.names import is_namespace
from dashboard.model.logs.log import Log, LogPart

_PORT = "one is a number from 1 to 65535"


def _redis_url(value: str) -> str:
    redis_address.database_number(urlsplit(value).path.strip("/"), "what follows the last slash")
    return value


def _url(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            host = parts.hostname or ""
        except ValueError as error:  # its words may hold the password
            raise ValueError(f"write {schemes[0]}://host:port") from error
        if parts.scheme not in schemes or not host:
            raise ValueError(f"write {schemes[0]}://host:port")
        try:
            port = parts.port
        except ValueError as error:
            raise ValueError(f"what follows its last colon is not a port: {_PORT}") from error
        if port == 0:
            raise ValueError(f"0 is not a port: {_PORT}")
        if "@" in parts.netloc and "http" in schemes:
            raise ValueError("a user and a password are not supported in it")
        redis_address.host_name(host, "it")
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
    redis: Annotated[str, _url("redis", "rediss"), AfterValidator(_redis_url)] | None = None
    redis_password_file: Path | None = None
    redis_password_env: str | None = None
    redis_ca: Path | None = None
    redis_insecure: bool = False
    broker: Annotated[str, _url("redis", "rediss"), AfterValidator(_redis_url)] | None = None
    broker_password_file: Path | None = None
    broker_password_env: str | None = None
    broker_ca: Path | None = None
    broker_insecure: bool = False


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
            text = self._path.read_text(encoding="utf-8-sig")
        except OSError as error:
            hint = "Write one as the README shows, or name another with --file."
            raise NotThere(f"{self._path} cannot be read: {error.strerror}.", hint=hint) from error
        except UnicodeDecodeError as error:
            raise Rejected(f"{self._path} is not UTF-8.", hint="Save it as UTF-8, as TOML is.") from error
        try:
            found = _File.model_validate(tomllib.loads(text)).namespace
        except ValidationError as error:
            raise Rejected(f"{self._path}: {_faults(error)}") from error
        except ValueError as error:  # a number beyond Python's limit is no TOMLDecodeError
            raise Rejected(f"{self._path} is no TOML: {error}.") from error
        except RecursionError as error:
            raise Rejected(f"{self._path} is nested too deeply.") from error
        if len({entry.name for entry in found}) < len(found):
            raise Rejected(f"{self._path} names a namespace twice.")
        named = (file for e in found for file in (e.redis_password_file, e.broker_password_file) if file)
        self._files = [self._path, *(self._path.parent / file for file in dict.fromkeys(named))]
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
        """What is wrong with one password is said on the part that it opens."""
        addresses: dict[str, RedisAddress | None] = {"store": None, "broker": None}
        failed: list[tuple[str, Failure]] = []
        for part, named in (("store", "redis"), ("broker", "broker")):
            try:
                addresses[part] = self._redis(entry, named)
            except GatewayError as error:
                failed.append((part, error.failure))
        return Endpoint(
            name=entry.name,
            protected=entry.protected,
            agent_url=entry.agent,
            sidecar_url=entry.sidecar,
            redis=addresses["store"],
            unavailable=tuple(failed),
            publish_url=entry.sidecar,
            broker=addresses["broker"],
        )

    def _redis(self, entry: _Namespace, named: str) -> RedisAddress | None:
        """The address in field `named`, with what the fields beside it say."""
        said = entry.model_dump()
        url, file, ca = said[named], said[f"{named}_password_file"], said[f"{named}_ca"]
        variable = said[f"{named}_password_env"] or ""
        if url is None:
            return None
        parts, folder = urlsplit(url), self._path.parent.resolve()
        return RedisAddress(
            host=parts.hostname or "",
            port=parts.port or redis_address.DEFAULT_PORT,
            db=int(parts.path.strip("/") or "0"),
            username=unquote(parts.username or ""),
            password=_password(folder / file if file else None, variable) or unquote(parts.password or ""),
            tls=parts.scheme == "rediss",
            password_file=str(folder / file) if file else "",
            password_variable=variable,
            ca_file=str(folder / ca) if ca else "",
            insecure=said[f"{named}_insecure"],
        )


def _password(file: Path | None, variable: str) -> str:
    """From the variable or the file that was named, "" where neither was; raises `GatewayError`."""
    if variable and variable not in os.environ:
        raise NotThere(f"{variable} is not set, which is to hold the password.", hint="Export it.")
    return os.environ[variable] if variable else read_password(file) if file else ""


def _mark(file: Path) -> object:
    """Another one where a file changed."""
    try:
        found = file.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _faults(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
