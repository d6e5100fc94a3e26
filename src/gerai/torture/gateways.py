"""Power cuts while a gateway takes payments and top-ups: before it is asked, before its answer is written down, before
and after its notices are kept. What was paid there is paid here, or in the wallet, once, and nothing else is."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg

from gerai.app import DIALECTS
from gerai.engine.core import Engine
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.found import FoundPartners
from gerai.kit.secret_box import SecretBox
from gerai.settings import Settings
from gerai.store.embedded import running
from gerai.testing.gateways.midtrans import MidtransFake
from gerai.testing.loopback import served
from gerai.testing.server import LiveServer, live_server
from gerai.torture.errands import SETTINGS
from gerai.torture.figures import Figures
from gerai.torture.load import broken_books
from gerai.torture.shop import engine_beside

KEY: Final = "SB-Mid-server-torture"
#: The follower looks one and five minutes after the start; notices that met a server that was down come again sooner,
#: but not for long: who pays after the first look, with the notice lost, is found by the second.
_SETTLED_WITHIN_S: Final = 330.0
_PAUSES_S: Final = (0.5, 1.0, 2.0, 4.0)
_COUNTER: Final = "durianpay"
#: Whose members top up.
_TOP_UPS: Final = "leuwongrr"
_AMOUNT: Final = "50000.00"
#: So many of what clients ask for are top-ups.
_TOPPED_UP: Final = 0.4
#: Who pays at the gateway, of those who have a number; the others never do.
_PAY: Final = 0.8
_PAID: Final = """
SELECT p.public_id, p.status = 'completed', count(t.*) FROM payments p LEFT JOIN transfers t
ON t.merchant_id = p.merchant_id AND t.payment_id = p.payment_id AND t.reason = 'payment'
WHERE p.merchant_id = %(merchant)s GROUP BY 1, 2
UNION ALL SELECT d.public_id, d.status = 'succeeded', count(t.*) FROM deposits d LEFT JOIN transfers t
ON t.merchant_id = d.merchant_id AND t.transfer_id = d.transfer_id AND t.reason = 'deposit'
WHERE d.merchant_id = %(merchant)s GROUP BY 1, 2"""
_MISSING: Final = """
SELECT p.status, o.status, a.status, a.looks, a.fault, now() - p.created_at, (
    SELECT json_agg(json_build_array(j.task_name, j.status, j.scheduled_at - now(), j.attempts))
    FROM procrastinate_jobs j WHERE j.args->>'payment_id' = p.payment_id::text)
FROM payments p JOIN orders o USING (merchant_id, order_id)
LEFT JOIN gateway_attempts a USING (merchant_id, payment_id) WHERE p.public_id = %(code)s
UNION ALL SELECT d.status, '', a.status, a.looks, a.fault, now() - d.created_at, (
    SELECT json_agg(json_build_array(j.task_name, j.status, j.scheduled_at - now(), j.attempts))
    FROM procrastinate_jobs j WHERE j.args->>'deposit_id' = d.deposit_id::text)
FROM deposits d LEFT JOIN gateway_attempts a ON a.merchant_id = d.merchant_id AND a.payment_id = d.deposit_id
WHERE d.public_id = %(code)s"""
_LEFT: Final = "SELECT count(*) FROM notices WHERE merchant_id = %s AND status = 'received'"


@dataclass
class _Clients:
    """Clients of Durianpay's charge and of LeuwongRR's top-ups, and buyers. ``secrets``: by counter; ``numbers``:
    payments and top-ups whose number was acknowledged."""

    base_url: str
    gateway: str
    secrets: dict[str, str]
    numbers: set[str] = field(default_factory=set[str])
    orders: int = 0
    top_ups: int = 0
    unknown: int = 0
    longest_s: float = 0.0

    async def work(self, stop: asyncio.Event) -> None:
        """Order and charge, or top up, until it is enough."""
        async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
            while not stop.is_set():
                began = time.monotonic()
                try:
                    await (self._top_up(http) if random.random() < _TOPPED_UP else self._charge(http))
                    self.longest_s = max(self.longest_s, time.monotonic() - began)
                except httpx.HTTPError:
                    # Cut off: what became of it is looked for afterwards.
                    await asyncio.sleep(0.1)

    async def _top_up(self, http: httpx.AsyncClient) -> None:
        headers = {"Authorization": f"Bearer {self.secrets[_TOP_UPS]}"}
        body = {"amount": 50_000, "payment_method": "va-bca"}
        asked = await http.post(f"{self.base_url}/api/v1/me/deposits", json=body, headers=headers)
        self.unknown += asked.status_code == 500
        if asked.status_code == 201:
            self.top_ups += 1
            self.numbers.add(asked.json()["data"]["deposit"]["invoice_code"])

    async def _charge(self, http: httpx.AsyncClient) -> None:
        auth = httpx.BasicAuth(self.secrets[_COUNTER], "")
        customer = {"email": "buyer@example.com", "mobile": "08123456789", "given_name": "Buyer"}
        order = {"amount": _AMOUNT, "currency": "IDR", "customer": customer, "payment_option": "full_payment"}
        placed = await http.post(f"{self.base_url}/v1/orders", json=order, auth=auth)
        if placed.status_code != 200:
            self.unknown += placed.status_code == 500
            return
        self.orders += 1
        request = {"order_id": placed.json()["data"]["id"], "bank_code": "BCA", "name": "Buyer", "amount": _AMOUNT}
        wanted = {"type": "VA", "request": request}
        charged = await http.post(f"{self.base_url}/v1/payments/charge", json=wanted, auth=auth)
        self.unknown += charged.status_code == 500
        if charged.status_code == 200:
            self.numbers.add(charged.json()["data"]["response"]["payment_id"])


async def gateways(folder: Path, *, rounds: int, clients: int = 6, load_s: float = 1.5, slack: float = 1.0) -> Figures:
    """Orders that are charged through the stand-in for Midtrans, and members who top up through it, whose buyers pay;
    kill -9 of the server in the middle, at moments that differ; a new start. Then everything that the gateway has as
    paid is paid or credited here exactly once, nothing else is, no notice is left unread, and the books balance."""
    figures, fake = Figures(), MidtransFake(KEY, hang_s=1, pauses_s=_PAUSES_S)
    with live_server(folder, GERAI_WEBHOOKS_ALLOW_LOOPBACK="true", **SETTINGS) as server:
        # Where the gateway is to report: a real merchant's production key needs an address, too.
        server.environment["GERAI_HTTP_PUBLIC_BASE_URL"] = server.base_url
        await asyncio.to_thread(server.start)
        async with served(fake.app) as gateway:
            merchant_id, secrets = await _open(server, gateway)
            load = _Clients(server.base_url, gateway, secrets)
            for _ in range(rounds):
                await _round(server, fake, load, clients, load_s)
                await _reckon(server, fake, merchant_id, load, figures, slack)
                figures.rounds += 1
    figures.acknowledged, figures.unknown = len(load.numbers), load.unknown
    figures.longest_answer_s = load.longest_s
    paid = sum(one.status == "settlement" for one in fake.payments.values())
    figures.notes.append(
        f"{load.orders} orders, {load.top_ups} top-ups, {len(fake.payments)} payments at the gateway, {paid} paid there"
    )
    return figures


async def _open(server: LiveServer, gateway: str) -> tuple[int, dict[str, str]]:
    """A real merchant with a contract, a member, and a key at each counter."""
    seal_key = (await asyncio.to_thread((server.folder / "seal.key").read_text, encoding="utf-8")).strip()
    partners = FoundPartners(Settings())
    with running(server.folder) as dsn:
        async with engine_beside(dsn).running() as engine:
            merchant_id = await open_merchant(engine, f"gateway{engine.ids.next()}", "Toko Saya")
            await _contract(engine, partners, SecretBox(seal_key), merchant_id, gateway)
            member_id, _ = await add_member(engine, merchant_id, _TOP_UPS, "m1", "Ani", email="ani@example.com")
            secrets: dict[str, str] = {}
            for counter, member in ((_COUNTER, None), (_TOP_UPS, member_id)):
                [keys] = [dialect.keys for dialect in DIALECTS if dialect.name == counter and dialect.keys is not None]
                form = keys.make("production")
                secrets[counter] = form.token
                await create_key(
                    engine, merchant_id, "production", counter, form.token, name="torture", prefix=form.prefix,
                    permissions=form.permissions, member_id=member,
                )  # fmt: skip
    # Every process follows within a second.
    await asyncio.sleep(1.5)
    return merchant_id, secrets


async def _contract(engine: Engine, partners: FoundPartners, sealer: SecretBox, merchant_id: int, gateway: str) -> None:
    midtrans = partners.gateways["midtrans"]
    draft = draft_contract(
        engine, sealer, merchant_id, midtrans, "production", {"secret_server_key": KEY},
        ways=ways_of(midtrans, partners.payment_methods), base_url=gateway, by="torture", here=True,
    )  # fmt: skip
    await open_contract(engine, draft)


async def _round(server: LiveServer, fake: MidtransFake, load: _Clients, clients: int, load_s: float) -> None:
    """Load, a power cut in the middle of it, buyers who pay all the while, and a new start."""
    stop, end = asyncio.Event(), asyncio.Event()
    buyers = asyncio.create_task(_pay(fake, load.gateway, end))
    working = [asyncio.create_task(load.work(stop)) for _ in range(clients)]
    await asyncio.sleep(load_s * random.uniform(0.5, 1.0))
    await asyncio.to_thread(server.kill, database_too=random.random() < 0.3)
    await asyncio.sleep(random.uniform(0, 1))
    await asyncio.to_thread(server.start)
    await asyncio.sleep(load_s)
    stop.set()
    await asyncio.gather(*working)
    end.set()
    await buyers


async def _pay(fake: MidtransFake, gateway: str, end: asyncio.Event) -> None:
    """Buyers see their number a little after it was made, also those whose shop never got it."""
    seen = set[str]()
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        while True:
            last = end.is_set()
            for reference, payment in list(fake.payments.items()):
                if reference not in seen:
                    seen.add(reference)
                    if payment.status == "pending" and random.random() < _PAY:
                        await http.post(f"{gateway}/_buyer/{reference}/pay", json={})
            if last:
                return
            await asyncio.sleep(0.05)


async def _reckon(
    server: LiveServer, fake: MidtransFake, merchant_id: int, load: _Clients, figures: Figures, slack: float
) -> None:
    """Wait until everything that was paid there is paid here; then compare."""
    await fake.notices.delivered()
    paid = {reference for reference, one in fake.payments.items() if one.status == "settlement"}
    until, began = time.monotonic() + _SETTLED_WITHIN_S * slack, time.monotonic()
    with running(server.folder) as dsn:
        while True:
            rows, unread = await _stored(dsn, merchant_id)
            here = {public_id for public_id, done, _ in rows if done}
            if (paid <= here and not unread) or time.monotonic() > until:
                break
            await asyncio.sleep(0.2)
        figures.longest_outage_s = max(figures.longest_outage_s, time.monotonic() - began)
        figures.broken += await broken_books(dsn)
    known = {public_id for public_id, _, _ in rows}
    # Counted anew each time: what is missing stays missing.
    figures.lost = len(paid - here) + len(load.numbers - known)
    figures.doubled = len(here - paid) + sum(n != 1 for _, done, n in rows if done)
    figures.expect(not unread, f"{unread} notices are left unread")
    if paid - here:
        figures.notes.append(await _why(dsn, min(paid - here)))


async def _why(dsn: str, public_id: str) -> str:
    """How a payment or top-up stands here that is paid at the gateway."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        row = await (await connection.execute(_MISSING, {"code": public_id})).fetchone()
    return f"{public_id} is paid there; here: {row}"


async def _stored(dsn: str, merchant_id: int) -> tuple[list[tuple[str, bool, int]], int]:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        rows: list[Any] = await (await connection.execute(_PAID, {"merchant": merchant_id})).fetchall()
        unread = await (await connection.execute(_LEFT, (merchant_id,))).fetchone()
    return [(public_id, done, n) for public_id, done, n in rows], 0 if unread is None else unread[0]
