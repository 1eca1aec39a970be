"""The role comes from a claim of the identity provider; without that claim somebody may look only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dashboard.services.access import roles
from dashboard.services.core.settings import Settings

BY_GROUP = Settings(operator_claim="groups=operators", sign_in_hours=8)


@pytest.mark.parametrize(
    ("claims", "wanted"),
    [
        ({"groups": ["staff", "operators"]}, "groups=operators"),
        ({"role": "operators"}, "role=operators"),
        ({"realm_access": {"roles": ["operators"]}}, "realm_access.roles=operators"),
        ({"https://example.org/roles": ["operators"]}, "https://example.org/roles=operators"),
        ({"groups": ["cn=operators,dc=example"]}, "groups=cn=operators,dc=example"),
        ({"admin": True}, "admin=true"),
    ],
)
def test_a_claim_is_found_where_providers_put_it(claims: dict[str, object], wanted: str) -> None:
    assert roles.has_claim(claims, wanted)
    assert roles.signed_in(Settings(operator_claim=wanted), claims).role == "operator"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"groups": []},
        {"groups": None},
        {"groups": "operators2"},
        {"groups": ["Operators"]},
        {"operators": 1},
    ],
)
def test_whoever_lacks_the_claim_is_a_viewer(claims: dict[str, object]) -> None:
    person = roles.signed_in(BY_GROUP, {"email": "ana@example.org", **claims})
    assert (person.who, person.role) == ("ana@example.org", "viewer")
    assert "groups=operators" in person.may_not


@given(claims=st.dictionaries(st.text(), st.text() | st.lists(st.text()) | st.none() | st.booleans()))
def test_nobody_is_an_operator_until_the_claim_is_named(claims: dict[str, object]) -> None:
    assert roles.signed_in(Settings(), claims).role == "viewer"


def test_a_sign_in_ends() -> None:
    assert not roles.is_over(BY_GROUP, {"iat": 1_000}, now=1_000 + 8 * 3600)
    assert roles.is_over(BY_GROUP, {"iat": 1_000}, now=1_001 + 8 * 3600)


def test_without_a_sign_in_the_settings_say_who_one_is() -> None:
    assert roles.anonymous(Settings()).role == "operator"
    assert roles.anonymous(Settings(anonymous="viewer")).role == "viewer"


@pytest.mark.parametrize("wrong", ["operators", "=operators", "groups="])
def test_a_claim_without_name_or_value_stops_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Settings(operator_claim=wrong)
