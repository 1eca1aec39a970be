"""Who we are at which API server, by the official client: kubeconfig, exec plugins, the pod's account."""

from __future__ import annotations

import os
import ssl
import threading
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import httpx
from kubernetes import client, config
from kubernetes.config.kube_config import KubeConfigMerger
from yaml import YAMLError

from dashboard.gateways.clusters.kubernetes.exec_plugin import Loader
from dashboard.model.core.errors import Forbidden, NotThere

PROXIES = ("http", "https", "socks5", "socks5h")
# What the official client raises where a kubeconfig is not one: it checks little of its shape.
_UNUSABLE = (config.ConfigException, YAMLError, OSError, TypeError, AttributeError, ValueError)


class Credentials:
    """One reading of them; `stale` tells that what they were read from has changed since."""

    def __init__(self, context: str | None) -> None:
        self._configuration = client.Configuration()
        self._lock = threading.Lock()
        self._seen = _marks()
        try:
            self.in_cluster = _load(self._configuration, context)
            self.tls = _tls(self._configuration)
        except _UNUSABLE as error:
            raise NotThere(_unusable(error), hint=_choice()) from error
        self.host: str = self._configuration.host.rstrip("/")
        self.server_name = str(self._configuration.tls_server_name or "") or None
        _check("server", self.host, ("http", "https"))
        if self.proxy:
            _check("proxy-url", self.proxy, PROXIES)

    @property
    def stale(self) -> bool:
        return _marks() != self._seen

    @property
    def proxy(self) -> str | None:
        """The proxy on the way to the API server, if any."""
        if proxy_bypass(urlsplit(self.host).hostname or ""):
            return None
        return self._configuration.proxy or None

    def headers(self) -> dict[str, str]:
        """The credentials of one request. An expired token is renewed first, by whatever plugin gave it.

        A file of a token mostly ends in a line break (kubernetes/kubernetes#52919). Raises `Forbidden`.
        """
        with self._lock:
            try:
                if self._configuration.refresh_api_key_hook:
                    self._configuration.refresh_api_key_hook(self._configuration)
            except _UNUSABLE as error:
                raise Forbidden(_unusable(error), hint="Log in to the cluster again.") from error
            token = str(next(iter(self._configuration.api_key.values()), "")).strip()
        if not token or token.lower() == "bearer":
            return {}
        if not (token.isascii() and token.isprintable()):
            hint = "Write the file or the field that it is read from anew."
            raise Forbidden("The kubeconfig's token holds what no token holds, as a line break.", hint=hint)
        told = token.lower().startswith(("bearer ", "basic "))
        return {"Authorization": token if told else f"Bearer {token}"}


def contexts() -> tuple[tuple[str, ...], str]:
    """The kubeconfig's contexts and the current one, "" where none is; no context without a kubeconfig."""
    try:
        told = KubeConfigMerger(_kubeconfig()).config
        found = told.value if told else {}
        names = [str(context["name"]) for context in found.get("contexts") or ()]
    except (*_UNUSABLE, UnicodeDecodeError, KeyError):
        return (), ""
    current = str(found.get("current-context") or "")
    return tuple(names), current if current in names else ""


def _unusable(error: Exception) -> str:
    """In words that hold nothing of the file but names: a token may stand where the reader stumbled."""
    words = str(error).strip().rstrip(".")
    if isinstance(error, YAMLError):
        mark = getattr(error, "problem_mark", None)
        words = f"it is no YAML{f' from line {mark.line + 1} of {mark.name} on' if mark else ''}"
    elif isinstance(error, UnicodeError):
        words = "it, or a file that it names, is not UTF-8"
    return f"There is no usable kubeconfig: {words or type(error).__name__}."


def _choice() -> str:
    names, current = contexts()
    if names and not current:
        return f"No context is the current one. Name one with --context: {', '.join(names)}."
    return "Set KUBECONFIG, or name a context with --context."


def _check(field: str, url: object, schemes: tuple[str, ...]) -> None:
    """Raises `NotThere` for what is no URL to connect to; a password in it is not told."""
    forms = " or ".join(f"{scheme}://host:port" for scheme in schemes)
    try:
        if not isinstance(url, str):
            raise ValueError
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise NotThere(f"The kubeconfig's {field} is no URL.", hint=f"Write {forms}.") from error
    if "@" in parts.netloc and field == "server":
        hint = "Name the user under users, with username and password."
        raise NotThere("The kubeconfig's server holds a user, which is not supported in it.", hint=hint)
    if field == "proxy-url" and (parts.path.strip("/") or parts.query or parts.fragment):
        raise NotThere(f"The kubeconfig's {field} holds more than an address.", hint=f"Write {forms}.")
    if parts.scheme not in schemes or not host:
        at = f"{parts.scheme}://{host}{f':{port}' if port else ''} is of a kind that is not supported"
        words = at if host else "is no URL"
        raise NotThere(f"The kubeconfig's {field} {words}.", hint=f"Write {forms}.")


def _kubeconfig() -> str:
    """Read anew each time: the client looks at the variable once, when it is imported."""
    return os.environ.get("KUBECONFIG") or config.KUBE_CONFIG_DEFAULT_LOCATION


def _marks() -> tuple[tuple[str, int], ...]:
    """The kubeconfig files and when each was written."""
    files = [Path(name).expanduser() for name in _kubeconfig().split(os.pathsep) if name]
    return tuple((str(file), file.stat().st_mtime_ns) for file in files if file.exists())


def _load(configuration: client.Configuration, context: str | None) -> bool:
    """A kubeconfig where there is one, else the account of the pod this runs in; whether it is the latter."""
    try:
        merged = KubeConfigMerger(_kubeconfig())
        if merged.config is None:
            raise config.ConfigException("no file of it holds anything")
        Loader(
            config_dict=merged.config,
            active_context=context,
            config_base_path=None,
            config_persister=merged.save_changes,
        ).load_and_set(configuration)
    except config.ConfigException:
        if context is not None or "KUBERNETES_SERVICE_HOST" not in os.environ:
            raise
        config.load_incluster_config(client_configuration=configuration)
        return True
    return False


def _tls(configuration: client.Configuration) -> ssl.SSLContext:
    tls = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    if not configuration.verify_ssl:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    if configuration.cert_file:
        tls.load_cert_chain(configuration.cert_file, configuration.key_file)
    return tls
