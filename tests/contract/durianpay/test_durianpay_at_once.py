"""Several payers of one order at the same moment (contract §7): one of them pays it, and no other is told so."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from durianpay_shop import Shop, fetched, started

from gerai.engine.check import check
from gerai.worker.main import settle

SUCCESS = {"data": {"status": "Payment Successful"}}
BANKS = ("BCA", "BNI", "BRI")


def refused(response: httpx.Response, reason: str) -> bool:
    """Whether this is the contract's refusal in its whole shape."""
    body = response.json()
    return (response.status_code, body) == (
        422,
        {
            "data": {"status": "Payment Unsuccessful", "reason": reason},
            "error": reason,
            "error_code": "DPAY_INVALID_REQUEST",
            "request_id": body.get("request_id"),
        },
    ) and str(body["request_id"]).startswith("dp_")


async def simulate(shop: Shop, charged: dict[str, Any], *, force_fail: bool = False) -> httpx.Response:
    body = {"account_number": charged["account_number"], "amount": "10001", "force_fail": force_fail}
    return await shop.ask("POST", "/v1/payments/va/simulate", body)


async def statuses(shop: Shop, charges: list[dict[str, Any]]) -> list[str]:
    return [(await fetched(shop, charged["payment_id"]))["status"] for charged in charges]


async def test_one_of_several_accounts_is_paid(shop: Shop) -> None:
    """Three accounts of one order, simulated twice each at once, ten times over: one success; the paid one's repeat
    reads completed, the others are refused as one after the other would be; no money waits."""
    for _ in range(10):
        order = await shop.order()
        charges = [await started(shop, order, bank_code=bank) for bank in BANKS]
        answers = await asyncio.gather(*(simulate(shop, charged) for charged in charges * 2))
        assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422, 422, 422]
        [paid] = [n for n, answer in enumerate(answers) if answer.status_code == 200]
        assert answers[paid].json() == SUCCESS
        for n, answer in enumerate(answers):
            if n != paid:
                assert refused(answer, "VA is completed" if n % 3 == paid % 3 else "VA is cancelled"), answer.text
        wanted = ["completed" if n == paid % 3 else "cancelled" for n in range(3)]
        assert await statuses(shop, charges) == wanted
        # The same later, one after the other.
        for n, charged in enumerate(charges):
            assert refused(await simulate(shop, charged), f"VA is {wanted[n]}")
    assert await shop.engine.payments.waiting(shop.merchant_id) == []
    assert (await shop.rows())["transfers"] == 10
    assert await check(shop.engine, shop.merchant_id) == []


async def test_paid_and_failed_at_once(shop: Shop) -> None:
    """One account, paid and made to fail at once: it ends in one way, and both answers say which."""
    for _ in range(10):
        charged = await started(shop, await shop.order())
        paid, failed = await asyncio.gather(simulate(shop, charged), simulate(shop, charged, force_fail=True))
        [status] = await statuses(shop, [charged])
        if status == "completed":
            assert paid.json() == SUCCESS
            assert refused(failed, "VA is completed")
        else:
            assert status == "failed"
            assert refused(paid, "VA is failed")
            assert refused(failed, "Forced failure")
    assert await shop.engine.payments.waiting(shop.merchant_id) == []


async def test_paid_and_cancelled_at_once(shop: Shop) -> None:
    """A payment cancelled in the same moment is either paid or cancelled, never late."""
    for _ in range(10):
        charged = await started(shop, await shop.order())
        paid, cancelled = await asyncio.gather(
            simulate(shop, charged), shop.ask("PUT", f"/v1/payments/{charged['payment_id']}/cancel")
        )
        [status] = await statuses(shop, [charged])
        assert (paid.status_code, cancelled.status_code) == ((200, 400) if status == "completed" else (422, 200))
        assert status in ("completed", "cancelled")
    assert await shop.engine.payments.waiting(shop.merchant_id) == []


async def test_two_charges_that_finish_by_themselves(shop: Shop) -> None:
    """Both were started with an outcome: the first pays the order, the other, cancelled by it, brings no money."""
    order = await shop.order()
    charges = [await started(shop, order, kind, sandbox_options={"delay_ms": 0}) for kind in ("VA", "EWALLET")]
    payments = [await shop.engine.payments.named(shop.merchant_id, charged["payment_id"]) for charged in charges]
    names = [(one.merchant_id, one.environment, one.order_id, one.payment_id) for [one] in payments]
    await asyncio.gather(*(settle(shop.engine, *name, "paid") for name in names))
    assert sorted(await statuses(shop, charges)) == ["cancelled", "completed"]
    assert await shop.engine.payments.waiting(shop.merchant_id) == []
