"""What an order does to the wallet, to the rupiah, for every outcome (contract sections 4 and 5)."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from cekceir_shop import BAD, GOOD, HANGS, LOST, SLOW, SLOW_BAD, UNREACHABLE, Shop

from gerai.engine.fulfilment.record import RecordFulfilment


def money(body: dict[str, Any]) -> tuple[int, ...]:
    """(total_price, charged, refunded, before, remaining)."""
    names = ("total_price", "charged_amount", "refunded_amount", "balance_before", "remaining_balance")
    return tuple(body[name] for name in names)


async def test_success_is_charged_in_full(shop: Shop) -> None:
    """The seed's example: 100000 before, one item at 1500, 98500 afterwards, nothing reserved."""
    caller = await shop.caller()
    answer = await caller.order(GOOD)
    assert answer.status_code == 200
    assert money(answer.json()) == (1500, 1500, 0, 100_000, 98_500)
    assert await caller.wallet() == (98_500, 0)


async def test_partial_charges_what_succeeded(shop: Shop) -> None:
    """Partial: charged = unit price x processed_success, the rest returns; 207."""
    caller = await shop.caller()
    answer = await caller.order(GOOD, BAD, GOOD)
    body = answer.json()
    assert (answer.status_code, body["status"]) == (207, "partial")
    assert (body["processed"], body["processed_success"], body["processed_error"], body["total"]) == (3, 2, 1, 3)
    assert money(body) == (4500, 3000, 1500, 100_000, 97_000)
    assert body["error_message"].startswith("1 dari 3 item gagal.")
    assert await caller.wallet() == (97_000, 0)


async def test_failure_costs_nothing(shop: Shop) -> None:
    """Failed: 503 with the order body, everything returned."""
    caller = await shop.caller()
    answer = await caller.order(BAD, BAD)
    body = answer.json()
    assert (answer.status_code, body["status"], body["result"]) == (503, "failed", None)
    assert money(body) == (3000, 0, 3000, 100_000, 100_000)
    assert "error" not in body
    assert await caller.wallet() == (100_000, 0)


@pytest.mark.parametrize(
    ("imei", "after", "charged"),
    [(SLOW, "success", 1500), (SLOW_BAD, "failed", 0), (LOST, "success", 1500), (HANGS, "success", 1500)],
)
async def test_pending_holds_the_money_until_the_worker_learns_the_truth(
    shop: Shop, imei: str, after: str, charged: int
) -> None:
    """Past the deadline (or with the answer lost between call and answer): 201, the money reserved, nothing charged or
    refunded. The worker's question makes it final, once."""
    caller = await shop.caller()
    answer = await caller.order(imei)
    body = answer.json()
    assert (answer.status_code, body["status"], body["processed"]) == (201, "pending", 0)
    assert money(body) == (1500, 0, 0, 100_000, 98_500)
    assert await caller.wallet() == (98_500, 1500)
    await asyncio.gather(*(shop.work(body["order_id"]) for _ in range(3)))
    read = (await caller.get(f"/api/order/{body['order_id']}")).json()["data"]
    assert read["status"] == after
    assert money(read) == (1500, charged, 1500 - charged, 100_000, 100_000 - charged)
    assert await caller.wallet() == (100_000 - charged, 0)
    transfers = await shop.engine.wallets.of_order(shop.merchant.merchant_id, body["order_id"])
    assert [t.phase for t in transfers] == ["pending", "post" if charged else "void"]


async def test_a_provider_that_is_never_reached_is_given_up_and_the_money_returns(shop: Shop) -> None:
    """Certainly not done: tried again some times, then failed; at no time is it called done."""
    caller = await shop.caller()
    body = (await caller.order(UNREACHABLE)).json()
    assert body["status"] == "pending"
    states: list[str] = []
    for _ in range(8):
        await shop.work(body["order_id"])
        states.append((await caller.get(f"/api/order/{body['order_id']}")).json()["data"]["status"])
    # The attempt inside the request was the first of eight.
    assert states == ["pending"] * 6 + ["failed"] * 2
    assert await caller.wallet() == (100_000, 0)


async def test_too_little_money_leaves_nothing_behind(shop: Shop) -> None:
    """402, no order, no hold, no transfer; the last rupiah can be spent."""
    caller = await shop.caller(money=3000)
    answer = await caller.order(GOOD, GOOD, GOOD)
    assert answer.status_code == 402
    assert answer.json()["code"] == "INSUFFICIENT_BALANCE_ERROR"
    assert await caller.orders() == []
    assert await caller.wallet() == (3000, 0)
    assert (await caller.order(GOOD, GOOD)).status_code == 200
    assert await caller.wallet() == (0, 0)


async def test_manual_service_waits_for_the_operator(shop: Shop) -> None:
    """Manual services answer 201 at once; the worker leaves them alone; the operator's record settles them."""
    caller = await shop.caller()
    answer = await caller.order(GOOD, code="unlock_manual")
    body = answer.json()
    assert (answer.status_code, body["status"], body["reference_id"]) == (201, "pending", None)
    await shop.work(body["order_id"])
    assert await caller.wallet() == (25_000, 75_000)
    await shop.engine.submit(
        RecordFulfilment(
            merchant_id=shop.merchant.merchant_id, environment="production", order_id=body["order_id"],
            outcome="done", succeeded=1, failed=0, reference="op-1", result={"note": "done"},
        )
    )  # fmt: skip
    read = (await caller.get(f"/api/order/{body['order_id']}")).json()["data"]
    assert (read["status"], read["reference_id"], read["result"]) == ("success", "op-1", {"note": "done"})
    assert await caller.wallet() == (25_000, 0)


@pytest.mark.parametrize(
    ("succeeded", "status", "text"),
    [
        (1, "partial", "Sebagian item gagal diproses oleh penyedia."),
        (0, "failed", "Pesanan gagal diproses oleh penyedia."),
    ],
)
@pytest.mark.parametrize("reason", ["", "IMEI kedua tidak dikenal."])
async def test_what_went_wrong_is_always_said(shop: Shop, succeeded: int, status: str, text: str, reason: str) -> None:
    """``error_message`` of an order that failed, whole or in part: the provider's reason, or a text where it gave none;
    by the order's own page and in the list."""
    caller = await shop.caller(money=500_000)
    order_id = (await caller.order(GOOD, BAD, code="unlock_manual")).json()["order_id"]
    await shop.engine.submit(
        RecordFulfilment(
            merchant_id=shop.merchant.merchant_id, environment="production", order_id=order_id,
            outcome="done", succeeded=succeeded, failed=2 - succeeded, error=reason,
        )
    )  # fmt: skip
    read = (await caller.get(f"/api/order/{order_id}")).json()["data"]
    assert (read["status"], read["error_message"]) == (status, reason or text)
    assert [listed["error_message"] for listed in await caller.orders()] == [reason or text]


async def test_orders_at_once_never_overspend(shop: Shop) -> None:
    """Money for four of ten: four succeed, six are refused with 402."""
    caller = await shop.caller(money=6000)
    answers = await asyncio.gather(*(caller.order(GOOD) for _ in range(10)))
    assert Counter(a.status_code for a in answers) == {200: 4, 402: 6}
    assert await caller.wallet() == (0, 0)
    assert sorted(o["balance_before"] for o in await caller.orders()) == [1500, 3000, 4500, 6000]


async def test_the_same_order_twice_at_once_is_one_order(shop: Shop) -> None:
    """Idempotency-Key: one order, one charge; a later repetition answers its final state and says so."""
    caller = await shop.caller()
    answers = await asyncio.gather(*(caller.order(GOOD, Idempotency_Key="k-1") for _ in range(20)))
    assert {a.status_code for a in answers} <= {200, 201}
    assert len({a.json()["order_id"] for a in answers}) == 1
    assert await caller.wallet() == (98_500, 0)
    again = await caller.order(GOOD, Idempotency_Key="k-1")
    assert (again.status_code, again.json()["status"]) == (200, "success")
    assert again.headers["idempotency-replayed"] == "true"
    assert money(again.json()) == (1500, 1500, 0, 100_000, 98_500)


async def test_an_idempotency_key_names_one_request_of_one_member(shop: Shop) -> None:
    """Same key, other body: 409; another member's same key is another order; a refused attempt stores nothing."""
    caller, other = await shop.caller(), await shop.caller()
    assert (await caller.order("1", Idempotency_Key="k")).status_code == 422
    assert (await caller.order(GOOD, Idempotency_Key="k")).status_code == 200
    conflict = await caller.order(GOOD, GOOD, Idempotency_Key="k")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "IDEMPOTENCY_CONFLICT_ERROR")
    assert (await other.order(GOOD, Idempotency_Key="k")).status_code == 200
    assert [len(await caller.orders()), len(await other.orders())] == [1, 1]
    assert await caller.wallet() == (98_500, 0)


async def test_both_balances_of_an_order_fit_together_whatever_runs_beside_it(shop: Shop) -> None:
    """Ten at once, some partial, some failed, some still held: for each, in the answer, the order's own page, the list
    and a replay, ``remaining_balance`` is ``balance_before`` without what that order took, and no other's."""
    caller = await shop.caller()
    wanted = [(GOOD,), (GOOD, BAD, GOOD), (BAD, BAD), (SLOW,), (GOOD, GOOD)] * 2
    answers = await asyncio.gather(*(caller.order(*imeis, Idempotency_Key=f"k{n}") for n, imeis in enumerate(wanted)))
    placed = [answer.json() for answer in answers]
    assert sorted(body["status"] for body in placed) == sorted(
        ["success", "partial", "failed", "pending", "success"] * 2
    )
    assert len({body["balance_before"] for body in placed}) > 1
    again = [(await caller.order(*imeis, Idempotency_Key=f"k{n}")).json() for n, imeis in enumerate(wanted)]
    reads = [(await caller.get(f"/api/order/{body['order_id']}")).json()["data"] for body in placed]
    for body in (*placed, *again, *reads, *await caller.orders()):
        took = body["total_price"] if body["status"] == "pending" else body["charged_amount"]
        assert body["remaining_balance"] == body["balance_before"] - took
    assert [money(body) for body in placed] == [money(body) for body in again] == [money(body) for body in reads]
    for body in placed:
        await shop.work(body["order_id"])
    for body in await caller.orders():
        assert body["status"] != "pending"
        assert body["remaining_balance"] == body["balance_before"] - body["charged_amount"]
    assert (await caller.wallet())[0] == 100_000 - sum(body["charged_amount"] for body in await caller.orders())
