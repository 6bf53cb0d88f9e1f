"""
What each worker of a step reports: by the heartbeat that the server keeps, else on its own page.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerListInfo
from temporalio.client import Client

from loadtest.child import process_group
from loadtest.errors import MeasurementError
from loadtest.probe.go_session_workers import (
    may_serve_sessions,
    polls_for_sessions,
    serves_sessions,
    without_slots,
)
from loadtest.probe.http_page import fetch_once
from loadtest.probe.page_scraper import PageBody, PageCache
from loadtest.probe.replica_processes import may_be_several, polling_processes, told_in_part, without_page
from loadtest.probe.task_queue import DescribedQueue
from loadtest.probe.visibility_quoting import quoted
from loadtest.probe.worker_heartbeat import (
    ListedProcess,
    facts_from_heartbeats,
    is_alive,
    is_first,
    is_of,
    newest_start,
    process_of,
    sdk_of,
)
from loadtest.probe.worker_list import ListedWorkers, beats_of, list_workers
from loadtest.probe.worker_page import NO_PAGE, facts_from_page
from loadtest.process_group_members import group_sizes
from loadtest.results.measured_step import Replica
from loadtest.results.worker_facts import WorkerFacts

_PAGE_SECONDS = 1.5
_THREADS = 16
# Pages are read once a second, so a page older than this was not read again.
_NEW_PAGE_SECONDS = 1.2
# A heartbeat older than this does not replace a page that has stopped answering.
_NEW_BEAT_SECONDS = 3.0
_FIRST_BEAT = (
    "its slots are not known: it has sent no heartbeat but its first, which holds no numbers, and it serves no page of "
    "SDK metrics at METRICS_PORT; let the SDK send heartbeats every 5 s, or serve the page"
)


class WorkerProbe:
    """
    Asks the server for the heartbeats of a task queue's workers, and reads their pages where a heartbeat has no
    numbers.
    """

    def __init__(self, client: Client, task_queue: str, cache: PageCache | None = None) -> None:
        """
        Args:
            client: Client of the server and the namespace.
            task_queue: Task queue of the workers.
            cache: Pages that others have read in this second; ``None`` where nothing else reads them.
        """
        self._client = client
        self._task_queue = task_queue
        self._cache = PageCache() if cache is None else cache
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="workers")
        self._answered: set[str] = set()
        self._paged: set[str] = set()
        self._several: set[str] = set()
        self._processes: dict[str, int] = {}
        self._sessions: set[str] = set()

    def close(self) -> None:
        """
        End the threads that fetch the pages.
        """
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def looks(self, replicas: Sequence[Replica]) -> Mapping[str, WorkerFacts | None]:
        """
        Return each replica's present state, by identity; ``None`` for a replica that answered before and no longer
        does.

        A page is current, so heartbeats are read only where a page does not tell. For a replica whose page told before,
        an old heartbeat tells nothing, as it stays listed for up to a minute after the process stopped. A page belongs
        to one process and tells the slots of one worker, so for a replica of several only heartbeats tell.

        Raises:
            MeasurementError: The server could not be asked.
        """
        since = time.time() - _NEW_PAGE_SECONDS
        pages = await asyncio.gather(*(self._look(replica, since) for replica in replicas))
        pages = [self._of_replica(page) for page in pages]
        silent = [page for page in pages if page.source is None]
        beats = await self._beats(replicas) if silent else []
        now = time.time()
        looks: dict[str, WorkerFacts | None] = {}
        for replica, page in zip(replicas, pages, strict=True):
            found = page if page.source is not None else _told(replica, beats, now)
            if (
                page.source is None
                and found is not None
                and replica.identity in self._paged
                and _is_old(found, now)
            ):
                found = None
            self._remember(replica, page, found)
            if found is None and replica.identity not in self._answered:
                found = page
            looks[replica.identity] = (
                without_slots(found) if found is not None and replica.identity in self._sessions else found
            )
        return looks

    async def facts(self, replicas: Sequence[Replica]) -> tuple[WorkerFacts, ...]:
        """
        Return what is known of each replica, in the order given.

        A heartbeat is preferred to a page; what it lacks (eager activities, whose `main` the worker runs) is read from
        the page. Processes that polled and are not heard of in heartbeats count as the replica's too.
        """
        now = time.time()
        beats = await self._beats(replicas)
        sizes = group_sizes()
        polling = await self._polling(replicas) if may_be_several(replicas, sizes) else {}
        told = await asyncio.gather(
            *(self._of(replica, beats, polling.get(replica.identity, 0), now) for replica in replicas)
        )
        known = [
            facts if replica.pid is None else replace(facts, group_size=sizes.get(replica.pid))
            for replica, facts in zip(replicas, told, strict=True)
        ]
        if any(may_serve_sessions(worker) for worker in known):
            polls = await polls_for_sessions(self._client, self._task_queue)
            self._sessions |= {
                replica.identity
                for replica, worker in zip(replicas, known, strict=True)
                if may_serve_sessions(worker) and serves_sessions(replica, worker, polls)
            }
        return tuple(without_slots(one) if one.replica in self._sessions else one for one in known)

    async def other_queues(self, replicas: Sequence[Replica]) -> tuple[str, ...]:
        """
        Return the task queues that these replicas poll beside the one under test; none where the server keeps no list.

        Raises:
            MeasurementError: The server could not be asked.
        """
        listed = await list_workers(self._client, "")
        mine = {one.task_queue for replica in replicas for one in _own(replica, listed.workers)}
        return tuple(sorted(mine - {self._task_queue}))

    async def names(self, replicas: Sequence[Replica]) -> Mapping[str, frozenset[str]]:
        """
        Return what the workers of each replica call themselves, by the replica's identity; replicas of which the server
        lists no worker of the task queue are absent.

        Raises:
            MeasurementError: The server could not be asked.
        """
        listed = await self._listed()
        found = {replica.identity: _own(replica, listed.workers) for replica in replicas}
        return {name: frozenset(one.worker_identity for one in mine) for name, mine in found.items() if mine}

    def _of_replica(self, page: WorkerFacts) -> WorkerFacts:
        """
        Return what a page tells of its replica, which may be more than the page's one process or its one worker.
        """
        if page.replica in self._processes:
            return without_page(page, self._processes[page.replica])
        return replace(page, source=None) if page.replica in self._several else page

    async def _polling(self, replicas: Sequence[Replica]) -> Mapping[str, int]:
        look = await DescribedQueue(self._client, self._task_queue).look()
        return {} if look is None else polling_processes(replicas, look)

    async def _of(
        self, replica: Replica, beats: Sequence[WorkerHeartbeat], polling: int, now: float
    ) -> WorkerFacts:
        page = await self._page(replica)
        mine = [beat for beat in beats if is_of(replica, beat, process_group) and is_alive(beat, now)]
        senders = len({process_of(beat) for beat in mine})
        processes = max(1, senders, polling)
        told = facts_from_heartbeats(replica.identity, mine, now)
        if processes > 1 or (told is not None and told.shares_page):
            self._several.add(replica.identity)
            self._paged.discard(replica.identity)
        if processes > 1:
            self._processes[replica.identity] = processes
            page = without_page(page, processes)
            # What a page told before was of one of them.
            self._answered.discard(replica.identity)
        self._remember(replica, page, told)
        first = next(filter(is_first, mine), None)
        if told is not None:
            # Workers that have sent only their first heartbeat have slots too.
            counted = (
                told_in_part(told, senders, processes)
                if first is None
                else replace(told, activity_slots=None, first_beat=True, why=_FIRST_BEAT)
            )
            return replace(
                counted,
                eager=page.eager,
                shows_main=page.shows_main,
                started_at=newest_start(mine),
                processes=processes,
            )
        if first is None:
            return page
        known = replace(
            page,
            identity=first.worker_identity,
            sdk=sdk_of(first),
            started_at=newest_start(mine),
            processes=processes,
            first_beat=True,
        )
        return known if known.source is not None else replace(known, why=_FIRST_BEAT)

    def _remember(self, replica: Replica, page: WorkerFacts, found: WorkerFacts | None) -> None:
        """
        Remember which replicas told something: a replica that once did so, for a look or before the step, is lost when
        it tells nothing.
        """
        if page.source is not None and replica.identity not in self._several:
            self._paged.add(replica.identity)
        if page.source is not None or found is not None:
            self._answered.add(replica.identity)

    async def _page(self, replica: Replica) -> WorkerFacts:
        if replica.metrics_url is None:
            return WorkerFacts(replica.identity, shows_main=False, why=NO_PAGE)
        at = time.time()
        try:
            body = await asyncio.get_running_loop().run_in_executor(
                self._threads, fetch_once, replica.identity, replica.metrics_url, _PAGE_SECONDS
            )
        except MeasurementError as error:
            return WorkerFacts(replica.identity, shows_main=False, why=f"{NO_PAGE} ({error})")
        return self._facts(replica, PageBody(at, body))

    async def _look(self, replica: Replica, since: float) -> WorkerFacts:
        page = None if replica.metrics_url is None else self._cache.since(replica.metrics_url, since)
        return await self._page(replica) if page is None else self._facts(replica, page)

    def _facts(self, replica: Replica, page: PageBody) -> WorkerFacts:
        text = page.body.decode(errors="replace")
        return facts_from_page(replica.identity, text, self._task_queue, page.at, self._client.namespace)

    async def _beats(self, replicas: Sequence[Replica]) -> list[WorkerHeartbeat]:
        """
        Return the heartbeats of these replicas' workers; none where the server keeps none.

        Workers that have gone stay listed for minutes, so a heartbeat is asked for only where it is a replica's and the
        list does not have it.
        """
        listed = await self._listed()
        mine = {one.worker_instance_key for replica in replicas for one in _own(replica, listed.workers)}
        told = [listed.beats[key] for key in sorted(mine & listed.beats.keys())]
        return told + await beats_of(self._client, mine - listed.beats.keys())

    async def _listed(self) -> ListedWorkers:
        return await list_workers(self._client, f"TaskQueue={quoted(self._task_queue)}")


def _own(replica: Replica, listed: Sequence[WorkerListInfo]) -> list[WorkerListInfo]:
    return [one for one in listed if ListedProcess.of_list(one).is_of(replica, process_group)]


def _is_old(facts: WorkerFacts, now: float) -> bool:
    return facts.at is None or facts.at < now - _NEW_BEAT_SECONDS


def _told(replica: Replica, beats: Sequence[WorkerHeartbeat], now: float) -> WorkerFacts | None:
    mine = [beat for beat in beats if is_of(replica, beat, process_group)]
    return facts_from_heartbeats(replica.identity, mine, now)
