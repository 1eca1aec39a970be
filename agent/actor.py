"""The virtual actor. Its state is loaded, changed as a value and saved in one transaction per turn.

The SDK's state manager is not used: it keeps what a failed method left behind and saves it with the next call
(`dapr/actor/runtime/manager.py` clears it for one error class only). A lock per actor id keeps turns apart
where Dapr does not: daprd releases its own when a caller gives up, while the method goes on.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from weakref import WeakValueDictionary

from dapr.actor import Actor, ActorId, ActorInterface, actormethod
from dapr.actor.runtime.context import ActorRuntimeContext

from agent import history
from agent.history import Head, Message
from agent.messages import MAX_PAGE, AssistantMessage, Page, Said, UserMessage, checked
from agent.outbox import Outbox
from agent.store import HistoryStore

log = logging.getLogger(__name__)
_locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


class ChatAgentInterface(ActorInterface):  # type: ignore[misc]
    """The methods by their names on the wire, each in two forms.

    One is the course's, for whoever calls the actor through Dapr; the other this service's own, which makes a
    repeated call one turn and pages. What fits neither raises `BadArgument`, and nothing is stored.
    """

    @actormethod(name="ProcessMessage")  # type: ignore[untyped-decorator]
    async def process_message(self, message: dict) -> dict:  # type: ignore[type-arg]
        """`{"role": "user", "content"}` -> `{"role": "assistant", "content"}`.

        Our own: `{"content", "id", "key"}` -> `{"answer"}`, or `{"conflict": true}` where a key had another
        text. Dapr repeats a call whose connection broke, and the turn may be stored by then: one `id` is one
        turn.
        """
        raise TypeError("an interface")

    @actormethod(name="GetConversationHistory")  # type: ignore[untyped-decorator]
    async def get_conversation_history(self, page: dict) -> dict | list:  # type: ignore[type-arg]
        """Without an argument the whole history, `[{"role", "content"}]`, oldest first.

        Our own: `{"limit", "before"}` -> `{"messages", "first", "total"}`, oldest first, and its home.
        """
        raise TypeError("an interface")


class ChatAgent(Actor, ChatAgentInterface):  # type: ignore[misc]
    """One conversation, in the process `replica`. The factory that registers the type gives it `outbox`."""

    def __init__(
        self, context: ActorRuntimeContext, actor_id: ActorId, outbox: Outbox, replica: str = ""
    ) -> None:
        super().__init__(context, actor_id)
        self._actor_id: str = actor_id.id
        self._store = HistoryStore(context.dapr_client, self._actor_id)
        self._outbox = outbox
        self._home = {"replica": replica, "activated_at": _now()}
        self._lock = _locks.setdefault(self._actor_id, asyncio.Lock())

    async def _on_activate(self) -> None:
        log.info("Activating actor for history-%s", self._actor_id)
        async with self._turn("activation"):
            await self._publish(await self._store.load())

    async def _on_deactivate(self) -> None:
        log.info("Deactivating actor for history-%s", self._actor_id)

    @asynccontextmanager
    async def _turn(self, what: str) -> AsyncIterator[None]:
        async with self._lock:
            try:
                yield
            except Exception:
                log.exception("%s of actor %s failed; nothing of it is kept", what, self._actor_id)
                raise

    async def process_message(self, message: Any) -> dict[str, Any]:
        if isinstance(message, dict) and "role" not in message and "content" in message:
            return await self._process(checked(Said, message, takes='{"content", "id", "key"}'))
        user = checked(UserMessage, message, takes='{"role": "user", "content": "..."}')
        answered = await self._process(Said(content=user.content))
        return AssistantMessage(content=answered["answer"]).model_dump()

    async def _process(self, message: Said) -> dict[str, Any]:
        async with self._turn("a turn"):
            content, key = message.content, message.key
            event_id = message.id or str(uuid.uuid4())
            head = await self._store.load()
            await self._publish(head)  # what a failed answer left, also if its turn is only sent again
            known = head.remembered(key) if key is not None else None
            if known is not None:
                if known.digest != history.digest(content):
                    return {"conflict": True}
                view = history.window(head, limit=1, before=known.index + 1)
                return {"answer": (await self._store.read(head, view))[0].content}
            repeated = head.answer_to(event_id)
            if repeated is not None:
                return {"answer": repeated}
            answer = f"Got your message: {content}"
            head = await self._add(head, content, answer, event_id, key)
            await self._publish(head)
            return {"answer": answer}

    async def _add(self, head: Head, content: str, answer: str, event_id: str, key: str | None) -> Head:
        grown, segment = history.add_turn(
            history.settle(head, self._outbox.published),
            content=content,
            answer=answer,
            time=_now(),
            event_id=event_id,
            key=key,
        )
        await self._store.save(grown, (segment,) if segment else ())
        return grown

    async def get_conversation_history(self, page: Any) -> dict[str, Any] | list[dict[str, str]]:
        if page in (None, {}):
            return [{"role": m.role, "content": m.content} async for m in self._whole()]
        asked = checked(Page, page, takes='no body, or {"limit", "before"}')
        async with self._turn("reading"):
            head = await self._store.load()
            view = history.window(head, limit=asked.limit, before=asked.before)
            messages = await self._store.read(head, view)
        said = history.encode_messages(messages)
        return {"messages": said, "first": view.first, "total": head.total, **self._home}

    async def _whole(self) -> AsyncIterator[Message]:
        """All messages, a page at a time: segments are never written again, so no turn waits for them."""
        async with self._turn("reading"):
            head = await self._store.load()
        for end in (*range(MAX_PAGE, head.total, MAX_PAGE), head.total):
            limit = (end - 1) % MAX_PAGE + 1
            for message in await self._store.read(head, history.window(head, limit=limit, before=end)):
                yield message

    async def _publish(self, head: Head) -> None:
        """Hand over what is not yet published; the answer does not wait for the topic."""
        waiting = [u for u in head.unpublished if self._outbox.wants(u.event_id)]
        for item in waiting:
            said = await self._store.read(head, history.window(head, limit=2, before=item.index + 2))
            self._outbox.put(item.event_id, _event(self._actor_id, said))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _event(actor_id: str, said: Sequence[Message]) -> dict[str, Any]:
    return {
        "actor_id": actor_id,
        "turn": said[0].turn,
        "time": said[0].time,
        "messages": [{"role": message.role, "content": message.content} for message in said],
    }
