"""kustomize and kubeconform, and the JSON schemas of what they check. Built once from pinned Go modules."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

from local.binaries import DAPR_VERSION, cache_folder, go_command

KUBERNETES = "v1.34.4"
PROGRAMS = {
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5@v5.5.0",
    "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0",
}
Json = dict[str, Any]


def program(name: str) -> Path:
    """The program, built where the cache has none."""
    folder = cache_folder() / "manifests" / PROGRAMS[name].rpartition("@")[2]
    built = folder / name
    if not built.exists():
        environment = {**os.environ, "GOBIN": str(folder), "GOFLAGS": ""}
        subprocess.run([*go_command(), "install", PROGRAMS[name]], env=environment, check=True, timeout=600)
    return built


def schemas() -> Path:
    """A folder with one JSON schema per kind of Kubernetes and Dapr, for kubeconform."""
    folder = cache_folder() / "manifests" / f"schemas-{KUBERNETES}-{DAPR_VERSION}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        openapi = _module("k8s.io/kubernetes", KUBERNETES) / "api" / "openapi-spec" / "swagger.json"
        crds = _module("github.com/dapr/dapr", f"v{DAPR_VERSION}") / "charts" / "dapr" / "crds"
        for name, schema in {**_kubernetes(json.loads(openapi.read_text())), **_dapr(crds)}.items():
            (folder / f"{name}.json").write_text(json.dumps(schema))
        (folder / "done").touch()
    return folder


def _module(path: str, version: str) -> Path:
    """Where Go keeps a module, downloaded where it is not there yet."""
    ran = subprocess.run(
        [*go_command(), "mod", "download", "-json", f"{path}@{version}"],
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    return Path(json.loads(ran.stdout)["Dir"])


def _kubernetes(openapi: Json) -> dict[str, Json]:
    """Each kind with all definitions beside it, by kubeconform's file name: kind-group-version."""
    definitions = {name: _strict(definition) for name, definition in openapi["definitions"].items()}
    found: dict[str, Json] = {}
    for name, definition in openapi["definitions"].items():
        for kind in definition.get("x-kubernetes-group-version-kind", ()):
            group = kind["group"].partition(".")[0]
            words = [word for word in (kind["kind"], group, kind["version"]) if word]
            found["-".join(words).lower()] = {
                "$ref": f"#/definitions/{name}",
                "definitions": _used(name, definitions),
            }
    return found


def _used(name: str, definitions: dict[str, Json]) -> dict[str, Json]:
    """The definitions that `name` leads to."""
    used: dict[str, Json] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in used:
            used[current] = definitions[current]
            waiting += [ref.rpartition("/")[2] for ref in _references(definitions[current])]
    return used


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [ref for item in schema for ref in _references(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [ref for item in schema.values() for ref in _references(item)]


def _strict(schema: Any) -> Any:
    """Refuse fields that no version of the kind has, and let what may be a number or a text be either."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "int-or-string" or schema.get("x-kubernetes-int-or-string"):
        return {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    strict = {key: _strict(value) for key, value in schema.items()}
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        strict.setdefault("additionalProperties", False)
    return strict


def _dapr(crds: Path) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for file in crds.glob("*.yaml"):
        for crd in yaml.safe_load_all(file.read_text()):
            for version in crd["spec"]["versions"] if crd else ():
                kind = crd["spec"]["names"]["kind"].lower()
                schema = _strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                found[f"{kind}-dapr-{version['name']}"] = schema
    return found
