"""Texts of other programs without what may be a secret in them: rather too much is taken out."""

from __future__ import annotations

import re

HIDDEN = "[hidden]"
_NAMES = r"(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|private[_-]?key|credential)"
_SECRET = re.compile(_NAMES, re.IGNORECASE)
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), rf"\1{HIDDEN}")
    for pattern in (
        r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END|\Z)",
        r"(://)[^/\s]*(?=@)",
        r"\b(bearer |basic )[^\s\"',]+",
        rf"({_NAMES}[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s\"',}}]+",
        rf"(--[\w-]*{_NAMES}[\w-]* )[^\s-][^\s]*",
        r"()\beyJ[\w-]+(?:\.[\w-]*)*",  # JSON in base64: a JWT (RFC 7519)
        r"()(?<![\w/+=~-])[\w+=~-]{32,}(?:[./][\w+=~-]*)*",
    )
)


def redacted(text: str, *known: str) -> str:
    """`text` without `known` secrets, and without what has the shape of one."""
    for secret in sorted(filter(None, known), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def names_secret(name: str) -> bool:
    """Whether what goes by this name is a secret."""
    return bool(_SECRET.search(name))
