"""
Processes that this process starts: each has its own session, and none outlives its parent.

It decides how a child is started, ended and observed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from loadtest.errors import TargetError
from loadtest.process_group_guard import hold_group, release_group, start_guard
from loadtest.process_group_members import members_of, processes_of, to_be_asked

_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 0.05
# A launcher that handles SIGTERM and has not passed it on within this time will not do it.
_PASS_ON_SECONDS = 12.0
# As Rust writes a frame and its place, and the line above all of them.
_NATIVE_FRAME = re.compile(r" +\d+: \S| +at \S+:\d+:\d+$|(Stack|stack) backtrace:$")
# Whose limit an error tells of.
_LIMITS = {errno.EMFILE: "ulimit -n", errno.EAGAIN: "ulimit -u"}
# Loaded here: between fork and exec nothing may be imported or looked up.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _dies_with(parent: int) -> Callable[[], None] | None:
    """
    Return a function that the child calls before exec, so that the kernel kills it when its parent ends.

    Only Linux has this; elsewhere only the guard of the child's group ends it.
    """
    libc = _LIBC
    if libc is None:
        return None

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended between fork and prctl, so the signal will never come
            os._exit(1)

    return prepare


@dataclass(frozen=True, slots=True)
class Use:
    """
    What a child and its own children have used so far.

    Attributes:
        cpu_seconds: User and system CPU time since their start.
        rss_bytes: Resident memory now.
    """

    cpu_seconds: float
    rss_bytes: int


@dataclass(slots=True)
class Child:
    """
    One running child process.

    Attributes:
        argv: Command line of the process.
        log_path: File that its standard output and error are appended to.
        started_at: Unix time of its start.
    """

    argv: tuple[str, ...]
    log_path: Path
    started_at: float
    _process: asyncio.subprocess.Process
    _view: psutil.Process | None = field(repr=False)

    @property
    def pid(self) -> int:
        """
        Its process id, which is also its session and process group.
        """
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """
        Its exit code, negative for a signal; ``None`` while it runs.
        """
        return self._process.returncode

    @property
    def running(self) -> bool:
        """
        Whether it, or a process that it started in its group, still runs.

        A launcher such as a shell script may end before the program that it started.
        """
        return self._process.returncode is None or bool(processes_of(self.pid))

    async def wait(self) -> int:
        """
        Wait until it ends and return its exit code.
        """
        return await self._process.wait()

    def signal(self, number: int) -> None:
        """
        Send a signal to every process of its group; does nothing where all have ended.
        """
        with contextlib.suppress(ProcessLookupError, PermissionError):  # an empty group: all have ended
            os.killpg(self.pid, number)

    async def terminate(self, grace_seconds: float) -> int:
        """
        Ask its whole group to end, wait for the group, then kill what is left; return the child's exit code.

        Each process is asked once. A process behind a launcher that passes the signal on (``npm start``, ``uv run``) is
        asked by that launcher alone.
        """
        asked: dict[int, bool] = {}
        began = time.monotonic()
        try:
            async with asyncio.timeout(grace_seconds):
                while self.running:
                    is_early = time.monotonic() - began < _PASS_ON_SECONDS
                    for member in to_be_asked(members_of(self.pid), asked, trusts_launchers=is_early):
                        asked[member.pid] = member.handles_sigterm
                        with contextlib.suppress(
                            ProcessLookupError, PermissionError
                        ):  # it ended, or is another user's
                            os.kill(member.pid, signal.SIGTERM)
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            pass  # it had its time: the kill below is the answer
        finally:
            self.kill()
            # Awaited even on an interruption: asyncio complains of a child that ends after its loop.
            code = await self.wait()
        return code

    def kill(self) -> None:
        """
        Kill it and every process of its group at once, without waiting.
        """
        self.signal(signal.SIGKILL)
        release_group(self.pid)

    def log_tail(self, lines: int = 20) -> str:
        """
        Return the last lines of its log, without the native frames in which an error of an SDK's core ends.
        """
        with self.log_path.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - 65536))
            text = log.read().decode("utf-8", errors="replace")
        told = [line for line in text.splitlines() if not _NATIVE_FRAME.match(line)]
        return "\n".join(told[-lines:])

    def use(self) -> Use | None:
        """
        CPU and memory of the child and its own children; ``None`` once all have ended.
        """
        if self._view is None or self._process.returncode is not None:
            members = processes_of(self.pid)  # its launcher has ended, or never was seen
            return _sum(members) if members else None
        cpu, rss = 0.0, 0
        try:
            with self._view.oneshot():
                times = self._view.cpu_times()
                # Its children that have ended and been waited for are in its own account.
                cpu += times.user + times.system + times.children_user + times.children_system
                rss += self._view.memory_info().rss
            family = _sum(self._view.children(recursive=True))
        except psutil.NoSuchProcess:
            return None
        return Use(cpu + family.cpu_seconds, rss + family.rss_bytes)


def _sum(processes: Sequence[psutil.Process]) -> Use:
    cpu, rss = 0.0, 0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            cpu += times.user + times.system
            rss += process.memory_info().rss
    return Use(cpu, rss)


async def end_all(children: Iterable[Child], grace_seconds: float) -> None:
    """
    End children side by side, each as ``Child.terminate`` does; where this is interrupted, the children are killed.

    Returns or raises once all of them have ended.
    """
    endings = (child.terminate(grace_seconds) for child in children)
    for ended in await asyncio.gather(*endings, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended


def process_group(pid: int) -> int | None:
    """
    Return the process group of a process of this machine, ``None`` if there is no such process.
    """
    try:
        return os.getpgid(pid)
    except (ProcessLookupError, PermissionError, OverflowError):
        return None


async def spawn(
    argv: Sequence[str],
    env: Mapping[str, str],
    log_path: Path,
    pass_fds: Sequence[int] = (),
) -> Child:
    """
    Start a child in a session of its own; the child, and all that it started in that session, is killed when this
    process ends.  Where a SIGKILL ends this process before this has returned, what the child has started may be left.

    A signal from the terminal (Ctrl-C) does not reach it: the process that started it ends it, in order.

    Args:
        argv: Command and arguments; no shell.
        env: The whole environment of the child.
        log_path: File to which its output is appended; folders are made.
        pass_fds: File descriptors that it inherits under the same numbers.

    Raises:
        TargetError: The command cannot be run, or the log cannot be written.
    """
    started_at = time.time()
    try:
        log_path.parent.mkdir(parents=True, exist_ok=True)
        log = log_path.open("ab")
    except OSError as error:
        raise TargetError(f"{log_path}: cannot be written: {_reason(error)}") from error
    try:
        with log:
            start_guard()
            process = await asyncio.create_subprocess_exec(
                *argv,
                env=dict(env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                pass_fds=tuple(pass_fds),
                preexec_fn=_dies_with(os.getpid()),
            )
    except OSError as error:
        raise TargetError(f"{error.filename or argv[0]}: cannot be started: {_reason(error)}") from error
    hold_group(process.pid)
    try:
        view = psutil.Process(process.pid)
    except psutil.NoSuchProcess:
        view = None  # it ended already; its exit code and log say why
    return Child(tuple(argv), log_path, started_at, process, view)


def _reason(error: OSError) -> str:
    limit = _LIMITS.get(error.errno or 0)
    return f"{error.strerror or error}{f'; raise the limit (`{limit}`)' if limit is not None else ''}"
