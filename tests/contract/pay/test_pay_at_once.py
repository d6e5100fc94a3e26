"""Two forms of one page at the same moment: the engine decides under the lock, and one of them finds it changed."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from pay_deposits import address, start, status_of
from pay_shop import again, place

from gerai.engine.core import Engine


async def both(client: httpx.AsyncClient, path: str, *acts: str) -> list[str]:
    """The notices of the answers, sorted; empty where the act was done."""
    answers = await asyncio.gather(*(client.post(path, data={"act": act}) for act in acts))
    assert {answer.status_code for answer in answers} == {303}
    return sorted(answer.headers["location"].partition("notice=")[2] for answer in answers)


@pytest.mark.parametrize("acts", [("pay", "pay"), ("pay", "fail"), ("pay", "late"), ("late", "late")])
async def test_an_order_is_played_once(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, acts: tuple[str, str]
) -> None:
    """Of two acts of the payer one is done; no money comes late, and none waits for a person. The other is
    told that something changed only if it asked for something else: a double tap is no news."""
    for _ in range(5):
        view = await place(engine, merchant.merchant_id)
        await client.post(f"/i/{view.order.secret}/method", data={"choice": "va:BCA"})
        assert await both(client, f"/i/{view.order.secret}/play", *acts) == ["", "changed" if "fail" in acts else ""]
        [payment] = (await again(engine, view)).payments
        assert payment.status in (("completed", "failed") if "fail" in acts else ("completed",))
    assert await engine.payments.waiting(merchant.merchant_id) == []


async def test_a_payer_who_did_not_choose_is_played_once(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """Each form would start a payment of its own: one is started, and paid."""
    for _ in range(5):
        view = await place(engine, merchant.merchant_id)
        assert "" in await both(client, f"/i/{view.order.secret}/play", "pay", "pay")
        assert [payment.status for payment in (await again(engine, view)).payments] == ["completed"]
    assert await engine.payments.waiting(merchant.merchant_id) == []


@pytest.mark.parametrize("acts", [("pay", "pay"), ("pay", "fail")])
async def test_a_deposit_is_played_once(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, acts: tuple[str, str]
) -> None:
    """One of the two is done, and the wallet has what that one brought; a double tap is no news."""
    for _ in range(5):
        deposit = await start(engine, merchant)
        before = (await engine.wallets.balance(deposit.merchant_id, deposit.account_id)).available_sen
        assert await both(client, address(deposit, "/play"), *acts) == ["", "changed" if "fail" in acts else ""]
        status = await status_of(engine, deposit)
        assert status in ("succeeded", "failed")
        after = (await engine.wallets.balance(deposit.merchant_id, deposit.account_id)).available_sen
        assert after - before == (deposit.amount_sen if status == "succeeded" else 0)
