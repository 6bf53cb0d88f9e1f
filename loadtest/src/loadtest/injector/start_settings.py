"""
What all starts of one injector's step have in common, and what people set of it for an interactive run; what cannot be
used is refused before anybody connects.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from loadtest.connection import configured_address, is_shared
from loadtest.errors import InputError
from loadtest.plan import ArrivalKind, Work
from loadtest.results.step_instruction import seed_of_order
from loadtest.scenario import Arrival, Scenario, load

# A namespace's frontend answers at most 1,200 long polls for results at once; all injectors share this many.
AWAITED_AT_ONCE = 500


class SampleSink(Protocol):
    """
    Takes samples for Locust's own table and page.
    """

    def __call__(self, kind: str, name: str, seconds: float, error: BaseException | None) -> None:
        """
        Take one sample.
        """
        ...


@dataclass(frozen=True, slots=True)
class SharedStartSettings:
    """
    What all starts of a step have in common.

    Attributes:
        scenario: Scenario that makes each start.
        id_prefix: Start of every order id; unique per run, step and process.
        task_queue: Task queue where the workflows are started.
        seed: Seed of the step; the seed of an order is made from it and the arrival's number.
        work: Work of an order.
        max_in_flight: Most open workflows, this injector's share; further starts wait here and keep their intended
            time.
        awaited_at_once: Most long polls, this injector's share.
    """

    scenario: Scenario
    id_prefix: str
    task_queue: str
    seed: int
    work: Work
    max_in_flight: int
    awaited_at_once: int

    def arrival(self, number: int) -> Arrival:
        """
        Return the start with that number.
        """
        return Arrival(
            number=number,
            seed=seed_of_order(self.seed, number),
            order_id=f"{self.id_prefix}-{number}",
            task_queue=self.task_queue,
            work=self.work,
        )


# Flag -> least value, whether the value must be above that, largest value, an example; nan is in no range.
_RANGES = {
    "--rate-per-user": (0.0, True, 1e4, "1"),
    "--work-seconds": (0.0, False, 3600.0, "0.25"),
    "--max-in-flight": (1, False, 10**6, "2000"),
    "--drain-seconds": (0.0, False, 86_400.0, "30"),
}


def start_settings(options: Namespace, id_prefix: str, environ: Mapping[str, str]) -> SharedStartSettings:
    """
    Return the settings that all starts of a run have in common.

    Args:
        options: What was given by flags, variables or the web page.
        id_prefix: Start of every order id.
        environ: Variables that say which server it is.

    Raises:
        InputError: One of them cannot be used, or others may use the server and nobody said yes.
    """
    if options.arrivals not in tuple(ArrivalKind):
        raise InputError(f"--arrivals {options.arrivals}: no such shape; write poisson or constant")
    for flag, (least, is_above, most, example) in _RANGES.items():
        given = getattr(options, flag.removeprefix("--").replace("-", "_"))
        if not (given > least if is_above else given >= least) or not given <= most:
            told = f"above {least:g}" if is_above else f"at least {least:g}"
            raise InputError(f"{flag} {given:g}: must be {told} and at most {most:g}; write {example}")
    if not options.task_queue.strip():
        raise InputError("--task-queue: is empty; write repair-shop")
    address = configured_address(environ)
    if not options.yes and is_shared(address, environ):
        raise InputError(
            f"TEMPORAL_ADDRESS={address}: others may use that server, and nobody knows how many workflows this starts; "
            "sweep a plan of at most 20,000, or add --yes"
        )
    return SharedStartSettings(
        scenario=load(options.scenario),
        id_prefix=id_prefix,
        task_queue=options.task_queue,
        seed=options.seed,
        work=Work(seconds=options.work_seconds),
        max_in_flight=options.max_in_flight,
        awaited_at_once=AWAITED_AT_ONCE,
    )
