"""Every kind of background work at once, placed straight in the database, and how soon a worker has done all of it."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import msgspec
import psycopg

from gerai.domain.records import Deposit
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.start import StartPayment
from gerai.engine.subscriptions import SUBSCRIBED_CHANNELS
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, new_secret
from gerai.kit.clock import real_now
from gerai.kit.secret_box import SecretBox
from gerai.testing.receiver import Receiver

_TOTAL_SEN: Final = 5_000_00
#: How the codes of these shops begin.
CODE: Final = "outage-"
#: What the counter keeps of its orders; without it its messages cannot be composed.
_DETAILS: Final[dict[str, Any]] = {
    "amount_sen": _TOTAL_SEN, "shipping_fee_sen": None, "payment_option": "full_payment", "description": "",
    "metadata": [], "items": [], "link_code": "abcdef", "is_notification_enabled": False, "email_subject": "",
    "email_content": "",
}  # fmt: skip
#: Settings of the worker under test: the books are looked at all the time.
BOOKS_EVERY_S: Final = 1.0
SETTINGS: Final = {"GERAI_WORKER_CHECK_EVERY_S": str(BOOKS_EVERY_S)}


class NotDone(AssertionError):
    """Work was not done in time; the text says which."""


@dataclass(frozen=True)
class Errands:
    """One of each kind of work, in a shop whose endpoint gets a message of every order."""

    engine: Engine
    merchant_id: int
    account_id: int
    member_id: int
    receiver: Receiver

    async def place(self, **changes: Any) -> int:
        """A new order, of which the endpoint is notified; its id."""
        order_id = self.engine.ids.next()
        fields: dict[str, Any] = {
            "merchant_id": self.merchant_id, "environment": "sandbox", "channel": "durianpay", "key_id": None,
            "order_id": order_id, "public_id": f"ord-{order_id}", "number": f"N{order_id}",
            "secret": secrets.token_urlsafe(24), "total_sen": _TOTAL_SEN, "funding": "invoice",
            "details": _DETAILS, "lines": (NewLine("thing", 7, "A thing", 1, _TOTAL_SEN, _TOTAL_SEN, None),),
        }  # fmt: skip
        await self.engine.submit(PlaceOrder(**(fields | changes)))
        return order_id

    async def _pay(self, order_id: int) -> None:
        payment_id = self.engine.ids.next()
        await self.engine.submit(
            StartPayment(
                merchant_id=self.merchant_id, environment="sandbox", order_id=order_id, payment_id=payment_id,
                public_id=f"pay-{payment_id}", method="va", channel_code="BCA", amount_sen=_TOTAL_SEN,
                instructions={"code": "8808123"}, settle_after_s=0,
            )
        )  # fmt: skip

    async def _deposit(self) -> int:
        deposit_id = self.engine.ids.next()
        await self.engine.submit(
            StartDeposit(
                merchant_id=self.merchant_id, environment="sandbox", channel="test", deposit_id=deposit_id,
                public_id=f"dep-{deposit_id}", secret=secrets.token_urlsafe(24), account_id=self.account_id,
                amount_sen=_TOTAL_SEN, method="va", channel_code="BCA", settle_after_s=0,
                instructions={"kind": "code", "code": "8808123"},
            )
        )  # fmt: skip
        return deposit_id

    async def send(self) -> dict[str, Callable[[], Awaitable[bool]]]:
        """Place one of each; returns, by kind, what to ask whether it is done."""
        holding = {"member_id": self.member_id, "account_id": self.account_id, "funding": "hold", "resume_after_s": 0}
        fulfilled = await self.place(**holding, provider="simulator", work={"items": ["a"]})
        expiring = await self.place(expires_at=real_now())
        paid = await self.place()
        await self._pay(paid)
        deposit = await self._deposit()
        sent_at = real_now()
        return {
            "fulfilment": lambda: self._is(fulfilled, "success", "completed", "failed"),
            "expiry": lambda: self._is(expiring, "expired"),
            "settlement": lambda: self._is(paid, "processing", "completed"),
            "deposit": lambda: self._deposited(deposit),
            "webhook": lambda: self.announced(paid),
            "books": lambda: self._checked_since(sent_at),
        }

    async def done_after(self, within_s: float) -> dict[str, float]:
        """Place one of each and wait; returns after how many seconds each kind was done. NotDone."""
        waiting, done = await self.send(), dict[str, float]()
        began = time.monotonic()
        while waiting:
            for kind, is_done in list(waiting.items()):
                if await is_done():
                    done[kind] = round(time.monotonic() - began, 2)
                    del waiting[kind]
            if time.monotonic() - began > within_s:
                raise NotDone(f"not done within {within_s:.0f} s: {', '.join(sorted(waiting))}; done: {done}")
            await asyncio.sleep(0.1)
        return done

    async def _is(self, order_id: int, *states: str) -> bool:
        view = await self.engine.orders.by_id(self.merchant_id, order_id)
        assert view is not None
        return view.order.status in states

    async def _deposited(self, deposit_id: int) -> bool:
        deposit: Deposit | None = await self.engine.deposits.by_id(self.merchant_id, deposit_id)
        assert deposit is not None
        return deposit.status == "succeeded"

    async def announced(self, order_id: int) -> bool:
        """Whether the endpoint has the message that this order was placed."""
        bodies = (json.loads(request.body) for request in list(self.receiver.requests))
        return any(body["event"] == "order.created" and body["data"]["id"] == f"ord-{order_id}" for body in bodies)

    async def _checked_since(self, at: Any) -> bool:
        # The look takes a moment; one that began before does not count.
        async with await psycopg.AsyncConnection.connect(self.engine.dsn) as connection:
            cursor = await connection.execute("SELECT min(checked_at) FROM book_checks WHERE merchant_id = 0")
            row = await cursor.fetchone()
        return row is not None and row[0] is not None and row[0] > at - timedelta(seconds=0.5)


async def open_errands(engine: Engine, receiver: Receiver, seal_key: str) -> Errands:
    """A shop of its own with money in its member's sandbox wallet and an endpoint at the receiver."""
    code = f"{CODE}{secrets.token_hex(4)}"
    merchant_id = await open_merchant(engine, code, "Toko", simulated=True)
    member_id, accounts = await add_member(engine, merchant_id, "test", "m", "Member")
    errands = Errands(engine, merchant_id, accounts["sandbox"], member_id, receiver)
    await engine.submit(
        ManualDeposit(
            merchant_id=merchant_id, environment="sandbox", account_id=accounts["sandbox"],
            amount_sen=1_000_000 * _TOTAL_SEN, note="opening",
        )
    )  # fmt: skip
    new = NewEndpoint(merchant_id=merchant_id, environment="sandbox", channel="durianpay", url=receiver.url())
    new = msgspec.structs.replace(new, key_secret=secrets.token_urlsafe(16))
    await add_endpoint(engine, SecretBox(seal_key), new, new_secret())
    while not engine.directory.get(SUBSCRIBED_CHANNELS, merchant_id):  # noqa: ASYNC110 - the notification's own time
        await asyncio.sleep(0.02)
    return errands
