"""What tests deploy into namespaces of their own: the base, and the course's printed manifests."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.conftest import daca_ops, kubectl, overlay, rolled_out

COURSE = Path(__file__).parents[1] / "fixtures" / "course"


@contextmanager
def base_in(namespace: str, folder: Path) -> Iterator[str]:
    """The base as it runs in a namespace that is deleted afterwards; its kustomization is in `folder`."""
    overlay(folder, "base", (), namespace)
    prepared = daca_ops("k8s", "init", namespace)
    assert prepared.returncode == 0, prepared.stderr
    try:
        kubectl("apply", "-k", str(folder))
        rolled_out(namespace)
        yield namespace
    finally:
        kubectl("delete", "namespace", namespace)


@contextmanager
def printed_in(names: Mapping[str, str], folder: Path, image: str = "chat-agent:latest") -> Iterator[Path]:
    """Steps 1, 3 and 4 of the course with other names for "prod" and "dev", which are in use, and an image.

    The files as they are applied are in `folder`; the namespaces are deleted afterwards.
    """
    shutil.copytree(COURSE, folder, dirs_exist_ok=True)
    for file in folder.rglob("*.yaml"):
        text = re.sub(r"\b(prod|dev)\b", lambda found: names[found[0]], file.read_text())
        file.write_text(text.replace("chat-agent:latest", image))
    try:
        for short, name in names.items():
            kubectl("create", "namespace", name)
            kubectl("apply", "-f", str(folder / f"redis-{short}.yaml"))
            components = f"--from-file={folder}/components/{short}"
            kubectl("create", "configmap", f"dapr-components-{name}", components, "-n", name)
            kubectl("apply", "-f", str(folder / f"chat-agent-{short}.yaml"))
        yield folder
    finally:
        kubectl("delete", "namespace", *names.values(), "--ignore-not-found")
