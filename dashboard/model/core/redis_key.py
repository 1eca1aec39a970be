r"""The name of a Redis key as text, and back: any bytes, each with one text and that text with no other.

A byte that is no UTF-8 is shown as `\xNN`. A backslash stays as it is, but for one that would read as such a
byte: it is shown as `\x5c`.
"""

from __future__ import annotations

import re

# Only bytes from 0x80 on can be no UTF-8: `C:\x41b` means itself.
_BYTE = re.compile(rb"\\x(5c|[89a-f][0-9a-f])")


def to_text(name: bytes) -> str:
    """The name as it is shown and typed."""
    return _BYTE.sub(rb"\\x5cx\1", name).decode("utf-8", "backslashreplace")


def to_bytes(text: str) -> bytes:
    """The name that `to_text` showed."""
    return _BYTE.sub(lambda found: bytes((int(found[1], 16),)), b"".join(map(_encoded, text)))


def _encoded(char: str) -> bytes:
    """A byte that a shell handed over as a surrogate (PEP 383) is itself; any other surrogate is three."""
    return char.encode("utf-8", "surrogateescape" if "\udc80" <= char <= "\udcff" else "surrogatepass")
