"""Liveness, readiness and metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agent.problems import RETRY_AFTER_SECONDS, problem
from agent.sidecar import Sidecar

router = APIRouter(tags=["Health"])


@router.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers; says nothing of its sidecar."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """200 when the sidecar is reachable and hosts the actor type, else 503 with what is missing."""
    sidecar: Sidecar = request.app.state.sidecar
    missing = await sidecar.why_not_ready()
    if missing:
        return problem(503, "Not ready", missing, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    return JSONResponse({"status": "ok"})


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
