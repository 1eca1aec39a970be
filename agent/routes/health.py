"""Liveness, readiness and metrics."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agent.outbox import Outbox
from agent.problems import RETRY_AFTER_SECONDS, problem
from agent.readiness import Readiness

router = APIRouter(tags=["Health"])


@router.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers; says nothing of its sidecar."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(
    request: Request, exclude: Annotated[list[Literal["store"]] | None, Query()] = None
) -> JSONResponse:
    """200 when a turn can be taken: the sidecar is reachable, hosts the actor type and reads its store.

    Else 503 with what is missing. `exclude=store` leaves the store out, as the API server's `/readyz` does
    with its own. What waits for the topic keeps no turn from being taken: it is said beside.
    """
    readiness: Readiness = request.app.state.readiness
    missing = await readiness.why_not(store="store" not in (exclude or ()))
    if missing:
        return problem(503, "Not ready", missing, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    outbox: Outbox = request.app.state.outbox
    topic = {"unpublished": outbox.waiting, "topic": outbox.refusal} if outbox.refusal else {}
    return JSONResponse({"status": "ok", **topic})


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
