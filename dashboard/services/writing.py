"""The one way to write: ask the guard, do it, and leave a line in the audit log of what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from dashboard.model.errors import GatewayError, WriteRefused
from dashboard.model.places import Place
from dashboard.services.audit import LONGEST_TEXT, Entry, Result
from dashboard.services.guard import Guard
from dashboard.services.workspace import Workspace

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Writing:
    """One person's writes to a workspace. Thread-safe."""

    workspace: Workspace
    guard: Guard

    @property
    def who(self) -> str:
        """Their name in the audit log."""
        return self.guard.person.who

    def run(
        self, namespace: str, action: str, call: Callable[[Place], T], *, actor_id: str = "", text: str = ""
    ) -> T:
        """The value of `call`, made only where this person may write to `namespace`.

        Raises `WriteRefused`, or what `call` raises. Either way the log has one line of it: who refuses to
        leave a trace does not write.
        """
        self.workspace.audit.check()
        sent_at, began = time.time(), time.monotonic()
        result: Result = "failed"
        why = "interrupted"
        try:
            place = self.workspace.place(namespace)
            self.guard.may_write(namespace, protected=place.protected)
            value = call(place)
            result, why = "done", ""
            return value
        except WriteRefused as error:
            result, why = "refused", str(error)
            raise
        except Exception as error:
            why = error.what if isinstance(error, GatewayError) else f"{type(error).__name__}: {error}"
            raise
        finally:
            took = round((time.monotonic() - began) * 1000, 1)
            entry = Entry(sent_at, self.who, namespace, action, actor_id, text, result, took, why)
            self._record(entry)

    def unlock(self, namespace: str, typed: str) -> bool:
        """Unlock a protected namespace by its name, which is a line in the log too; whether it was its name.

        Raises `WriteRefused` for who may not write at all.
        """
        if typed.strip() != namespace:
            return False
        self._allow("unlock", namespace)
        return self.guard.unlock(namespace, typed)

    def lock(self, namespace: str) -> None:
        """Lock a namespace again."""
        self.guard.lock(namespace)
        self._allow("lock", namespace)

    def _allow(self, action: str, namespace: str) -> None:
        self.workspace.audit.check()
        never = self.guard.never()
        result: Result = "refused" if never else "done"
        self._record(Entry(time.time(), self.who, namespace, action, "", "", result, why=never))
        if never:
            raise WriteRefused(never, word="no permission")

    def _record(self, entry: Entry) -> None:
        entry = replace(
            entry,
            text=entry.text[:LONGEST_TEXT],
            why=entry.why[:LONGEST_TEXT],
            cluster=self.workspace.title,
        )
        try:
            self.workspace.audit.append(entry)
        except OSError:  # it is written already: its trace goes where there is room
            log.critical("the audit log could not keep %s", entry, exc_info=True)
