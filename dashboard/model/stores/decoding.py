"""Values as a store holds them, decoded for reading: JSON, and JSON inside JSON."""

from __future__ import annotations

import json
from typing import Any


def value_text(data: bytes) -> str:
    """Bytes of a value as text: UTF-8 where it is, `\\xNN` where it is not."""
    return data.decode("utf-8", "backslashreplace")


def unwrap(text: str) -> Any:
    """Decode JSON, and JSON inside JSON objects and arrays as text; what is no JSON stays text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _unwrap_nested(value) if isinstance(value, dict | list) else _unwrap_text(text, value)


def _unwrap_text(text: str, value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "[", '"'}:
        return unwrap(value)
    return value


def _unwrap_nested(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unwrap_nested(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unwrap_nested(item) for item in value]
    return value
