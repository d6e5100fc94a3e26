"""The simulated provider does what its table (docs/reference/fulfilment-simulator.md) promises, every time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gerai.partners.fulfilment.manual import ManualProvider
from gerai.partners.fulfilment.simulator import ITEM_ERROR, SimulatorProvider
from gerai.ports.fulfilment import AnswerUnknown, ProviderUnreachable, WorkAnswer, WorkRequest

GOOD, BAD = "356281920502180", "356281920509001"


def ask(*items: Any, **settings: Any) -> WorkRequest:
    """A request for these items."""
    return WorkRequest("7", "cek_imei", list(items), {}, settings)


class Clock:
    """A clock that moves when told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_one_good_imei_is_answered_as_in_the_seed() -> None:
    """The seed's cek_imei result is the object {"status": "registered"}."""
    assert await SimulatorProvider().fulfil(ask(GOOD)) == WorkAnswer("done", 1, 0, "sim-7", {"status": "registered"})


async def test_some_fail() -> None:
    """Each item succeeds or fails on its own; the error counts the failures."""
    answer = await SimulatorProvider().fulfil(ask(GOOD, BAD, GOOD))
    assert (answer.outcome, answer.succeeded, answer.failed) == ("done", 2, 1)
    assert [entry["status"] for entry in answer.result] == ["registered", "failed", "registered"]
    assert answer.error == f"1 dari 3 item gagal. {ITEM_ERROR}"


async def test_all_fail() -> None:
    """Nothing succeeded: there is no result."""
    assert await SimulatorProvider().fulfil(ask(BAD)) == WorkAnswer(
        "done", 0, 1, "sim-7", None, f"1 dari 1 item gagal. {ITEM_ERROR}"
    )


@pytest.mark.parametrize(("item", "succeeded"), [("350000000009002", 1), ("350000000009003", 0)])
async def test_slow_work_is_pending_until_its_time(item: str, succeeded: int) -> None:
    """Slow items say pending until slow_s have passed, then the truth; a forgotten one (restart) is finished."""
    clock = Clock()
    simulator = SimulatorProvider(clock)
    request = ask(item, slow_s=30)
    assert (await simulator.fulfil(request)).outcome == "pending"
    clock.now += 29.9
    assert (await simulator.inquire(request)).outcome == "pending"
    clock.now += 0.1
    assert (await simulator.inquire(request)).succeeded == succeeded
    assert (await SimulatorProvider(clock).inquire(request)).outcome == "done"


@pytest.mark.parametrize(("item", "succeeded"), [("350000000009004", 1), ("350000000009005", 0)])
async def test_a_lost_answer_is_found_by_asking_again(item: str, succeeded: int) -> None:
    """The work was done, only the answer was lost: inquire tells the truth, also after a restart."""
    with pytest.raises(AnswerUnknown):
        await SimulatorProvider().fulfil(ask(item))
    answer = await SimulatorProvider().inquire(ask(item))
    assert (answer.outcome, answer.succeeded, answer.failed) == ("done", succeeded, 1 - succeeded)


async def test_a_hanging_provider_can_be_given_up_and_asked_again() -> None:
    """No answer within the caller's patience; the truth is there afterwards."""
    simulator = SimulatorProvider()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(simulator.fulfil(ask("350000000009006", slow_s=5)), 0.01)
    assert (await simulator.inquire(ask("350000000009006"))).succeeded == 1


async def test_unreachable_means_nothing_was_done() -> None:
    """9007 is never reached, 9008 only not at the first try."""
    simulator = SimulatorProvider()
    for call in (simulator.fulfil, simulator.fulfil, simulator.inquire):
        with pytest.raises(ProviderUnreachable):
            await call(ask("350000000009007"))
    with pytest.raises(ProviderUnreachable):
        await simulator.fulfil(WorkRequest("8", "s", ["350000000009008"], {}))
    assert (await simulator.fulfil(WorkRequest("8", "s", ["350000000009008"], {}))).succeeded == 1


async def test_shapes() -> None:
    """History is a list of {imei, history}, barcodes are {"items": [{"url"}]}; the same item gives the same answer."""
    history = await SimulatorProvider().fulfil(ask(GOOD, answer="history"))
    assert [entry["imei"] for entry in history.result] == [GOOD]
    assert set(history.result[0]["history"][0]) == {"no", "date", "imei", "imsi", "action", "note"}
    item = {"primary_imei": GOOD, "secondary_imei": BAD, "theme": "dark"}
    barcode = await SimulatorProvider().fulfil(ask(item, answer="barcode"))
    assert list(barcode.result) == ["items"]
    assert [list(entry) for entry in barcode.result["items"]] == [["url"]]
    assert barcode == await SimulatorProvider().fulfil(ask(item, answer="barcode"))


async def test_manual_never_answers_by_itself() -> None:
    """Work of people is pending until an operator records it."""
    manual = ManualProvider()
    assert not manual.automatic
    assert await manual.fulfil(ask(GOOD)) == await manual.inquire(ask(GOOD)) == WorkAnswer("pending", 0, 0, None, None)
