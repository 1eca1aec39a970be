"""One event loop in one thread: all watches and port-forwards of a cluster run on it, and end with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from dashboard.model.core.errors import Unreachable

T = TypeVar("T")
CLOSE_SECONDS = 5.0


class Background:
    """Thread-safe; a coroutine given to it after `close` raises `Unreachable`."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        # One thread more for what blocks: plugins that hand out credentials. It is started now, so that
        # their number is the same ever after.
        helper = ThreadPoolExecutor(1, thread_name_prefix=f"{name} credentials")
        helper.submit(int)
        self._loop.set_default_executor(helper)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T], *, seconds: float) -> T:
        """What `work` returns, from any other thread; raises `Unreachable` after `seconds`."""
        try:
            future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, seconds), self._loop)
        except RuntimeError as error:
            work.close()
            raise Unreachable("The connection to the cluster was closed.") from error
        try:
            return future.result()
        except TimeoutError as error:
            raise Unreachable(f"The cluster did not answer within {seconds:g} s.") from error
        except asyncio.CancelledError as error:
            raise Unreachable("The connection to the cluster was closed.") from error

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let `work` run until it ends or all is closed."""
        self._loop.call_soon_threadsafe(self._keep, work)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Cancel everything, let it clean up, do `last`, and end the thread."""
        if self._loop.is_closed():
            last.close()
            return
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._end(last), self._loop).result(CLOSE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_SECONDS)

    async def _end(self, last: Coroutine[Any, Any, None]) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await last
