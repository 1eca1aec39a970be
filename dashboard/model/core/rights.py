"""A refusal of the API server, read: which right is missing, and the command that grants it. Pure.

The wording is that of `k8s.io/apiserver`, `responsewriters.forbiddenMessage`.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

_FORBIDDEN = re.compile(
    r'(?:\S+ (?:"(?P<name>[^"]*)" )?is forbidden: )?User "(?P<user>[^"]*)" cannot (?P<verb>[a-z]+) '
    r'resource "(?P<resource>[^"]*)" in API group "(?P<group>[^"]*)" '
    r'(?:in the namespace "(?P<namespace>[^"]*)"|at the cluster scope)'
)
_UNNAMEABLE = re.compile(r"[^a-z0-9-]+")
# A list is of use only with the watch that follows it.
_TOGETHER = {"list": "list,watch", "watch": "list,watch"}
_BY_NAME = {"secrets", "configmaps"}  # of these one is read, and no other
_ACCOUNT = "system:serviceaccount:"


@dataclass(frozen=True, kw_only=True)
class Right:
    """`user` may not `verb` the `resource` of `group` in `namespace` ("": in the whole cluster)."""

    user: str
    verb: str
    resource: str
    group: str
    namespace: str
    name: str = ""


def missing(message: str) -> Right | None:
    """The right that a refusal speaks of, or None where it speaks of none."""
    found = _FORBIDDEN.search(message)
    if found is None:
        return None
    said = {field: value or "" for field, value in found.groupdict().items()}
    return Right(**said)


def grant(right: Right) -> str:
    """The kubectl lines that grant it: a role of its own, named after the user and bound to them."""
    resource, _, part = right.resource.partition("/")
    kind = (f"{resource}.{right.group}" if right.group else resource) + (f"/{part}" if part else "")
    name = _UNNAMEABLE.sub("-", right.user.rpartition(":")[2].lower()).strip("-")
    by_name = right.name if resource in _BY_NAME else ""
    role = "-".join(filter(None, (name, right.verb, resource, part, by_name)))
    scope, where = ("role", f" -n {right.namespace}") if right.namespace else ("clusterrole", "")
    verbs = _TOGETHER.get(right.verb, right.verb)
    only = f" --resource-name={shlex.quote(by_name)}" if by_name else ""
    made = f"kubectl create {scope} {role}{where} --verb={verbs} --resource={kind}{only}"
    return f"{made}\nkubectl create {scope}binding {role}{where} --{scope}={role} {_subject(right.user)}"


def _subject(user: str) -> str:
    if user.startswith(_ACCOUNT):
        return f"--serviceaccount={user.removeprefix(_ACCOUNT)}"
    return f"--user={shlex.quote(user)}"
