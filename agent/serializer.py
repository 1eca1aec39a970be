"""JSON as it is written, in place of the SDK's serializer.

The SDK's default decoder turns texts that look like durations or dates into other types (python-sdk issue
283): "10s" is stored as 10.0 and "2024-01-15 is my birthday" is an error. A chat must never rewrite a text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dapr.serializers.base import Serializer


class PlainJson(Serializer):  # type: ignore[misc]
    """`json.dumps` and `json.loads`, nothing else. Raises ValueError for what is no JSON.

    No text at all is None: the SDK's own proxies send an empty body where a method has no argument.
    """

    def serialize(self, obj: object, custom_hook: Callable[[object], bytes] | None = None) -> bytes:
        return json.dumps(obj, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()

    def deserialize(
        self,
        data: bytes,
        data_type: type | None = object,
        custom_hook: Callable[[bytes], object] | None = None,
    ) -> Any:
        try:
            return json.loads(data) if data else None
        except (ValueError, RecursionError) as error:
            raise ValueError(f"the body is not JSON: {error}") from error
