"""A secret is taken out of whatever a program wrote around it; what a reader needs stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.core.redaction import names_secret, redacted

JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        f"got {JWT} instead",
        "Authorization: Bearer canary-1",
        "token=canary-1",
        'access_token: "canary-1"',
        '{"client_secret":"canary-1"}',
        "run --password canary-1 failed",
        "proxy http://me:canary-1@proxy:3128 refused",
        "k8s-aws-v1.canary-1canary-1canary-1canary-1canary-1",
        "-----BEGIN RSA PRIVATE KEY-----\ncanary-1\n-----END RSA PRIVATE KEY-----",
        "canary-1 is what I was given",
    ],
)
def test_a_secret_is_hidden(text: str) -> None:
    found = redacted(text, *(["canary-1"] if text.startswith("canary") else ()))
    assert "canary" not in found
    assert JWT not in found
    assert "[hidden]" in found


@pytest.mark.parametrize(
    "text",
    [
        "The SSO session associated with this profile has expired. Run aws sso login.",
        "ERROR: (gcloud.auth) Reauthentication failed. cannot prompt during non-interactive execution.",
        "open /home/somebody/.config/a-very-long-folder-name-for-a-cache/tokens.json: no such file",
        "See https://example.org/a/very/long/page/about/signing/in/again?x=1",
    ],
)
def test_what_a_reader_needs_stays(text: str) -> None:
    assert redacted(text) == text


@given(st.text(), st.text(min_size=1), st.text())
def test_what_is_known_is_never_left(before: str, secret: str, after: str) -> None:
    found = redacted(f"{before}{secret}{after}", secret)
    assert secret not in found.replace("[hidden]", "")


def test_a_name_tells_a_secret() -> None:
    assert names_secret("AZURE_CLIENT_SECRET")
    assert not names_secret("AWS_PROFILE")
