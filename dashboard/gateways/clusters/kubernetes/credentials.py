"""Who we are at which API server, by the official client: kubeconfig, exec plugins, the pod's account."""

from __future__ import annotations

import os
import ssl
import threading
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from kubernetes import client, config
from yaml import YAMLError

from dashboard.model.core.errors import NotThere


class Credentials:
    """One reading of them; `stale` tells that what they were read from has changed since."""

    def __init__(self, context: str | None) -> None:
        self._configuration = client.Configuration()
        self._lock = threading.Lock()
        self._seen = _marks()
        try:
            self.in_cluster = _load(self._configuration, context)
            self.tls = _tls(self._configuration)
        except (config.ConfigException, YAMLError, OSError) as error:
            hint = "Set KUBECONFIG, or name a context with --context."
            words = str(error).rstrip(".")
            raise NotThere(f"There is no usable kubeconfig: {words}.", hint=hint) from error
        self.host: str = self._configuration.host.rstrip("/")
        self.server_name: str | None = self._configuration.tls_server_name or None

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
        """The credentials of one request. An expired token is renewed first, by whatever plugin gave it."""
        with self._lock:
            if self._configuration.refresh_api_key_hook:
                self._configuration.refresh_api_key_hook(self._configuration)
            token = next(iter(self._configuration.api_key.values()), "")
        if token and not token.lower().startswith("bearer "):
            token = f"Bearer {token}"
        return {"Authorization": token} if token else {}


def contexts() -> tuple[tuple[str, ...], str]:
    """The kubeconfig's contexts and the current one; none and "" where there is no kubeconfig."""
    try:
        found, current = config.list_kube_config_contexts(_kubeconfig())
    except config.ConfigException:
        return (), ""
    return tuple(context["name"] for context in found), current["name"]


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
        config.load_kube_config(_kubeconfig(), context=context, client_configuration=configuration)
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
