"""JSON of any writer, read; and values as strict JSON has them (RFC 8259), to be written."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

DEEPEST = 100
_SURROGATE = re.compile("[\ud800-\udfff]")


def loads(text: str) -> Any:
    """Decoded; raises `ValueError`.

    Python reads what JSON has not: a number too large for a double is infinite, and there is `NaN`. Half a
    character, which no encoding can write, becomes the six letters of its escape. What is nested more than
    `DEEPEST` deep is refused: it could be neither walked through nor printed.
    """
    try:
        return _walked(json.loads(text), "\\ud" in text.lower(), 0)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _walked(value: Any, halves: bool, depth: int) -> Any:
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, dict):
        return {_walked(key, halves, depth): _walked(item, halves, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_walked(item, halves, depth + 1) for item in value]
    return without_surrogates(value) if halves and isinstance(value, str) else value


def strict(value: Any) -> Any:
    """The same of dicts, lists, texts, numbers, booleans and None alone.

    A number that JSON has not is its name ("Infinity", "-Infinity", "NaN"), bytes are text with `\\xNN` for
    what is no UTF-8, half a character is the letters of its escape, all else is what `str` makes of it.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        return {str(strict(key)): strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [strict(item) for item in value]
    return without_surrogates(str(value))


def without_surrogates(text: str) -> str:
    """Half a character as the six letters of its escape."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def finite(value: Any) -> bool:
    """Whether every number in decoded JSON is one that JSON has."""
    if isinstance(value, Mapping):
        return all(map(finite, value.values()))
    if isinstance(value, list):
        return all(map(finite, value))
    return not isinstance(value, float) or math.isfinite(value)
