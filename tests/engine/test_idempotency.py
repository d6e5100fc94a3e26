"""Idempotency: the same key and request is done once, whoever sends it how often and from how many processes."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import stored_answers

from engine_kit import Shop, another_engine, key_of, open_shop, shown
from gerai.domain.refusals import IdempotencyKeyReused, InsufficientFunds
from gerai.engine.check import check
from gerai.engine.command import Command
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.start import StartPayment

FUNDINGS = ("invoice", "wallet", "hold", "free")


@pytest.mark.parametrize("funding", FUNDINGS)
async def test_a_repeated_key_answers_what_was_made(shop: Shop, funding: str) -> None:
    """While nothing has changed, the answer is the same, marked as replayed; nothing is done again."""
    first = await shop.engine.submit(shop.order(funding), key_of("k"))
    assert not first.replayed
    before, available = await shop.footprint(), (await shop.wallet()).available_sen
    again = await shop.engine.submit(shop.order(funding), key_of("k"))
    assert again.replayed
    assert shown(again.answer) == shown(first.answer)
    assert await shop.footprint() == before
    assert (await shop.wallet()).available_sen == available


async def test_a_replay_shows_the_order_as_it_is_now(shop: Shop) -> None:
    """The order has been paid since: the replay shows it paid, and does nothing."""
    first = await shop.engine.submit(shop.order(), key_of("k"))
    await shop.pay(first.answer)
    paid = await shop.engine.orders.as_now(first.answer.view.order)
    before = await shop.footprint()
    again = await shop.engine.submit(shop.order(), key_of("k"))
    assert (first.answer.view.order.status, paid.order.status) == ("pending", "processing")
    assert (again.replayed, again.answer.view) == (True, paid)
    assert await shop.engine.find_answer(PlaceOrder, shop.merchant_id, "production", key_of("k")) == again.answer
    assert await shop.footprint() == before


async def test_the_keys_row_keeps_ids_only(shop: Shop) -> None:
    """What identifies the order (and the transfer that paid it) is stored, and no second copy of the order."""
    invoice = await shop.engine.submit(shop.order("invoice"), key_of("i"))
    wallet = await shop.engine.submit(shop.order("wallet"), key_of("w"))
    rows = await shop.rows("SELECT key, answer FROM idempotency_keys WHERE merchant_id = %s ORDER BY key")
    assert [(key, json.loads(answer)) for key, answer in rows] == [
        ("i", {"order_id": invoice.answer.view.order.order_id}),
        ("w", {"order_id": wallet.answer.view.order.order_id, "transfer_id": wallet.answer.transfer_id}),
    ]


async def _keep(shop: Shop, key: str, answer: str, **ids: int | None) -> None:
    """Store a key's row as version 0.1.0 did."""
    known = key_of(key)
    await shop.execute(
        "INSERT INTO idempotency_keys VALUES (%s, %s, %s, %s, %s, %s, %s, now())",
        (
            shop.merchant_id, shop.environment, known.owner, known.operation, key, known.fingerprint,
            stored_answers.stored(answer, **ids),
        ),
    )  # fmt: skip


async def test_a_key_of_the_version_before_still_replays_its_order(shop: Shop) -> None:
    """Version 0.1.0 stored the whole answer: it names the order, which is read as it is now, however the key is looked
    up. Nothing is done again."""
    placed = await shop.place("wallet")
    ids = {"ORDER": placed.view.order.order_id, "ACCOUNT": shop.account_id, "TRANSFER": placed.transfer_id}
    await _keep(shop, "k", stored_answers.PLACED, PAYMENT=1, **ids)
    before = await shop.footprint()
    again = await shop.engine.submit(shop.order("wallet"), key_of("k"))
    assert (again.replayed, shown(again.answer)) == (True, shown(placed))
    assert await shop.engine.find_answer(PlaceOrder, shop.merchant_id, "production", key_of("k")) == again.answer
    assert await shop.footprint() == before


async def test_a_key_of_the_version_before_still_replays_its_payment_and_deposits(shop: Shop) -> None:
    """The same for a payment (the order it belongs to), a deposit and a manual deposit (its wallet)."""
    view = await shop.start_payment(await shop.place())
    ids = {"ORDER": view.order.order_id, "ACCOUNT": None, "PAYMENT": view.payments[0].payment_id}
    await _keep(shop, "payment", stored_answers.STARTED_PAYMENT, **ids)
    deposit = await shop.start_deposit()
    await _keep(shop, "deposit", stored_answers.STARTED_DEPOSIT, DEPOSIT=deposit.deposit_id, ACCOUNT=shop.account_id)
    await _keep(shop, "manual", stored_answers.MANUAL_DEPOSIT, ACCOUNT=shop.account_id)

    async def found(command_type: type[Command[Any]], key: str) -> Any:
        return await shop.engine.find_answer(command_type, shop.merchant_id, "production", key_of(key))

    assert await found(StartPayment, "payment") == view
    assert await found(StartDeposit, "deposit") == deposit
    assert await found(ManualDeposit, "manual") == await shop.wallet()


async def test_a_key_used_for_another_request_is_refused(shop: Shop) -> None:
    """Same key, other fingerprint: refused with the key; nothing is stored, and the first request still replays."""
    first = await shop.engine.submit(shop.order(), key_of("k"))
    before = await shop.footprint()
    with pytest.raises(IdempotencyKeyReused) as refused:
        await shop.engine.submit(shop.order(total_sen=1_00), key_of("k", b"another request"))
    assert refused.value.facts() == {"key": "k"}
    assert await shop.footprint() == before
    assert (await shop.engine.submit(shop.order(), key_of("k"))).answer == first.answer


async def test_a_key_belongs_to_its_owner_operation_and_environment(shop: Shop, engine: Engine) -> None:
    """Another owner, operation, environment or merchant may use the same key for an order of its own."""
    keys = [
        key_of("k"),
        msgspec.structs.replace(key_of("k"), owner="somebody else"),
        msgspec.structs.replace(key_of("k"), operation="charge"),
    ]
    shops = [shop, replace(shop, environment="sandbox"), await open_shop(engine)]
    answers = [await engine.submit(each.order(), key) for each in shops for key in keys]
    assert not any(outcome.replayed for outcome in answers)
    assert len({outcome.answer.view.order.order_id for outcome in answers}) == 9


async def test_a_refused_attempt_stores_nothing(shop: Shop) -> None:
    """Too little money, then a deposit: the corrected retry under the same key works, even with another body."""
    with pytest.raises(InsufficientFunds):
        await shop.engine.submit(shop.order("wallet", 150_000_00), key_of("k"))
    assert await shop.count("idempotency_keys") == 0
    await shop.deposit(100_000_00)
    outcome = await shop.engine.submit(shop.order("wallet", 140_000_00), key_of("k", b"corrected"))
    assert not outcome.replayed
    assert await shop.count("orders") == 1


async def test_an_answer_can_be_looked_up_without_running_anything(shop: Shop) -> None:
    """find_answer gives the stored answer, nothing for a fresh key, and refuses a key of another request."""
    assert await shop.engine.find_answer(PlaceOrder, shop.merchant_id, "production", key_of("k")) is None
    first = await shop.engine.submit(shop.order("hold"), key_of("k"))
    found = await shop.engine.find_answer(PlaceOrder, shop.merchant_id, "production", key_of("k"))
    assert found is not None
    assert shown(found) == shown(first.answer)
    with pytest.raises(IdempotencyKeyReused):
        await shop.engine.find_answer(PlaceOrder, shop.merchant_id, "production", key_of("k", b"other"))


async def test_twice_at_once_in_one_batch(shop: Shop) -> None:
    """The second of a pair in the same batch sees the first, also when many pairs come together."""
    keys = [key_of(f"pair-{n}") for n in range(100) for _ in range(2)]
    outcomes = await asyncio.gather(*(shop.engine.submit(shop.order("wallet", 1_00), key) for key in keys))
    assert sum(outcome.replayed for outcome in outcomes) == 100
    assert all(
        shown(first.answer) == shown(second.answer) for first, second in zip(outcomes[::2], outcomes[1::2], strict=True)
    )
    assert await shop.count("orders") == 100
    assert (await shop.wallet()).available_sen == 100_000_00 - 100 * 1_00


@pytest.mark.parametrize("funding", FUNDINGS)
async def test_a_thousand_races_between_two_processes(dsn: str, engine: Engine, funding: str) -> None:
    """Two engines on one database get each key at the same moment, a thousand times: a thousand orders, each pair with
    one answer, the loser waiting for the winner; money moves once."""
    shop = await open_shop(engine, money_sen=1_000_00)
    async with another_engine(dsn, batch_limit=32) as rival:
        other = replace(shop, engine=rival)

        async def race(number: int) -> None:
            key = key_of(f"{secrets.token_hex(4)}-{number}")
            mine, theirs = await asyncio.gather(
                engine.submit(shop.order(funding, 1_00), key), rival.submit(other.order(funding, 1_00), key)
            )
            assert shown(mine.answer) == shown(theirs.answer)
            assert sorted((mine.replayed, theirs.replayed)) == [False, True]

        for start in range(0, 1000, 50):
            await asyncio.gather(*(race(number) for number in range(start, start + 50)))
    assert await shop.count("orders") == 1000
    assert await shop.count("idempotency_keys") == 1000
    spent = 1_000_00 if funding in ("wallet", "hold") else 0
    assert (await shop.wallet()).available_sen == 1_000_00 - spent
    assert await check(engine, shop.merchant_id) == []


async def test_a_race_with_different_bodies_has_one_winner(dsn: str, shop: Shop) -> None:
    """Two processes get the same key for two requests: one is done, the other is told that the key is used."""
    async with another_engine(dsn) as rival:
        other = replace(shop, engine=rival)
        for number in range(50):
            outcomes = await asyncio.gather(
                shop.engine.submit(shop.order(), key_of(f"k{number}", b"mine")),
                rival.submit(other.order(), key_of(f"k{number}", b"theirs")),
                return_exceptions=True,
            )
            refused = [outcome for outcome in outcomes if isinstance(outcome, IdempotencyKeyReused)]
            done = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
            assert (len(refused), len(done)) == (1, 1)
    assert await shop.count("orders") == 50
