"""
Lets Locust's greenlets and an asyncio loop in its own thread talk to each other.

gevent has patched this process, but Temporal's client needs an asyncio loop. So the loop runs in one real thread, and
both sides share only two queues with coalesced wake-ups.

Everything is imported in the hub's thread before the other thread starts: otherwise gevent's import locks deadlock. The
loop is uvloop's, as gevent has patched the stdlib's selectors too.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import gevent
import gevent.event
import uvloop
from gevent import get_hub, monkey

_T = TypeVar("_T")
_start_new_thread = monkey.get_original("_thread", "start_new_thread")
_allocate_lock = monkey.get_original("_thread", "allocate_lock")

# Without this pause between the last call and the end of the process, 16 of 40 processes crashed in the SDK's threads.
QUIESCE_SECONDS = 0.3
# Calls to the hub are delivered in groups about this often, so that 1,000 samples a second cause 100 wake-ups.
_COALESCE_SECONDS = 0.01
_LETTERS_AT_ONCE = 200


class Bridge:
    """
    An asyncio loop in a thread, seen from the hub.

    ``submit`` calls into the loop and waits; ``post`` calls back into the hub and does not wait.
    """

    def __init__(self) -> None:
        self._hub = get_hub()
        self._calls: deque[_Call] = deque()
        self._calls_armed = False
        self._letters: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._letters_armed = False
        self._mail = gevent.event.Event()
        self._watcher = self._hub.loop.async_()  # builds this thread's loop before the other thread exists
        self._watcher.start(self._mail.set)
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.loop = uvloop.new_event_loop()
        self._ended = _allocate_lock()
        self._ended.acquire()
        _start_new_thread(self._run_loop, ())
        self._postman = gevent.spawn(self._deliver)

    # What follows runs in the hub's thread.

    def submit(self, function: Callable[..., Awaitable[_T]], *arguments: Any) -> _T:
        """
        Run a coroutine function in the loop's thread and wait for its result; only this greenlet is blocked.

        A greenlet that is killed or times out while it waits cancels the coroutine.

        Raises:
            RuntimeError: The bridge is closed, or was closed while the call ran.
        """
        if self._closed:
            raise RuntimeError("the bridge is closed")
        call = _Call(function, arguments)
        self._calls.append(call)
        if not self._calls_armed:
            self._calls_armed = True
            self.loop.call_soon_threadsafe(self._start_calls)
        try:
            return call.result.get()  # type: ignore[no-any-return]  # gevent ships no types
        except BaseException:
            if not call.result.ready():  # gevent.Timeout or GreenletExit, not the call's own error
                self.loop.call_soon_threadsafe(call.cancel)
            raise

    def call_soon(self, function: Callable[..., object], *arguments: Any) -> None:
        """
        Run a plain function in the loop's thread, without waiting for it.
        """
        self.loop.call_soon_threadsafe(function, *arguments)

    def flush(self) -> None:
        """
        Wait until all calls posted so far are made.
        """
        while self._letters:
            gevent.sleep(_COALESCE_SECONDS)

    def close(self) -> bool:
        """
        Cancel what runs, end the thread and wait until the SDK's threads are idle.

        Returns:
            Whether the loop's thread ended; calls that wait in ``submit`` get an error in either case.
        """
        self._closed = True
        self.loop.call_soon_threadsafe(self.loop.stop)
        deadline = time.monotonic() + 5.0
        while not self._ended.acquire(False):
            if time.monotonic() > deadline:
                return False
            gevent.sleep(0.01)
        self.flush()
        self._postman.kill()
        self._watcher.stop()
        self._watcher.close()
        gevent.sleep(QUIESCE_SECONDS)
        return True

    def _deliver(self) -> None:
        while True:
            self._mail.wait()
            self._mail.clear()
            self._letters_armed = False
            delivered = 0
            while self._letters:
                function, arguments = self._letters.popleft()
                function(*arguments)
                delivered += 1
                if delivered % _LETTERS_AT_ONCE == 0:
                    gevent.sleep(0)  # heartbeats and the web page come first
            gevent.sleep(_COALESCE_SECONDS)

    # What follows runs in the loop's thread: it touches no gevent but the watcher, and imports nothing.

    def post(self, function: Callable[..., object], *arguments: Any) -> None:
        """
        Have the hub call a function soon, in order of the posts; may be called from the loop's thread.
        """
        self._letters.append((function, arguments))
        if not self._letters_armed:
            self._letters_armed = True
            self._watcher.send()

    def _start_calls(self) -> None:
        self._calls_armed = False
        while self._calls:
            call = self._calls.popleft()
            if call.cancelled:
                continue
            call.task = self.loop.create_task(self._answer(call))
            self._tasks.add(call.task)
            call.task.add_done_callback(self._tasks.discard)

    async def _answer(self, call: _Call) -> None:
        try:
            value = await call.function(*call.arguments)
        except asyncio.CancelledError:
            self.post(call.result.set_exception, RuntimeError("the call was cancelled"))
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits, in the other thread
            self.post(call.result.set_exception, error)
        else:
            self.post(call.result.set, value)

    def _run_loop(self) -> None:
        try:
            asyncio.set_event_loop(self.loop)
            self.loop.run_forever()
            self._start_calls()  # those that came with the stop: they are cancelled like the others
            tasks = asyncio.all_tasks(self.loop)
            for task in tasks:
                task.cancel()
            if tasks:
                self.loop.run_until_complete(asyncio.wait(tasks, timeout=3))
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()
        finally:
            self._ended.release()


class _Call:
    """
    One call into the loop, and the event on which the hub waits for it.
    """

    __slots__ = ("arguments", "cancelled", "function", "result", "task")

    def __init__(self, function: Callable[..., Awaitable[Any]], arguments: tuple[Any, ...]) -> None:
        self.function = function
        self.arguments = arguments
        self.result = gevent.event.AsyncResult()
        self.task: asyncio.Task[None] | None = None
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True
        if self.task is not None:
            self.task.cancel()
