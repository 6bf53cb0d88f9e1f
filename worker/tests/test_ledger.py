"""
An effect happens once, however often it is delivered, in every database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from repairshop.ledger import (
    Delivery,
    Effect,
    Ledger,
    WithdrawnError,
    open_ledger,
)
from repairshop.ledger.ledger_check import check

REGISTER = Delivery("o1", "register", 0, 1, "w1")


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncIterator[Ledger]:
    """
    An empty ledger in each database.
    """
    if ledger_url.startswith("postgresql"):
        import psycopg

        with psycopg.connect(ledger_url, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS effects, deliveries")
    opened = await open_ledger(ledger_url)
    yield opened
    await opened.close()


async def test_two_deliveries_make_one_effect(ledger: Ledger) -> None:
    """
    The second delivery is noted, changes nothing, and gets the first one's answer.
    """
    first = await ledger.record(REGISTER, "first")
    second = await ledger.record(Delivery("o1", "register", 0, 2, "w2"), "second")

    assert (first, second) == ("first", "first")
    assert [(d.attempt, d.worker) for d in await ledger.deliveries("o1")] == [(1, "w1"), (2, "w2")]
    assert [(e.step, e.value, e.undone) for e in await ledger.effects("o1")] == [("register", "first", False)]


async def test_another_round_is_another_effect(ledger: Ledger) -> None:
    """
    A second repair is not a second delivery of the first.
    """
    for round_ in (0, 1):
        await ledger.record(Delivery("o1", "repair", round_), f"repair {round_}")

    assert [effect.value for effect in await ledger.effects("o1")] == ["repair 0", "repair 1"]


async def test_deliveries_at_the_same_time_make_one_effect(ledger: Ledger) -> None:
    """
    Of twenty deliveries that race, one has the effect and all get its answer.
    """
    answers = await asyncio.gather(
        *(ledger.record(Delivery("o1", "charge", 0, n), str(n)) for n in range(20))
    )

    assert len(set(answers)) == 1
    assert len(await ledger.effects("o1")) == 1
    assert len(await ledger.deliveries("o1")) == 20


async def test_what_is_undone_stays_undone(ledger: Ledger) -> None:
    """
    A delivery that comes after its compensation is refused, whether or not one came before.
    """
    await ledger.record(REGISTER, "open")
    was_there = await ledger.undo(Delivery("o1", "withdraw_registration", 0), "register")
    was_not = await ledger.undo(Delivery("o1", "refund", 0), "charge")

    for step in ("register", "charge"):
        with pytest.raises(WithdrawnError, match=step):
            await ledger.record(Delivery("o1", step, 0, 2), "late")

    assert (was_there, was_not) == (True, False)
    effects = {effect.step: effect.undone for effect in await ledger.effects("o1")}
    assert effects == {"register": True, "withdraw_registration": False}


async def test_a_compensation_that_is_delivered_twice_says_the_same(ledger: Ledger) -> None:
    """
    The second delivery of a compensation still answers that there was something to undo.
    """
    await ledger.record(REGISTER, "open")

    answers = [await ledger.undo(Delivery("o1", "withdraw_registration", 0, n), "register") for n in (1, 2)]

    assert answers == [True, True]
    assert len(await ledger.effects("o1")) == 2


async def test_nobody_gets_more_orders_than_they_can_hold(ledger: Ledger) -> None:
    """
    Twelve orders that race for three people with room for two each: six get somebody, least busy first.
    """
    room = {"Ada": 2, "Bo": 2, "Cem": 2}

    given = await asyncio.gather(
        *(ledger.assign(Delivery(f"o{n}", "assign_technician", 0), room) for n in range(12))
    )

    assert sorted(name for name in given if name) == ["Ada", "Ada", "Bo", "Bo", "Cem", "Cem"]


async def test_who_is_released_or_done_has_room_again(ledger: Ledger) -> None:
    """
    An order that is closed or undone no longer counts as held.
    """
    room = {"Dana": 1}
    assert await ledger.assign(Delivery("o1", "assign_technician", 0), room) == "Dana"
    assert await ledger.assign(Delivery("o1", "assign_technician", 0, 2), room) == "Dana"
    assert await ledger.assign(Delivery("o2", "assign_technician", 0), room) is None

    await ledger.record(Delivery("o1", "settle", 0), "closed")
    assert await ledger.assign(Delivery("o2", "assign_technician", 0), room) == "Dana"
    assert await ledger.assign(Delivery("o3", "assign_technician", 0), room) is None

    await ledger.undo(Delivery("o2", "release_technician", 0), "assign_technician")
    assert await ledger.assign(Delivery("o3", "assign_technician", 0), room) == "Dana"


async def test_none_keeps_nothing() -> None:
    """
    The ledger for pure load answers as if each delivery were the first.
    """
    ledger = await open_ledger("none")

    assert await ledger.record(REGISTER, "a") == "a"
    assert await ledger.assign(REGISTER, {"Ada": 0}) == "Ada"
    assert await ledger.undo(REGISTER, "register") is True
    assert list(await ledger.effects()) == []


def _effects(*steps: str, undone: tuple[str, ...] = ()) -> list[Effect]:
    return [Effect("o1", step, 0, "", step in undone) for step in steps]


WITHDRAWN = ("register", "assign_technician", "release_technician", "withdraw_registration")


@pytest.mark.parametrize(
    ("effects", "deliveries", "started", "lost", "doubled", "left_open"),
    [
        (_effects("register", "settle"), [], ["o1"], 0, 0, 0),
        (_effects("register", "return_device"), [], [], 0, 0, 0),
        (_effects(*WITHDRAWN, undone=("register", "assign_technician")), [], [], 0, 0, 0),
        (_effects(*WITHDRAWN, undone=("register",)), [], [], 0, 0, 1),
        (_effects("register", "classify"), [], [], 0, 0, 1),
        (_effects("classify", "settle"), [], [], 1, 0, 0),
        ([], [], ["o1"], 1, 0, 0),
        ([], [Delivery("o1", "classify", 0)], [], 1, 0, 0),
        ([], [Delivery("o1", "register", 0), Delivery("o1", "withdraw_registration", 0)], [], 0, 0, 0),
        (_effects("register", "settle", "return_device"), [], [], 0, 1, 0),
        (_effects("register", "settle", "settle"), [], [], 0, 1, 0),
        ([*_effects("register", "settle", "charge"), Effect("o1", "charge", 1, "")], [], [], 0, 1, 0),
        ([*_effects("register", "settle", "repair"), Effect("o1", "repair", 1, "")], [], [], 0, 0, 0),
        (_effects("register", "settle", "withdraw_registration", undone=("register",)), [], [], 0, 1, 0),
    ],
    ids=[
        *("settled", "returned", "withdrawn", "half withdrawn", "running", "never registered", "no trace"),
        *("delivered only", "refused", "closed in two ways", "settled twice", "charged twice", "reworked"),
        "settled and withdrawn",
    ],
)
def test_the_books_are_checked(
    effects: list[Effect],
    deliveries: list[Delivery],
    started: list[str],
    lost: int,
    doubled: int,
    left_open: int,
) -> None:
    """
    Each state of an order counts as what it is.
    """
    found = check(effects, deliveries, started)

    assert (len(found.lost), len(found.doubled), len(found.left_open)) == (lost, doubled, left_open)
    assert found.in_order is (lost + doubled + left_open == 0)


async def test_a_ledger_is_opened_while_others_write(postgres: str) -> None:
    """
    A worker that starts beside busy ones waits for what they write, and takes no table that they need next.
    """
    import psycopg

    await (await open_ledger(postgres)).close()
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    async with await psycopg.AsyncConnection.connect(postgres, autocommit=True) as looks:
        async with await psycopg.AsyncConnection.connect(postgres) as writes:
            await writes.execute("INSERT INTO deliveries VALUES ('o9', 'quote', 0, 1, 'w1', '', 0)")
            opening = asyncio.create_task(open_ledger(postgres))
            async with asyncio.timeout(30):
                while (await (await looks.execute(waits)).fetchone()) == (0,):  # noqa: ASYNC110 - the database tells nobody
                    await asyncio.sleep(0.05)
            await writes.execute(
                "INSERT INTO effects (order_id, step, round, value, at) VALUES ('o9', 'quote', 0, '', 0)"
            )
            await writes.commit()
        opened = await opening

    assert [effect.step for effect in await opened.effects("o9")] == ["quote"]
    await opened.close()
