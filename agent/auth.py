"""Only the sidecar may call the routes that are meant for it."""

from __future__ import annotations

from hmac import compare_digest

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.problems import problem

_GUARDED = ("/actors/", "/dapr/")


class SidecarOnly:
    """Middleware: with a token set, the actor routes, `/dapr/*` and `/subscribe` want it as `dapr-api-token`.

    Without it anyone who reaches the port could call an actor around Dapr's turn lock (docs: app API token).
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._token and scope["type"] == "http" and _guarded(scope["path"]):
            given = Headers(scope=scope).get("dapr-api-token", "").encode()
            if not compare_digest(given, self._token):
                refusal = problem(401, "Unauthorized", "this route answers only this app's sidecar")
                return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)


def _guarded(path: str) -> bool:
    return path.startswith(_GUARDED) or path.rstrip("/") == "/subscribe"
