"""Who somebody is and may be, from what their identity provider claims of them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from dashboard.model.access.person import Person
from dashboard.services.core.settings import Settings

NOBODY_SIGNS_IN = (
    "Nobody signs in here, so nobody may write. Who runs this dashboard sets up a sign-in (README, "
    "Who may write), or DACA_ANONYMOUS=operator."
)
NO_OPERATORS = "You are a viewer, and so is everyone until DACA_OPERATOR_CLAIM says who is an operator."


def anonymous(settings: Settings) -> Person:
    """Whoever opens a page that asks nobody to sign in."""
    return Person("dashboard", settings.anonymous, NOBODY_SIGNS_IN)


def signed_in(settings: Settings, claims: Mapping[str, Any]) -> Person:
    """Who the claims of an ID token speak of, with the role that `DACA_OPERATOR_CLAIM` gives."""
    who = next(
        (str(claims[name]) for name in ("email", "preferred_username", "sub") if claims.get(name)), "?"
    )
    wanted = settings.operator_claim
    if not wanted:
        return Person(who, "viewer", NO_OPERATORS)
    may_not = f"{who} is a viewer. Operators may write: those whose sign-in says {wanted}."
    return Person(who, "operator" if has_claim(claims, wanted) else "viewer", may_not)


def is_over(settings: Settings, claims: Mapping[str, Any], now: float | None = None) -> bool:
    """Whether the sign-in is older than `DACA_SIGN_IN_HOURS`: its claims may hold no longer."""
    at = claims.get("iat")
    age = (time.time() if now is None else now) - at if isinstance(at, int | float) else 0.0
    return age > settings.sign_in_hours * 3600


def has_claim(claims: Mapping[str, Any], wanted: str) -> bool:
    """Whether `wanted`, as in `groups=operators`, is the claim's value or among its values.

    A dot leads into a claim of claims, as in Keycloak's `realm_access.roles=operators`.
    """
    name, _, value = wanted.partition("=")
    found = claims.get(name) if name in claims else _inside(claims, name)
    if isinstance(found, list | tuple):
        return value in found
    return found is not None and value in {str(found), json.dumps(found)}


def _inside(claims: Mapping[str, Any], path: str) -> Any:
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
