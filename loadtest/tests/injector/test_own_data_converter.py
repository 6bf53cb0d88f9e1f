"""
A company's own payload codec: a scenario starts its orders by it, and its `failure` judges what the codec decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from real_server import Server
from reversed_payloads import CONVERTER, Greet
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from loadtest.injector.injector import Injector
from loadtest.injector.locust_messages import InstructionPart, PartReport
from loadtest.injector.meters import InjectorRegistry
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.problem import ProblemCause
from loadtest.results.step_instruction import StepInstruction
from repairshop.codec import client_options

pytestmark = pytest.mark.server

README = Path(__file__).parents[2] / "README.md"
_SCENARIO = '''"""
A greeting.
"""
from reversed_payloads import CONVERTER
from temporalio.client import Client

ACTIVITIES_PER_WORKFLOW = 0


async def start(client, arrival):
    {client}
    name = str(arrival.number % 2)
    return await mine.start_workflow("Greet", name, id=arrival.order_id, task_queue=arrival.task_queue, result_type=str)


def failure(result):
    return None if result == "hello 1" else f"greeted by {result}"
'''


async def _carried_out(
    server: Server, folder: Path, instruction: Callable[..., StepInstruction], client: str
) -> PartReport:
    scenario = folder / "greeting.py"
    scenario.write_text(_SCENARIO.replace("{client}", client))
    asked = instruction(scenario=str(scenario), warm_up_seconds=0, window_seconds=1, drain_seconds=4)
    company = await Client.connect(server.address, data_converter=CONVERTER)
    kit = await Client.connect(server.address, **client_options({}))
    async with Worker(
        company, task_queue=asked.task_queue, workflows=[Greet], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        injector = Injector(kit, InjectorRegistry(), lambda *_: None)
        return await injector.carry_out(InstructionPart(asked, 0, 1), lambda _: None)


async def test_a_start_by_the_clients_own_converter_is_judged_by_what_it_decodes(
    server: Server, tmp_path: Path, instruction: Callable[..., StepInstruction]
) -> None:
    """
    As the page on scenarios writes it: half of the orders are good, and half fail by their decoded result.
    """
    (written,) = re.findall(r"^mine = Client\(.*\)$", README.read_text(encoding="utf-8"), re.MULTILINE)

    report = await _carried_out(server, tmp_path, instruction, written)

    assert report.problems == ()
    assert report.whole.completed == 5
    assert report.whole.failed == {Failure(FailureKind.OUTCOME, "greeted by hello 0"): 5}


async def test_results_that_cannot_be_decoded_are_told_with_the_way_to_do_it(
    server: Server, tmp_path: Path, instruction: Callable[..., StepInstruction]
) -> None:
    """
    Of a codec that is not the kit's, nobody has keys for REPAIRSHOP_CODEC_KEYS.
    """
    report = await _carried_out(server, tmp_path, instruction, "mine = client")

    (problem,) = {one.text: one for one in report.problems}.values()
    assert problem.cause is ProblemCause.RESULT_NOT_JUDGED
    assert "let `start` use a client with the workers' data converter" in problem.text
