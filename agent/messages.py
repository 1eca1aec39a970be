"""What callers say to an actor: by the REST API, or straight through Dapr as the course's clients do."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

MAX_CONTENT = 8_000
MAX_PAGE = 1_000
Argument = TypeVar("Argument", bound=BaseModel)


class BadArgument(ValueError):
    """An actor's method was called with what it does not take; nothing was stored."""


def _content(value: str) -> str:
    if not value.strip():
        raise ValueError("the message is empty")
    if len(value) > MAX_CONTENT:
        raise ValueError(f"the message is longer than {MAX_CONTENT} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("the message is not valid Unicode") from None
    return value


Content = Annotated[str, AfterValidator(_content)]


class UserMessage(BaseModel):
    """What a user says."""

    model_config = ConfigDict(extra="forbid")
    role: Literal["user"]
    content: Content


class AssistantMessage(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str


class Said(BaseModel):
    """A message on its way from this service's REST API to the actor: `id` makes it one turn."""

    model_config = ConfigDict(extra="forbid")
    content: Content
    id: Annotated[str, Field(min_length=1)] | None = None
    key: str | None = None


class Page(BaseModel):
    """Which part of a history: `limit` messages at most, older than index `before`."""

    model_config = ConfigDict(extra="forbid")
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)]
    before: Annotated[int, Field(ge=0)] | None = None


def checked(kind: type[Argument], argument: Any, *, takes: str) -> Argument:
    """`argument` as `kind`; raises `BadArgument` with each fault and what the method `takes`."""
    try:
        return kind.model_validate(argument, strict=True)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
        raise BadArgument(f"{faults}. Send {takes}.") from None
