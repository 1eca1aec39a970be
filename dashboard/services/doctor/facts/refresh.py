"""Write `components.json` anew from the sources of Dapr and of components-contrib.

    go mod download -json github.com/dapr/dapr@v1.18.1                  # "Dir" is the first argument
    go mod download -json github.com/dapr/components-contrib@v1.18.0    # and this the second
    python -m dashboard.services.doctor.facts.refresh DAPR_DIR CONTRIB_DIR

Types and versions: what `cmd/daprd/components/*.go` registers. Fields: the `metadata.yaml` of each component.
Old names: what the sources of components call an alias, of whichever type.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from dashboard.services.doctor.facts import FILE

FAMILIES = {
    "bindings_": "bindings.", "configuration_": "configuration.", "conversation_": "conversation.",
    "crypto_": "crypto.", "lock_": "lock.", "middleware_http_": "middleware.http.", "pubsub_": "pubsub.",
    "secretstores_": "secretstores.", "state_": "state.",
}  # fmt: skip
_NAME = re.compile(r'"([a-z0-9][a-z0-9.\-]*)"')
_ALIASES = re.compile(r'''(?:mapstructurealiases:|// Alias: )"([^"]+)"''')
_VERSION = re.compile(r"v\d+\Z")
Found = dict[str, dict[str, Any]]


def registered(folder: Path) -> Found:
    """Types with their versions: v1 where no other is named."""
    found: Found = {}
    for file in sorted(folder.glob("*.go")):
        family = next((name for start, name in FAMILIES.items() if file.name.startswith(start)), None)
        begin = file.read_text(encoding="utf-8").partition("func init()")[2]
        if family is None:
            continue
        for call in re.split(r"\.Register\w+\(", begin)[1:]:
            words = _NAME.findall(call.rpartition("},")[2] if "func(" in call else call)
            versions = sorted({word for word in words if _VERSION.match(word)}) or ["v1"]
            for name in (word for word in words if not _VERSION.match(word)):
                found.setdefault(family + name, {"versions": versions})
    return found


def add_fields(found: Found, folder: Path) -> None:
    """Names of metadata, over all versions of a type; required is what each version requires."""
    for file in sorted(folder.rglob("metadata.yaml")):
        told = yaml.safe_load(file.read_text(encoding="utf-8").replace("\t", " "))  # Go's parser takes tabs
        entry = found.get(f"{told['type']}.{told['name']}")
        if entry is None:
            continue
        profiles = [
            *(told.get("authenticationProfiles") or ()),
            *(told.get("builtinAuthenticationProfiles") or ()),
        ]
        own = told.get("metadata") or []
        fields = [*own, *(field for profile in profiles for field in profile.get("metadata") or ())]
        required = {field["name"] for field in own if field.get("required")}
        entry["fields"] = sorted({*entry.get("fields", ()), *_names(fields)})
        entry["required"] = sorted(required & set(entry.get("required", required)))
        capabilities = told.get("capabilities")
        if capabilities:  # none are listed where nobody has looked
            entry["actors"] = entry.get("actors", False) or "transactional" in capabilities


def _names(fields: list[Any]) -> list[str]:
    aliases = [alias["name"] for field in fields for alias in field.get("aliases") or () if "name" in alias]
    return [*(field["name"] for field in fields), *aliases]


def old_names(folder: Path) -> list[str]:
    """Names that some component takes besides those that its makers list."""
    texts = (file.read_text(encoding="utf-8") for file in folder.rglob("*.go"))
    return sorted({name for text in texts for said in _ALIASES.findall(text) for name in said.split(",")})


def main(dapr: str, contrib: str) -> None:
    found = registered(Path(dapr, "cmd", "daprd", "components"))
    add_fields(found, Path(contrib))
    sources = [Path(dapr).name, Path(contrib).name]
    told = {"sources": sources, "old_names": old_names(Path(contrib)), "types": dict(sorted(found.items()))}
    FILE.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
