"""Values as a store holds them, decoded for reading: JSON, and JSON inside JSON."""

from __future__ import annotations

from typing import Any

from dashboard.model.core import strict_json


def value_text(data: bytes) -> str:
    """Bytes of a value as text: UTF-8 where it is, `\\xNN` where it is not."""
    return data.decode("utf-8", "backslashreplace")


def unwrap(text: str) -> Any:
    """Decode JSON, and a JSON text that holds JSON; what is no JSON stays text."""
    try:
        value = strict_json.loads(text)
    except ValueError:
        return text
    return unwrap(value) if isinstance(value, str) and value[:1] in {"{", "[", '"'} else value
