"""The Redis that a Dapr Component names, as Dapr reads it.

Fields and their types: components-contrib `common/component/redis/settings.go`. An empty number is 0 there,
and a list of hosts is for Sentinel and Redis Cluster alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address

from dashboard.model.core.endpoints import RedisAddress
from dashboard.model.core.errors import NotThere, Rejected
from dashboard.model.core.kubernetes import KUBERNETES_SECRETS, SecretKey

DEFAULT_PORT = 6379
PASSWORD = "redisPassword"
FIELDS = (
    "redisHost",
    "redisPort",
    "redisDB",
    "redisUsername",
    "redisType",
    "failover",
    "enableTLS",
    "insecureSkipTLSVerify",
)
Value = str | SecretKey
# dapr/kit `utils.IsTruthy`: all else is false.
_TRUE = {"y", "yes", "true", "t", "on", "1"}
_NAME = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?"
)
_NUMBER = re.compile(r"[0-9]{1,9}")


def of_component(
    namespace: str,
    component: str,
    metadata: Mapping[str, Value],
    *,
    secret_store: str = KUBERNETES_SECRETS,
) -> RedisAddress:
    """The address, or where to read it from: what names its Secrets is in `kept` until then.

    Raises `Rejected` for what Dapr or this program could not connect to, and `NotThere` for what is in a
    secret store that is not read here. Their words hold no value, which may have come from a Secret.
    """
    if secret_store != KUBERNETES_SECRETS:
        _check_not_kept(component, metadata, secret_store)
    values = {name: metadata.get(name) or "" for name in FIELDS}
    password = metadata.get(PASSWORD) or ""
    texts = {name: value.strip() for name, value in values.items() if isinstance(value, str)}
    if len(texts) < len(values):
        kept = (*values.items(), (PASSWORD, password))
        return RedisAddress(host="", port=0, namespace=namespace, component=component, kept=kept)
    try:
        _check_kind(texts)
        host, port = host_and_port(texts["redisHost"], "redisHost")
        return RedisAddress(
            host=host,
            port=port or port_number(texts["redisPort"] or str(DEFAULT_PORT), "redisPort"),
            db=database_number(texts["redisDB"], "redisDB"),
            username=texts["redisUsername"],
            password="" if isinstance(password, SecretKey) else password,
            tls=_truthy(texts["enableTLS"]),
            insecure=_truthy(texts["insecureSkipTLSVerify"]),
            namespace=namespace,
            component=component,
            secret=password if isinstance(password, SecretKey) else None,
        )
    except ValueError as error:
        hint = f"Correct it in Component {component} of {namespace}; the other namespaces are not concerned."
        raise Rejected(f"Component {component}: {error}.", hint=hint) from error


def _check_not_kept(component: str, metadata: Mapping[str, Value], store: str) -> None:
    kept = [name for name in (*FIELDS, PASSWORD) if isinstance(metadata.get(name), SecretKey)]
    if kept:
        what = f"Not known: {', '.join(kept)} of Component {component} is in the secret store {store}."
        hint = (
            "Only Kubernetes' own Secrets are read here; a static file can name the address and its password."
        )
        raise NotThere(what, hint=hint)


def _check_kind(texts: Mapping[str, str]) -> None:
    if _truthy(texts["failover"]):
        raise ValueError("failover is on, and Redis behind Sentinel is not supported here")
    if texts["redisType"].lower() == "cluster":
        raise ValueError("redisType is cluster, and Redis Cluster is not supported here")


def host_and_port(text: str, field: str) -> tuple[str, int | None]:
    """`host`, `host:port`, `[::1]:port` or `::1` taken apart; None where it names no port.

    Raises `ValueError` with what is wrong, `field` first.
    """
    several = [part for part in text.split(",") if part.strip()]
    if len(several) > 1:
        raise ValueError(f"{field} lists {len(several)} addresses, and a list is not supported here")
    if not several:
        raise ValueError(f"{field} is empty")
    only = several[0].strip()
    if only.startswith("["):
        host, closing, rest = only[1:].partition("]")
        if not closing or (rest and not rest.startswith(":")) or not _is_ip(host):
            raise ValueError(f"{field} is no IPv6 address with a port, as in [::1]:6379")
    elif _is_ip(only):
        host, rest = only, ""
    else:
        host, colon, after = only.partition(":")
        rest = colon + after
    return host_name(host, field), port_number(rest[1:], field) if rest else None


def host_name(text: str, field: str) -> str:
    """`text` where it can be looked up; raises `ValueError`."""
    if not _is_ip(text) and not (len(text) <= 253 and _NAME.fullmatch(text)):
        raise ValueError(f"{field} names no host: write host:port")
    return text


def port_number(text: str, field: str) -> int:
    """Raises `ValueError` for what is no TCP port."""
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= 65_535:
        raise ValueError(f"what {field} gives for its port is not a port, a number from 1 to 65535")
    return int(text)


def database_number(text: str, field: str) -> int:
    """0 where it is empty; raises `ValueError` for what is no number of a database."""
    if text and not _NUMBER.fullmatch(text):
        raise ValueError(f"{field} is not a number of a database, which is 0 or more")
    return int(text or 0)


def _is_ip(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _truthy(text: str) -> bool:
    return text.strip().lower() in _TRUE
