"""Errors as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from agent.sidecar import SidecarError

RETRY_AFTER_SECONDS = 2


def problem(
    status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """One problem; `more` are extension members."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def away(detail: str) -> JSONResponse:
    """503: the sidecar or the store did not do its part; nothing was acknowledged."""
    return problem(
        503,
        "Sidecar or store unavailable",
        f"{detail}. Send it again with the same Idempotency-Key: it is never stored twice.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [{"at": ".".join(map(str, e["loc"])), "what": e["msg"]} for e in error.errors()]
    detail = "; ".join(f"{fault['at']}: {fault['what']}" for fault in faults)
    return problem(422, "Invalid request", detail, errors=faults)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, "Request refused", str(error.detail), headers=error.headers)


async def _sidecar(_: Request, error: Exception) -> JSONResponse:
    return away(str(error))


def install(app: FastAPI) -> None:
    """Answer every error of `app` with problem details."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(SidecarError, _sidecar)
