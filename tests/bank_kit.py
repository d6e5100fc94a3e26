"""A real shop with an account of its own, orders whose payers chose it, and files that show a transfer."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gerai.domain.money import rupiah
from gerai.domain.records import OrderView, Payment, PaymentProof
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.proofs import ReceiveProof
from gerai.kit.discover import discover
from gerai.kit.ids import token
from gerai.ports.payments import PaymentMethod

METHODS: Final[dict[str, PaymentMethod]] = discover("gerai.partners.payments", "METHOD")
PRICE: Final = rupiah(50_000)
JPEG: Final = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
PDF: Final = b"%PDF-1.7\n"
#: A static QRIS code, of the merchant with this national number.
QRIS: Final = (
    "00020101021126620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000170303UMI5204573253033605802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304BD82"
)
NMID: Final = "ID1020000000017"
_BANK: Final = {"bank": "BCA", "number": "1234567890", "holder": "Budi Santoso"}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class BankShop:
    """A real merchant with one bank account."""

    engine: Engine
    merchant_id: int
    code: str

    @property
    def names(self) -> dict[str, Any]:
        """What every command about it names."""
        return {"merchant_id": self.merchant_id, "environment": "production"}

    async def placed(self, *, chosen: bool = True, expires_at: datetime | None = None, **facts: Any) -> OrderView:
        """An order of Rp50.000; ``chosen``: its payer chose the bank account."""
        order_id = self.engine.ids.next()
        place: dict[str, Any] = {
            "channel": "t", "key_id": None, "order_id": order_id, "public_id": f"o-{order_id}",
            "number": f"N{order_id}", "secret": token(), "total_sen": PRICE, "funding": "invoice",
            "lines": (NewLine("goods", 0, "Kopi", 1, PRICE, PRICE),), "expires_at": expires_at,
            "after_payment": "confirm",
        }  # fmt: skip
        view = (await self.engine.submit(PlaceOrder(**self.names, **(place | facts)))).answer.view
        return await self.choose(view) if chosen else view

    async def choose(self, view: OrderView, method: str = "bank_transfer", channel: str = "BCA") -> OrderView:
        """Its payer chooses a way to pay."""
        merchant, wanted = (
            self.engine.directory.merchant(self.merchant_id),
            WantedPayment(method=method, channel=channel),
        )
        start = payment_to_start(self.engine.ids.next(), merchant, METHODS, view, wanted)
        return (await self.engine.submit(start)).answer

    async def overdue(self, view: OrderView) -> None:
        """Its time is over; nothing has moved it yet."""
        async with self.engine.connection() as connection:
            for table in ("orders", "payments"):
                await connection.execute(
                    f"UPDATE {table} SET expires_at = now() - interval '1 second' "  # type: ignore[arg-type]
                    "WHERE merchant_id = %s AND order_id = %s",
                    (self.merchant_id, view.order.order_id),
                )

    async def again(self, view: OrderView) -> OrderView:
        """The order as it is stored now."""
        return await self.engine.orders.as_now(view.order)

    async def noted(self, view: OrderView) -> list[dict[str, Any]]:
        """What its timeline notes of proofs."""
        events = await self.engine.events.of_orders(self.merchant_id, [view.order.order_id])
        return [event.facts for event in events if event.name == "payment.proof_received"]

    def proof(self, payment: Payment, content: bytes = PNG, **changes: Any) -> ReceiveProof:
        """What keeps a file for a payment."""
        facts: dict[str, Any] = {
            **self.names, "order_id": payment.order_id, "payment_id": payment.payment_id,
            "proof_id": self.engine.ids.next(), "kind": "image/png", "digest": hashlib.sha256(content).digest(),
            "content": content,
        }  # fmt: skip
        return ReceiveProof(**(facts | changes))

    async def prove(self, payment: Payment, content: bytes = PNG, **changes: Any) -> PaymentProof:
        """Keep a file for a payment."""
        return (await self.engine.submit(self.proof(payment, content, **changes))).answer

    async def stored(self) -> list[tuple[int, str, int, bytes]]:
        """Payment, kind, size and content of every proof, oldest first."""
        async with self.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT payment_id, kind, size_bytes, content FROM payment_proofs "
                "WHERE merchant_id = %s ORDER BY proof_id",
                (self.merchant_id,),
            )
            return await cursor.fetchall()


async def bank_shop(engine: Engine) -> BankShop:
    """A new one."""
    code = f"bank{next(_numbers)}-{engine.ids.next()}"
    merchant_id = await open_merchant(engine, code, "Toko Saya")
    await open_account(engine, merchant_id, METHODS["bank_transfer"], _BANK, "t")
    return BankShop(engine, merchant_id, code)
