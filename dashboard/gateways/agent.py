"""The agent's REST API."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from dashboard.gateways.http import JsonHttp
from dashboard.model.chat.messages import HistoryPage, Message, turns_of
from dashboard.model.core.errors import GatewayError, NotThere, Rejected
from dashboard.model.core.readiness import AgentReadiness
from dashboard.model.doctor.conditions import AgentCondition
from dashboard.model.topics.inboxes import EventInbox

# Longer than the agent gives a turn (`turn_deadline` in agent/settings.py, 10 s), so that what it says at the
# end of that is heard: a turn that takes 9 s has not failed.
TURN_SECONDS = 12.0
_PREVIOUS = re.compile(r'<([^>]*)>\s*;\s*rel="?prev"?')


class AgentGateway:
    """Calls to one agent; raises `GatewayError` alone.

    `timeout` is how long (seconds) an answer may take, `turn_timeout` that to a message.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 5.0,
        turn_timeout: float = TURN_SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._turn_timeout = turn_timeout
        self._http = JsonHttp("The agent", url, timeout=timeout, transport=transport)

    def close(self) -> None:
        self._http.close()

    def send(self, actor_id: str, content: str, idempotency_key: str) -> str:
        """The answer's text; the same `idempotency_key` again returns the first answer and adds no turn."""
        body = {"role": "user", "content": content}
        headers = {"Idempotency-Key": idempotency_key}
        path, seconds = f"/chat/{actor_id}", self._turn_timeout
        answer, _ = self._http.call("POST", path, json=body, headers=headers, timeout=seconds)
        try:
            return str(answer["response"]["content"])
        except (KeyError, TypeError) as error:
            raise Rejected("The agent's answer has no response.content.") from error

    def history(self, actor_id: str, *, limit: int = 50, before: str | None = None) -> HistoryPage:
        """The newest `limit` turns older than the cursor `before`."""
        began = time.monotonic()
        params = {"limit": str(2 * limit), "details": "true"}
        if before is not None:
            params["before"] = before
        body, headers = self._http.call("GET", f"/chat/{actor_id}/history", params=params)
        return HistoryPage(
            turns=turns_of(_messages(body)),
            before=_previous(headers.get("link", "")),
            latency_ms=(time.monotonic() - began) * 1000,
            read_at=time.time(),
            **_about(body),
        )

    def readiness(self) -> AgentReadiness:
        """Whether it takes turns; raises where it does not answer at all."""
        self._http.call("GET", "/livez")
        return self._readiness()

    def _readiness(self) -> AgentReadiness:
        try:
            body, _ = self._http.call("GET", "/readyz")
        except GatewayError as error:
            return AgentReadiness(problem=error.what)
        told = body if isinstance(body, dict) else {}
        count = told.get("unpublished")
        return AgentReadiness(
            topic=str(told.get("topic") or ""), unpublished=count if isinstance(count, int) else 0
        )

    def condition(self) -> AgentCondition:
        """How it is, for the doctor; raises where it does not answer at all."""
        began = time.time()
        body, headers = self._description()
        clock = _ahead(headers.get("date", ""), began, time.time())
        return AgentCondition(self._readiness(), _routes(body), clock)

    def _description(self) -> tuple[Any, httpx.Headers]:
        """Its OpenAPI document, or the sign of life of an agent that gives none."""
        try:
            return self._http.call("GET", "/openapi.json")
        except NotThere:
            return self._http.call("GET", "/livez")

    def events(self) -> list[dict[str, Any]]:
        """The newest events that this replica received, newest first."""
        return list(self.inbox().events)

    def inbox(self) -> EventInbox:
        """The same, with which replica it is."""
        body, _ = self._http.call("GET", "/events", params={"details": "true"})
        events = body.get("events") if isinstance(body, dict) else None
        if not isinstance(events, list):
            raise Rejected("The agent's answer has no list of events.")
        name, namespace, since = (str(body.get(k) or "") for k in ("replica", "namespace", "started_at"))
        received = body.get("received")
        kept = tuple(event for event in events if isinstance(event, dict))
        return EventInbox(
            replica=name,
            namespace=namespace,
            events=kept,
            started_at=since,
            received=received if isinstance(received, int) else None,
        )


def _routes(description: Any) -> frozenset[str] | None:
    """The paths that take a POST, or None where they are not described."""
    try:
        return frozenset(path for path, verbs in description["paths"].items() if "post" in verbs)
    except (KeyError, TypeError, AttributeError):
        return None


def _messages(body: Any) -> list[Message]:
    try:
        return [
            Message(
                role=str(m["role"]),
                content=str(m["content"]),
                turn=int(m.get("turn", 0)),
                time=str(m.get("time") or ""),
                id=str(m.get("id") or ""),
            )
            for m in body["history"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Rejected("The agent's answer is no history.") from error


def _about(body: Any) -> dict[str, Any]:
    """What an agent adds to a history with details; one of before does not."""
    total = body.get("total")
    return {
        "total": total if isinstance(total, int) else None,
        "replica": str(body.get("replica") or ""),
        "activated_at": str(body.get("activated_at") or ""),
    }


def _previous(link: str) -> str | None:
    found = _PREVIOUS.search(link)
    values = parse_qs(urlsplit(found[1]).query).get("before") if found else None
    return values[0] if values else None


def _ahead(date: str, began: float, ended: float) -> float | None:
    """Seconds that a clock is ahead of ours; the header has whole seconds, cut off (RFC 9110, Date)."""
    try:
        told = parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
    return min(0.0, told + 1 - began) or max(0.0, told - ended)
