"""What gateways pay out, of the shop of ``gateway_kit``: payments that came, payouts, and where the money is."""

from __future__ import annotations

from typing import Any, Final

from gateway_kit import PRICE, GatewayShop
from gerai.domain.records import Payment
from gerai.engine.gateways.give_back import give_back
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payouts.settle import SettledPayout, SettlePayout

KINDS: Final = ("gateway", "bank", "fees", "sales", "refunds_owed")


async def paid(shop: GatewayShop, channel: str = "BNI", **seen: Any) -> Payment:
    """An order whose buyer paid Rp50.000 at the gateway."""
    payment = await shop.started(channel)
    shop.toy.pays(payment, **seen)
    await shop.look(payment)
    return await now(shop, payment)


async def now(shop: GatewayShop, payment: Payment) -> Payment:
    return next(p for p in (await shop.now(payment)).payments if p.payment_id == payment.payment_id)


def payout(shop: GatewayShop, *payments: Payment, **changes: Any) -> SettlePayout:
    """A payout of these payments, as much as they brought."""
    facts = {
        "contract_id": shop.contract.contract_id, "reference": "WD-1", "amount_sen": PRICE * len(payments),
        "payments": tuple((one.order_id, one.payment_id) for one in payments), "by": "Sari",
    }  # fmt: skip
    return SettlePayout(merchant_id=shop.merchant_id, environment="production", **(facts | changes))


async def settled(shop: GatewayShop, *payments: Payment, **changes: Any) -> SettledPayout:
    return (await shop.engine.submit(payout(shop, *payments, **changes))).answer


async def balances(shop: GatewayShop, *kinds: str) -> dict[str, int]:
    """What came into each account of these kinds, less what left it."""
    async with shop.engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT a.kind, "
            "sum(CASE a.account_id WHEN t.debit_account_id THEN t.amount_sen ELSE -t.amount_sen END)::int8 "
            "FROM transfers t JOIN accounts a ON a.merchant_id = t.merchant_id "
            "AND a.account_id IN (t.debit_account_id, t.credit_account_id) WHERE t.merchant_id = %s GROUP BY 1",
            (shop.merchant_id,),
        )
        found = dict(await cursor.fetchall())
    return {kind: found.get(kind, 0) for kind in kinds or KINDS}


async def refunded(shop: GatewayShop, payment: Payment, amount_sen: int) -> int:
    """So much of it goes back through its gateway, which sends it; the refund's id."""
    refund = RefundPayment(
        merchant_id=shop.merchant_id, environment="production", order_id=payment.order_id,
        payment_id=payment.payment_id, amount_sen=amount_sen,
    )  # fmt: skip
    await shop.engine.submit(refund)
    task = (await shop.engine.payments.refunds(shop.merchant_id))[-1].task
    await give_back(shop.engine, shop.desk, shop.merchant_id, payment.order_id, task.task_id)
    return task.task_id
