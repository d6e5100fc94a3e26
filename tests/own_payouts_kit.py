"""The desk of a shop with a bank account and a QRIS code of its own, and what comes by the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bank_kit import NMID, PRICE, QRIS
from desk_money_kit import Till, act
from gerai.domain.money import rupiah
from gerai.domain.records import Payment

NAME: Final = f"qris:{NMID}"
MDR: Final = rupiah(700)
KINDS: Final = ("gateway", "bank", "fees", "sales", "refunds_owed")


@dataclass(frozen=True)
class Code:
    """The desk of a shop with a bank account and a QRIS code of its own."""

    till: Till
    account_id: int

    async def paid(self, days_ago: int = 0) -> Payment:
        """An order of Rp50.000 whose buyer paid by the code, so many days ago at this hour."""
        till = self.till
        view = await till.shop.choose(await till.shop.placed(chosen=False), "qris", "QRIS")
        payment = view.payments[-1]
        await act(till.within, "payments.confirm", id=payment.payment_id)
        if days_ago:
            async with till.shop.engine.connection() as connection:
                await connection.execute(
                    "UPDATE payments SET completed_at = completed_at - %s * interval '1 day' "
                    "WHERE merchant_id = %s AND payment_id = %s",
                    (days_ago, till.shop.merchant_id, payment.payment_id),
                )
        return (await till.now(view))[1]

    async def settled(self, *payments: Payment, **changes: Any) -> Any:
        """A payout of these is said to have come, less the MDR of each."""
        given = {
            "whose": "qris", "reference": "GP-1", "payments": tuple(one.public_id for one in payments),
            "amount_sen": (PRICE - MDR) * len(payments), "fee_sen": MDR * len(payments),
        }  # fmt: skip
        return await act(self.till.within, "payouts.settle", **(given | changes))

    async def balances(self) -> dict[str, int]:
        """What came into each account, less what left it."""
        async with self.till.shop.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT a.kind, "
                "sum(CASE a.account_id WHEN t.debit_account_id THEN t.amount_sen ELSE -t.amount_sen END)::int8 "
                "FROM transfers t JOIN accounts a ON a.merchant_id = t.merchant_id "
                "AND a.account_id IN (t.debit_account_id, t.credit_account_id) WHERE t.merchant_id = %s GROUP BY 1",
                (self.till.shop.merchant_id,),
            )
            found = dict(await cursor.fetchall())
        return {kind: found.get(kind, 0) for kind in KINDS}


async def open_code(till: Till) -> Code:
    """The shop of this desk gets a code of its own."""
    done = await act(till.within, "accounts.add", method="qris", code=QRIS, mine=True)
    return Code(till, int(done.id))
