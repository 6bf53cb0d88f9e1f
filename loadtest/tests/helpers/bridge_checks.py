"""
What the bridge does under gevent, as facts in JSON; a process of its own, since gevent patches the whole of it.

    python bridge_checks.py REAL_ADDRESS STUB_ADDRESS STUB_PID
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import uuid  # noqa: E402
from datetime import timedelta  # noqa: E402

import gevent  # noqa: E402
from temporalio.client import Client  # noqa: E402
from temporalio.exceptions import WorkflowAlreadyStartedError  # noqa: E402
from temporalio.service import RPCError  # noqa: E402

from loadtest.injector.bridge import Bridge  # noqa: E402

FACTS = {}


def outcome(call, *arguments):
    """
    What a call through the bridge ended with.
    """
    try:
        return BRIDGE.submit(call, *arguments)
    except BaseException as error:  # noqa: BLE001 - its kind is the fact
        return error


def start(client, name):
    """
    Start a workflow that nobody works on.
    """
    return client.start_workflow("Nobody", id=name, task_queue="nobody", rpc_timeout=timedelta(seconds=20))


def started(client, name):
    """
    The same as a coroutine function.
    """

    async def run():
        await start(client, name)
        return name

    return run


BRIDGE = Bridge()
real_address, stub_address, stub_pid = sys.argv[1], sys.argv[2], int(sys.argv[3])
real = BRIDGE.submit(Client.connect, real_address)
name = f"bridge-{uuid.uuid4()}"
FACTS["a result comes back"] = outcome(started(real, name)) == name
FACTS["a duplicate keeps its type"] = isinstance(outcome(started(real, name)), WorkflowAlreadyStartedError)
FACTS["not found keeps its type"] = isinstance(outcome(real.get_workflow_handle("gone").describe), RPCError)
FACTS["nobody there is an error"] = isinstance(outcome(Client.connect, "127.0.0.1:9"), RuntimeError)

stub = BRIDGE.submit(Client.connect, stub_address)
ticks = [0]


def tick():
    """
    Count how often the hub gets round while many calls run.
    """
    while True:
        gevent.sleep(0.001)
        ticks[0] += 1


ticker = gevent.spawn(tick)
users = [
    gevent.spawn(lambda u: [outcome(started(stub, f"{u}-{i}")) for i in range(40)], u) for u in range(50)
]
gevent.joinall(users)
ticker.kill()
FACTS["2,000 calls of 50 greenlets all come back"] = sum(
    isinstance(value, str) for user in users for value in user.value
)
FACTS["the hub turned while they ran"] = ticks[0]

letters = []


async def post_many():
    """
    Send letters to the hub.
    """
    for number in range(1000):
        BRIDGE.post(letters.append, number)


BRIDGE.submit(post_many)
BRIDGE.flush()
FACTS["letters arrive once and in order"] = letters == list(range(1000))

os.kill(stub_pid, signal.SIGSTOP)
try:
    with gevent.Timeout(0.5, False):
        BRIDGE.submit(started(stub, "hung"))
    gevent.sleep(0.2)
    FACTS["a timed out greenlet cancels its call"] = len(BRIDGE._tasks) == 0

    users = [gevent.spawn(outcome, started(stub, f"killed-{i}")) for i in range(100)]
    gevent.sleep(0.5)
    hung = len(BRIDGE._tasks)
    gevent.killall(users, block=True, timeout=5)
    gevent.sleep(0.5)
    FACTS["100 killed greenlets cancel their calls"] = (hung, len(BRIDGE._tasks))

    users = [gevent.spawn(outcome, started(stub, f"closed-{i}")) for i in range(100)]
    gevent.sleep(0.5)
    began = time.monotonic()
    FACTS["it closes with 100 hung calls"] = BRIDGE.close()
    FACTS["seconds to close"] = time.monotonic() - began
    gevent.joinall(users, timeout=5)
    FACTS["those who waited get an error"] = sum(isinstance(user.value, RuntimeError) for user in users)
    FACTS["a call after the close is refused"] = isinstance(outcome(started(stub, "late")), RuntimeError)
finally:
    os.kill(stub_pid, signal.SIGCONT)
print(json.dumps(FACTS), flush=True)
