"""The very command behind a panel, with the real namespace, address and key, to copy into a shell.

A place says how a shell gets there: directly, or by `kubectl`, which forwards a port for `curl` and runs
`redis-cli` in the pod. Passwords never appear: each line reads them where the cluster keeps them.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from urllib.parse import urlsplit

from dashboard.model.kubernetes import SIDECAR
from dashboard.model.logs import Filter
from dashboard.model.names import APP_ID, history_key
from dashboard.model.places import Place, RedisAddress
from dashboard.services.activity import Wanted
from dashboard.services.settings import Settings, default_data
from dashboard.services.workspace import Workspace

FORWARDED_PORT = 18000
_BYTE = re.compile(r"\\x([0-9a-f]{2})")
# How redis-cli shows one key of each type, in the amounts that the page shows.
_READ = {
    "string": "GET {}",
    "hash": "HGETALL {}",
    "list": "LRANGE {} 0 99",
    "set": "SSCAN {} 0 COUNT 100",
    "zset": "ZRANGE {} 0 99 WITHSCORES",
    "stream": "XREVRANGE {} + - COUNT 100",
}


def send(place: Place, actor_id: str, content: str, message_id: str = "") -> str:
    """The curl line that sends this message."""
    body = shlex.quote(json.dumps({"role": "user", "content": content}, ensure_ascii=False))
    key = f"-H {shlex.quote(f'Idempotency-Key: {message_id}')} " if message_id else ""
    options = f"-H 'Content-Type: application/json' {key}-d {body}"
    return _curl(place, place.agent_url, f"/chat/{actor_id}", options)


def history(place: Place, actor_id: str) -> str:
    """The curl line that reads the history."""
    return _curl(place, place.agent_url, f"/chat/{actor_id}/history")


def witnesses(place: Place, actor_id: str) -> dict[str, str]:
    """The lines that read what an agent tells of an actor and what each replica received."""
    replicas = place.agents or (("agent", place.agent_url),)
    return {
        "What the agent says": _curl(place, place.agent_url, f"/chat/{actor_id}/history?details=true"),
        **{f"What {name} received": _curl(place, url, "/events?details=true") for name, url in replicas},
    }


def metadata(place: Place) -> str:
    """The curl line that asks the sidecar about itself."""
    return _curl(place, place.sidecar_url, "/v1.0/metadata")


def parts(place: Place) -> dict[str, str]:
    """For each part of a namespace the line that asks it how it is."""
    return {
        "agent": _curl(place, place.agent_url, "/readyz"),
        "sidecar": metadata(place),
        "store": redis_cli(place, "PING"),
        "pods": shlex.join((*place.kubectl, "get", "pods", "-o", "wide")) if place.kubectl else "",
    }


def stored_history(place: Place, actor_id: str) -> str:
    """The redis-cli line that reads an actor's history head."""
    return read_key(place, history_key(actor_id, place.app_id))


def read_key(place: Place, key: str, redis_type: str = "hash") -> str:
    """The redis-cli line that reads one key of this type."""
    return redis_cli(place, _READ.get(redis_type, "TYPE {}").format(_quoted_key(key)))


def scan_keys(place: Place, pattern: str) -> str:
    """The redis-cli line that lists keys as the page does: by SCAN."""
    return redis_cli(place, f"--scan --pattern {shlex.quote(pattern)}")


def stream_groups(place: Place, stream: str) -> str:
    """The redis-cli line that shows a stream's groups."""
    return redis_cli(place, f"XINFO GROUPS {_quoted_key(stream)}")


def redis_cli(place: Place, words: str) -> str:
    """redis-cli on the namespace's store, "" where none is known; `words` are in the shell's own syntax."""
    redis = place.redis
    if redis is None:
        return ""
    user = f" --user {shlex.quote(redis.username)}" if redis.username else ""
    options = f"-n {redis.db}{user}{' --tls' if redis.tls else ''} {words}"
    service, *rest = redis.host.split(".")
    if not place.kubectl or (len(rest) > 1 and rest[1] != "svc"):
        return f"{_password(place, redis)}redis-cli -h {shlex.quote(redis.host)} -p {redis.port} {options}"
    inside = shlex.quote(f'REDISCLI_AUTH="$(cat)" redis-cli {options}')
    pod = (*place.kubectl[:-1], rest[0] if rest else redis.namespace, "exec", "-i", f"service/{service}")
    return f"{_secret(place, redis)} | {shlex.join(pod)} -- sh -c {inside}"


def _secret(place: Place, redis: RedisAddress) -> str:
    """Prints the password, which then comes through standard input and is on no command line."""
    if redis.secret is None:
        return 'printf %s "$REDISCLI_AUTH"'
    template = f'go-template={{{{index .data "{redis.secret.key}" | base64decode}}}}'
    where = (*place.kubectl[:-1], redis.namespace)
    return shlex.join((*where, "get", "secret", redis.secret.name, "-o", template))


def _password(place: Place, redis: RedisAddress) -> str:
    """From where it is kept; where that is not known, the reader sets REDISCLI_AUTH."""
    if redis.secret:
        return f'REDISCLI_AUTH="$({_secret(place, redis)})" '
    if redis.password_file:
        return f'REDISCLI_AUTH="$(cat {shlex.quote(redis.password_file)})" '
    return f'REDISCLI_AUTH="${redis.password_variable}" ' if redis.password_variable else ""


def _quoted_key(key: str) -> str:
    """A byte that is no text is shown as `\\xNN` (`model/keys.text_of`), and to printf as octal."""
    parts = _BYTE.split(key)
    if len(parts) == 1:
        return shlex.quote(key)
    text = [part.replace("\\", "\\\\").replace("%", "%%") for part in parts[::2]]
    octal = [f"\\{int(part, 16):03o}" for part in parts[1::2]] + [""]
    return f'"$(printf -- {shlex.quote("".join(map("".join, zip(text, octal, strict=True))))})"'


def _curl(place: Place, url: str | None, path: str, options: str = "") -> str:
    """curl on one part; "" where the cluster gives no address of it."""
    if url is None:
        return ""
    if not place.kubectl:
        return f"curl -sS {shlex.quote(url + path)} {options}".rstrip()
    *_, kind, target, _ = urlsplit(url).path.split("/")
    name, _, port = target.partition(":")
    forward = shlex.join((*place.kubectl, "port-forward", f"{kind[:-1]}/{name}", f"{FORWARDED_PORT}:{port}"))
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


def verify(
    settings: Settings, namespaces: Sequence[str], protected: Sequence[str] = (), *, remove: str = ""
) -> str:
    """The line that proves the same namespaces isolated, or removes what is left of the actor `remove`."""
    removal = ("--remove", remove) if remove else ()
    unlocked = (word for name in protected for word in ("--unlock", name))
    return daca_ops(settings, "verify", *removal, *unlocked, namespaces=namespaces)


def audit(wanted: Wanted, settings: Settings) -> str:
    """The line that lists the same entries of the audit log, which may be in a pod."""
    since = datetime.fromtimestamp(wanted.since, UTC).isoformat(timespec="seconds") if wanted.since else ""
    elsewhere = settings.data != default_data() and not settings.way_in
    options = {**asdict(wanted), "since": since, "data": str(settings.data) if elsewhere else ""}
    said = (shlex.quote(f"--{name}={value}") for name, value in options.items() if value)
    program = f"{settings.way_in} python3 -m dashboard" if settings.way_in else "daca-ops"
    return " ".join((program, "audit", *said))


def logs(
    workspace: Workspace, namespaces: Sequence[str], parts: Sequence[str], chosen: Filter, since: str
) -> dict[str, str]:
    """The lines that follow the same logs; with kubectl, one for each namespace and part, unfiltered."""
    options = {
        "since": since,
        "level": chosen.level or "",
        "contains": chosen.contains,
        "actor": chosen.actor_id,
    }
    said = [f"--{name}={value}" for name, value in options.items() if value]
    said += [f"--part={part}" for part in parts]
    lines = {"all of them": daca_ops(workspace.settings, "logs", "-f", *said, namespaces=namespaces)}
    for name in namespaces:
        deployed = workspace.cluster.deployed(name)
        if deployed is None:
            continue
        for part in parts:
            container = ["-c", SIDECAR] if part == "sidecar" else []
            context = ["--context", workspace.settings.context] if workspace.settings.context else []
            age = [f"--since={since}"] if since else []
            words = [
                "kubectl",
                *context,
                "-n",
                name,
                "logs",
                "-f",
                deployed.workload.lower(),
                *container,
                *age,
            ]
            lines[f"{part} of {name}"] = shlex.join(words)
    return lines
