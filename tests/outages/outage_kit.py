"""Every kind of background work at once, placed straight in the database, and how soon a worker has done all of it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

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

_TOTAL_SEN = 5_000_00
#: The long round, by hand: GERAI_LONG_OUTAGES=40,90.
LONG_OUTAGES_S = [float(each) for each in os.environ.get("GERAI_LONG_OUTAGES", "").split(",") if each]
#: What the counter keeps of its orders; without it its messages cannot be composed.
_DETAILS = {
    "amount_sen": _TOTAL_SEN, "shipping_fee_sen": None, "payment_option": "full_payment", "description": "",
    "metadata": [], "items": [], "link_code": "abcdef", "is_notification_enabled": False, "email_subject": "",
    "email_content": "",
}  # fmt: skip
#: Of the worker under test: the books are looked at all the time.
BOOKS_EVERY_S = 1.0


@dataclass(frozen=True)
class Errands:
    """One of each kind of work, in a shop whose endpoint is told of every order."""

    engine: Engine
    merchant_id: int
    account_id: int
    member_id: int
    receiver: Receiver

    async def _place(self, **changes: Any) -> int:
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
        """Place one of each; returns, by kind, whether it is done."""
        holding = {"member_id": self.member_id, "account_id": self.account_id, "funding": "hold", "resume_after_s": 0}
        fulfilled = await self._place(**holding, provider="simulator", work={"items": ["a"]})
        expiring = await self._place(expires_at=real_now())
        paid = await self._place()
        await self._pay(paid)
        deposit = await self._deposit()
        sent_at = real_now()
        return {
            "fulfilment": lambda: self._is(fulfilled, "success", "completed", "failed"),
            "expiry": lambda: self._is(expiring, "expired"),
            "settlement": lambda: self._is(paid, "processing", "completed"),
            "deposit": lambda: self._deposited(deposit),
            "webhook": lambda: self._announced(paid),
            "books": lambda: self._checked_since(sent_at),
        }

    async def done_after(self, within_s: float) -> dict[str, float]:
        """Place one of each and wait; returns after how many seconds each kind was done. AssertionError."""
        began = time.monotonic()
        waiting, done = await self.send(), dict[str, float]()
        while waiting:
            for kind, is_done in list(waiting.items()):
                if await is_done():
                    done[kind] = round(time.monotonic() - began, 2)
                    del waiting[kind]
            assert time.monotonic() - began < within_s, (
                f"not done: {sorted(waiting)}; done: {done}; announced: {self.receiver.requests[-3:]}"
            )
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

    async def _announced(self, order_id: int) -> bool:
        bodies = (json.loads(request.body) for request in list(self.receiver.requests))
        return any(body["event"] == "order.created" and body["data"]["id"] == f"ord-{order_id}" for body in bodies)

    async def _checked_since(self, at: Any) -> bool:
        # The look takes a moment; one that began before does not count.
        async with self.engine.connection() as connection:
            cursor = await connection.execute("SELECT min(checked_at) FROM book_checks WHERE merchant_id = 0")
            row = await cursor.fetchone()
        return row is not None and row[0] is not None and row[0] > at - timedelta(seconds=0.5)


async def open_errands(engine: Engine, receiver: Receiver, seal_key: str) -> Errands:
    """A shop of its own with money in its member's sandbox wallet and an endpoint at the receiver."""
    code = f"outage-{secrets.token_hex(4)}"
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
    new = msgspec.structs.replace(new, key_secret="dp_test_x")
    await add_endpoint(engine, SecretBox(seal_key), new, new_secret())
    while not engine.directory.get(SUBSCRIBED_CHANNELS, merchant_id):  # noqa: ASYNC110 - the notification's own time
        await asyncio.sleep(0.02)
    return errands


@asynccontextmanager
async def gerai_work(
    dsn: str, folder: Path, seal_key: str, number: int = 1, expect: int = 0
) -> AsyncGenerator[list[subprocess.Popen[bytes]]]:
    """So many `gerai work` on this address; their logs are in the folder. They are asked to stop at the end, and must
    have ended with this code then."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GERAI_")}
    environment = kept | {
        "DATABASE_URL": dsn, "GERAI_WEBHOOKS_SEAL_KEY": seal_key, "GERAI_WEBHOOKS_ALLOW_LOOPBACK": "true",
        "GERAI_WORKER_CHECK_EVERY_S": str(BOOKS_EVERY_S), "GERAI_HTTP_PUBLIC_BASE_URL": "http://127.0.0.1",
    }  # fmt: skip
    command = [sys.executable, "-P", "-m", "gerai", "work"]
    workers: list[subprocess.Popen[bytes]] = []
    try:
        for index in range(number):
            with (folder / f"work-{index}.log").open("ab") as log:
                workers.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))  # noqa: ASYNC220
        yield workers
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        codes = [await asyncio.to_thread(worker.wait, 30) for worker in workers]
        assert codes == [expect] * number, log_of(folder)
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait()


def log_of(folder: Path) -> str:
    """Every worker's log."""
    return "\n".join(file.read_text() for file in sorted(folder.glob("work-*.log")))


def broken_invariants(dsn: str) -> list[Any]:
    """Of the last recorded look at the books."""
    with psycopg.connect(dsn) as connection:
        return connection.execute("SELECT * FROM book_checks WHERE broken_rows > 0").fetchall()
