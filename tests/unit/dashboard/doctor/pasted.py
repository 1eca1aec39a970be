"""What a pasted command does to a namespace's objects: as much of kubectl as the doctor's commands use.

Merge patches are RFC 7396, JSON patches RFC 6902 (with the negative index that the API server knows);
strategic ones find the entries of lists as the types of Kubernetes say.
"""

from __future__ import annotations

import copy
import json
import shlex
from typing import Any

from tests.unit.dashboard.doctor.made_up import Json, Spoiled

KINDS = {
    "components.dapr.io": "Component",
    "subscriptions.dapr.io": "Subscription",
    "configurations.dapr.io": "Configuration",
}
KEYS = {"volumeMounts": "mountPath", "ports": "containerPort"}  # by name otherwise


class RefusedError(Exception):
    """The API server would not do it."""


def paste(ns: Spoiled, command: str) -> None:
    """Change the objects as the command would. Raises `RefusedError`."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&")
    lexer.whitespace_split, lexer.commenters = True, ""
    words, printed = [], ""
    for word in [*lexer, "&&"]:
        if word not in {"|", "||", "&&"}:
            words.append(word)
            continue
        if words[:2] == ["printf", "%s"]:
            printed = words[2]
        elif words[0] == "kubectl":
            _kubectl(ns, words, printed)
        words = []


def _kubectl(ns: Spoiled, words: list[str], printed: str) -> None:
    at = words.index("-n")
    home, verb, rest = words[at + 1], words[at + 2], words[at + 3 :]
    if verb == "patch":
        target = _the(ns, home, rest[0], rest[1])
        _patch(target, rest[rest.index("--type") + 1], json.loads(rest[rest.index("-p") + 1]))
    elif verb == "apply" and printed:
        _apply(ns, json.loads(printed))
    elif verb == "scale":
        replicas = int(rest[-1].removeprefix("--replicas="))
        _the(ns, home, rest[0], rest[1])["spec"].update(replicas=replicas)
    elif verb == "create" and rest[:2] == ["secret", "generic"]:
        _keep(ns, rest[2], rest[3].removeprefix("--from-literal=").partition("=")[0])
    else:
        assert verb in {"get", "apply", "create", "rollout", "exec"}, words


def _the(ns: Spoiled, home: str, kind: str, name: str) -> Json:
    wanted = KINDS.get(kind, kind).lower()
    found = [
        item
        for item in ns.objects
        if (item["kind"].lower(), item["metadata"]["name"]) == (wanted, name)
        and item["metadata"].get("namespace") == home
    ]
    if not found:
        raise RefusedError(f"There is no {wanted} {name} in {home}.")
    return found[-1]


def _apply(ns: Spoiled, item: Json) -> None:
    try:
        there = _the(ns, item["metadata"]["namespace"], item["kind"], item["metadata"]["name"])
    except RefusedError:
        ns.objects.append(item)
    else:
        there.update(item)


def _keep(ns: Spoiled, name: str, key: str) -> None:
    """A key of a Secret, where it holds nothing yet."""
    for item in ns.objects:
        if item["kind"] == "Secret" and item["metadata"]["name"] == name:
            item["data"] = {**item["data"], key: item["data"].get(key) or "set"}
            return
    ns.objects.append(
        {"kind": "Secret", "metadata": {"name": name, "namespace": ns.name}, "data": {key: "set"}}
    )


def _patch(target: Json, form: str, change: Any) -> None:
    before = copy.deepcopy(target)
    if form == "json":
        for operation in change:
            _operate(before, operation)
        after = before
    else:
        after = _merged(before, change, strategic=form == "strategic")
    target.clear()
    target.update(after)


def _merged(held: Any, change: Any, *, strategic: bool, field: str = "") -> Any:
    if isinstance(change, dict):
        found = dict(held) if isinstance(held, dict) else {}
        for key, value in change.items():
            if value is None:
                found.pop(key, None)
            else:
                found[key] = _merged(found.get(key), value, strategic=strategic, field=key)
        return found
    if strategic and isinstance(change, list) and all(isinstance(each, dict) for each in change):
        return _merged_lists(list(held or ()), change, KEYS.get(field, "name"))
    return change


def _merged_lists(held: list[Any], change: list[Any], key: str) -> list[Any]:
    for each in change:
        at = next((i for i, known in enumerate(held) if known.get(key) == each[key]), len(held))
        if each.get("$patch") == "delete":
            del held[at : at + 1]
        else:
            held[at : at + 1] = [_merged(held[at] if at < len(held) else {}, each, strategic=True)]
    return held


def _operate(whole: Any, operation: Json) -> None:
    *way, last = operation["path"].strip("/").split("/")
    try:
        place = whole
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        at: Any = int(last) if isinstance(place, list) and last != "-" else last
        match operation["op"]:
            case "test":
                if place[at] != operation["value"]:
                    raise RefusedError(f"{operation['path']} is {place[at]}")
            case "remove":
                del place[at]
            case "add" if at == "-":
                place.append(operation["value"])
            case "add" if isinstance(place, list):
                place.insert(at, operation["value"])
            case _:
                place[at] = operation["value"]
    except (KeyError, IndexError) as error:
        raise RefusedError(f"{operation['path']} is not there") from error
