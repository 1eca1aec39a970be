"""The credentials that a kubeconfig's `exec` plugin hands out, or why it does not, in its own words.

What a plugin is given and answers: kubernetes.io/docs, "Authenticating", client-go credential plugins. The
official client runs them too, but only logs that one failed, and then asks the cluster as nobody.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from kubernetes.config.dateutil import parse_rfc3339
from kubernetes.config.kube_config import FileOrData, KubeConfigLoader

from dashboard.model.core.errors import Forbidden, GatewayError
from dashboard.model.core.redaction import names_secret, redacted

SECONDS = 120.0  # a plugin may wait until somebody has signed in with a browser
MOST_LETTERS = 600
_KIND = "ExecCredential"


class Loader(KubeConfigLoader):  # type: ignore[misc]
    """The official one, with a plugin's failure as an error."""

    def _load_from_exec_plugin(self) -> bool:
        if "exec" not in self._user:
            return False
        folder = self._get_base_path(self._cluster.path)
        status = credential(_plain(self._user["exec"]), folder, _plain(self._cluster))
        if "token" in status:
            self.token = f"Bearer {status['token']}"
        else:
            self.cert_file = self._written(status, "clientCertificateData")
            self.key_file = self._written(status, "clientKeyData")
        if status.get("expirationTimestamp"):
            self.expiry = parse_rfc3339(status["expirationTimestamp"])
        return True

    def _written(self, status: Mapping[str, Any], key: str) -> str:
        found = FileOrData(
            status, None, data_key_name=key, base64_file_content=False, temp_file_path=self._temp_file_path
        )
        return str(found.as_file())


def _plain(node: Any) -> Any:
    """The official client wraps what it read."""
    return getattr(node, "value", node)


def credential(plugin: Any, folder: str, cluster: Any) -> Mapping[str, Any]:
    """The status that the plugin answers: a token, or a certificate with its key.

    `plugin` is the user's `exec`, `folder` that of its kubeconfig, `cluster` what is there of the cluster.
    Raises `Forbidden`, in whose words no secret stands.
    """
    try:
        command = [str(plugin["command"]), *map(str, plugin.get("args") or ())]
        added = {str(each["name"]): str(each["value"]) for each in plugin.get("env") or ()}
        version, hint = str(plugin["apiVersion"]), str(plugin.get("installHint") or "").strip()
    except (KeyError, TypeError, AttributeError) as error:
        what = "The user's exec in the kubeconfig lacks command or apiVersion, or has another shape."
        raise Forbidden(what, hint="`kubectl config view` shows it.") from error
    interactive = sys.stdin.isatty() and plugin.get("interactiveMode") != "Never"
    spec: dict[str, Any] = {"interactive": interactive}
    if plugin.get("provideClusterInfo") and isinstance(cluster, Mapping):
        spec["cluster"] = _info(cluster)
    info = json.dumps({"apiVersion": version, "kind": _KIND, "spec": spec})
    environment = {**os.environ, **added, "KUBERNETES_EXEC_INFO": info}
    try:
        status, said, told = _run(command, folder, environment, interactive=interactive)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", "") or "what is to be run is no text of a command"
        raise _failed(command, f"cannot be run: {why}.", hint) from error
    if status:
        secrets = (value for name, value in added.items() if names_secret(name))
        words = redacted(told.strip(), *_tokens(said), *secrets)[-MOST_LETTERS:]
        why = "was given up: it did not end" if status < 0 else f"failed with exit status {status}"
        raise _failed(command, f"{why}. {words or 'It wrote nothing on standard error.'}", hint)
    return _status(command, said, version)


def _info(cluster: Mapping[str, Any]) -> dict[str, Any]:
    extensions = cluster.get("extensions") or ()
    given = (e.get("extension") for e in extensions if e.get("name") == "client.authentication.k8s.io/exec")
    return {**cluster, "config": next(given, None)}


def _run(
    command: list[str], folder: str, environment: Mapping[str, str], *, interactive: bool
) -> tuple[int, str, str]:
    """Exit status, standard output, standard error.

    On a terminal, what it writes on standard error is shown as it comes: it may ask to sign in.
    """
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdin=None if interactive else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder or None,
        env=environment,
        encoding="utf-8",
        errors="replace",
    ) as process:
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        told = threading.Thread(target=_listen, args=(process.stderr, lines, interactive), daemon=True)
        told.start()
        said = process.stdout.read() if process.stdout else ""
        told.join()
        status = process.wait()
        timer.cancel()
    return status, said, "".join(lines)


def _listen(stream: Any, lines: list[str], shown: bool) -> None:
    for line in stream:
        lines.append(line)
        if shown:
            sys.stderr.write(line)


def _status(command: list[str], said: str, version: str) -> Mapping[str, Any]:
    found = _decoded(said)
    if found is None or found.get("kind") != _KIND:
        raise _failed(command, f"answered with what is no {_KIND}.", "")
    if found.get("apiVersion") != version:
        words = f"answered in another version of the API than the kubeconfig's {version}."
        raise _failed(command, words, "Update the plugin, or the apiVersion of its exec in the kubeconfig.")
    status = found.get("status")
    has_key = isinstance(status, Mapping) and {"clientCertificateData", "clientKeyData"} <= status.keys()
    if not isinstance(status, Mapping) or not (status.get("token") or has_key):
        raise _failed(command, "answered neither a token nor a certificate with its key.", "")
    return status


def _tokens(said: str) -> Iterator[str]:
    """What must be in no error, of what it answered."""
    status = (_decoded(said) or {}).get("status")
    if isinstance(status, Mapping):
        yield from (str(value) for name, value in status.items() if name != "expirationTimestamp")


def _decoded(said: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


def _failed(command: list[str], words: str, hint: str) -> GatewayError:
    """Its arguments are not told: a secret may be among them."""
    what = f"The kubeconfig's credential plugin {command[0]} {words}"
    return Forbidden(what, hint=hint or "Log in to the cluster again, as for kubectl.")
