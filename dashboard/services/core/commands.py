"""The very command behind a panel, with the real namespace, address and key, to copy into a shell.

An endpoint says how a shell gets there: directly, or by `kubectl`, which forwards a port for `curl` and runs
`redis-cli` in the pod. Passwords never appear: each line reads them where the cluster keeps them.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from urllib.parse import urlsplit

from dashboard.model.core.endpoints import Endpoint, RedisAddress
from dashboard.model.core.names import APP_ID, history_key
from dashboard.model.core.redis_key import to_bytes
from dashboard.services.core.settings import Settings, default_data

FORWARDED_PORT = 18000
# How redis-cli shows one key of each type, in the amounts that the page shows.
_READ = {
    "string": "GET {}",
    "hash": "HGETALL {}",
    "list": "LRANGE {} 0 99",
    "set": "SSCAN {} 0 COUNT 100",
    "zset": "ZRANGE {} 0 99 WITHSCORES",
    "stream": "XREVRANGE {} + - COUNT 100",
}


def metadata(endpoint: Endpoint) -> str:
    """The curl line that asks the sidecar about itself."""
    return curl(endpoint, endpoint.sidecar_url, "/v1.0/metadata")


def stored_history(endpoint: Endpoint, actor_id: str) -> str:
    """The redis-cli line that reads an actor's history head."""
    return read_key(endpoint, history_key(actor_id, endpoint.app_id))


def read_key(endpoint: Endpoint, key: str, redis_type: str = "hash") -> str:
    """The redis-cli line that reads one key of this type."""
    return redis_cli(endpoint, _READ.get(redis_type, "TYPE {}").format(_quoted_key(key)))


def scan_keys(endpoint: Endpoint, pattern: str) -> str:
    """The redis-cli line that lists keys as the page does: by SCAN."""
    return redis_cli(endpoint, f"--scan --pattern {_quoted_key(pattern)}")


def stream_groups(endpoint: Endpoint, stream: str) -> str:
    """The redis-cli line that shows a stream's groups."""
    return redis_cli(endpoint, f"XINFO GROUPS {_quoted_key(stream)}")


def redis_cli(endpoint: Endpoint, words: str) -> str:
    """redis-cli on the namespace's store, "" where none is known; `words` are in the shell's own syntax."""
    redis = endpoint.redis
    if redis is None or redis.kept:
        return ""
    user = f" --user {shlex.quote(redis.username)}" if redis.username else ""
    options = f"-n {redis.db}{user}{_tls(redis)} {words}"
    service, *rest = redis.host.split(".")
    if not endpoint.kubectl or (len(rest) > 1 and rest[1] != "svc"):
        return f"{_password(endpoint, redis)}redis-cli -h {shlex.quote(redis.host)} -p {redis.port} {options}"
    inside = shlex.quote(f'REDISCLI_AUTH="$(cat)" redis-cli {options}')
    pod = (*endpoint.kubectl[:-1], rest[0] if rest else redis.namespace, "exec", "-i", f"service/{service}")
    return f"{_secret(endpoint, redis)} | {shlex.join(pod)} -- sh -c {inside}"


def _tls(redis: RedisAddress) -> str:
    if not redis.tls:
        return ""
    ca = f" --cacert {shlex.quote(redis.ca_file)}" if redis.ca_file else ""
    return f" --tls{' --insecure' if redis.insecure else ca}"


def _secret(endpoint: Endpoint, redis: RedisAddress) -> str:
    """Prints the password, which then comes through standard input and is on no command line."""
    if redis.secret is None:
        return 'printf %s "$REDISCLI_AUTH"'
    template = f'go-template={{{{index .data "{redis.secret.key}" | base64decode}}}}'
    where = (*endpoint.kubectl[:-1], redis.namespace)
    return shlex.join((*where, "get", "secret", redis.secret.name, "-o", template))


def _password(endpoint: Endpoint, redis: RedisAddress) -> str:
    """From where it is kept; where that is not known, the reader sets REDISCLI_AUTH."""
    if redis.secret:
        return f'REDISCLI_AUTH="$({_secret(endpoint, redis)})" '
    if redis.password_file:
        return f'REDISCLI_AUTH="$(cat {shlex.quote(redis.password_file)})" '
    return f'REDISCLI_AUTH="${redis.password_variable}" ' if redis.password_variable else ""


def _quoted_key(key: str) -> str:
    """The key's bytes as one word of the shell; a byte that is no text is octal to printf."""
    name = to_bytes(key)
    try:
        return shlex.quote(name.decode())
    except UnicodeDecodeError:
        text = name.decode("utf-8", "surrogateescape").replace("\\", "\\\\").replace("%", "%%")
        octal = (f"\\{ord(char) - 0xDC00:03o}" if "\udc80" <= char <= "\udcff" else char for char in text)
        return f'"$(printf -- {shlex.quote("".join(octal))})"'


def curl(endpoint: Endpoint, url: str | None, path: str, options: str = "") -> str:
    """curl on one part; "" where the cluster gives no address of it."""
    if url is None:
        return ""
    if not endpoint.kubectl:
        return f"curl -sS {shlex.quote(url + path)} {options}".rstrip()
    *_, kind, target, _ = urlsplit(url).path.split("/")
    name, _, port = target.partition(":")
    forward = shlex.join(
        (*endpoint.kubectl, "port-forward", f"{kind[:-1]}/{name}", f"{FORWARDED_PORT}:{port}")
    )
    here = shlex.quote(f"http://127.0.0.1:{FORWARDED_PORT}{path}")
    patience = "--retry 20 --retry-delay 1 --retry-connrefused"
    return f"{forward} >/dev/null & curl -sS {patience} {here} {options}".rstrip() + "; kill $!"


def daca_ops(settings: Settings, *words: str, namespaces: Sequence[str] = (), argument: str = "") -> str:
    """The `daca-ops` line for the same cluster, whatever its reader has set; `argument` may be any text."""
    app_id = ("--app-id", settings.app_id) if settings.app_id != APP_ID else ()
    where: list[str] = []
    if settings.cluster != "local":
        where += ["--cluster", settings.cluster]
    if settings.cluster == "kubernetes" and settings.context:
        where += ["--context", settings.context]
    if settings.cluster == "static":
        where += ["--file", str(settings.static_file.resolve())]
    if settings.data != default_data():
        where += ["--data", str(settings.data)]
    chosen = [word for name in namespaces for word in ("-n", name)]
    fixed = f"DACA_NAMESPACES={shlex.quote(json.dumps(settings.namespaces))} " if settings.namespaces else ""
    last = ("--", argument) if argument.startswith("-") else (argument,) if argument else ()
    return fixed + shlex.join(("daca-ops", *app_id, *words, *chosen, *where, *last))
