"""`/chat`: send a message, read a history."""

from __future__ import annotations

import json
import re
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request, Response
from pydantic import AfterValidator, BaseModel

from agent import metrics
from agent.messages import MAX_PAGE, AssistantMessage, UserMessage
from agent.sidecar import ACTOR_TYPE, Sidecar, SidecarError

router = APIRouter(prefix="/chat", tags=["Chat"])


def _actor_id(value: str) -> str:
    if value in {".", ".."} or not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", value):
        raise ValueError("an actor id has 1 to 64 letters, digits, dots, dashes or underscores")
    return value


ActorId = Annotated[str, Path(description="the actor's id"), AfterValidator(_actor_id)]


class Answer(BaseModel):
    response: AssistantMessage


async def _invoke(request: Request, actor_id: str, method: str, argument: dict[str, Any]) -> dict[str, Any]:
    sidecar: Sidecar = request.app.state.sidecar
    data = await sidecar.invoke_method(ACTOR_TYPE, actor_id, method, json.dumps(argument).encode())
    answer: dict[str, Any] = json.loads(data)
    return answer


@router.post("/{actor_id}")
async def send(
    request: Request,
    actor_id: ActorId,
    message: UserMessage,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=128)] = None,
) -> Answer:
    """One turn. A repeated `Idempotency-Key` returns the first answer and adds no turn."""
    argument = {"content": message.content, "id": str(uuid.uuid4()), "key": idempotency_key}
    with metrics.TURN_SECONDS.time():
        try:
            result = await _invoke(request, actor_id, "ProcessMessage", argument)
        except SidecarError:
            metrics.TURNS.labels("failed").inc()
            raise
    if result.get("conflict"):
        metrics.TURNS.labels("conflict").inc()
        raise HTTPException(422, "this Idempotency-Key was already used with another message")
    metrics.TURNS.labels("answered").inc()
    return Answer(response=AssistantMessage(content=result["answer"]))


@router.get("/{actor_id}/history")
async def history(
    request: Request,
    response: Response,
    actor_id: ActorId,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="messages at most")] = MAX_PAGE,
    before: Annotated[int | None, Query(ge=0, description="only messages older than this index")] = None,
    details: Annotated[
        bool, Query(description="with turn, time, id, how many there are and where the actor lives")
    ] = False,
) -> dict[str, Any]:
    """The newest messages, oldest first; a `Link` header with rel="prev" leads to older ones."""
    page = await _invoke(request, actor_id, "GetConversationHistory", {"limit": limit, "before": before})
    if page["first"] > 0:
        more = f"limit={limit}&before={page['first']}" + ("&details=true" if details else "")
        response.headers["Link"] = f'</chat/{actor_id}/history?{more}>; rel="prev"'
    fields = ("role", "content", "turn", "time", "id") if details else ("role", "content")
    said = [{field: message[field] for field in fields} for message in page["messages"]]
    about = {name: page.get(name) for name in ("total", "replica", "activated_at")} if details else {}
    return {"history": said, **about}
