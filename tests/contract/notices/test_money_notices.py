"""Money notices over HTTP: kept as they came, answered at once, read by the worker, and paid what they can be, once;
who does not prove a secret finds nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from notices_kit import notices_of, worked

from app_kit import app_of, settings_of
from gerai.app import App
from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.engine.arrivals import take
from gerai.engine.check import check
from gerai.engine.deposits.open import WantedDeposit, deposit_to_start
from gerai.engine.merchants.open import add_member, change_settings, open_merchant
from gerai.engine.merchants.receiving import close_account, open_account
from gerai.engine.notices.read import notice_of, read_notice, unread
from gerai.engine.notices.sources import NewSource, close_source, open_source
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.kit.clock import jakarta, real_now
from gerai.kit.ids import token
from gerai.kit.secret_box import SecretBox, new_key
from gerai.settings import WebhookSettings

BANK = {"bank": "BCA", "number": "7770123456", "holder": "Budi"}
QRIS = (
    "00020101021126620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW0215"
    "ID10200000000170303UMI5204573253033605802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304BD82"
)
PRICE = rupiah(50_000)
_numbers = itertools.count(1)


@dataclass
class Shop:
    """A real merchant with a bank account and a QRIS code, the server, and who asks it."""

    app: App
    web: httpx.AsyncClient
    merchant_id: int
    bank: int
    qris: int

    async def sender(self, form: str, account: int | None = None, secret: str = "") -> NewSource:
        """An address for this sender."""
        sealer = SecretBox(self.app.settings.webhooks.seal_key)
        chosen = self.app.partners.notice_forms[form]
        return await open_source(
            self.app.engine, sealer, self.merchant_id, chosen, receiving_id=account, secret=secret, by="t"
        )

    async def ordered(self, method: str = "bank_transfer", channel: str = "BCA") -> OrderView:
        """An order of Rp50.000 whose payer chose this way."""
        engine = self.app.engine
        order_id = engine.ids.next()
        names: dict[str, Any] = {"merchant_id": self.merchant_id, "environment": "production"}
        placed = PlaceOrder(
            **names, channel="t", key_id=None, order_id=order_id, public_id=f"o-{order_id}", number=f"N{order_id}",
            secret=token(), total_sen=PRICE, funding="invoice", lines=(NewLine("goods", 0, "Kopi", 1, PRICE, PRICE),),
        )  # fmt: skip
        view = (await engine.submit(placed)).answer.view
        merchant, wanted = engine.directory.merchant(self.merchant_id), WantedPayment(method=method, channel=channel)
        started = payment_to_start(engine.ids.next(), merchant, self.app.partners.payment_methods, view, wanted)
        return (await engine.submit(started)).answer

    async def paid(self, view: OrderView) -> bool:
        """Whether the order has its money."""
        found = await self.app.engine.orders.by_id(self.merchant_id, view.order.order_id)
        assert found is not None
        assert found.order.charged_sen in (0, PRICE)
        return found.order.charged_sen == PRICE

    async def post(self, source: NewSource, body: bytes, **headers: str) -> httpx.Response:
        """A notice, as its sender posts it."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.web.post(f"/in/{self.merchant_id}/{source.token}", content=body, headers=named)

    async def moota(self, source: NewSource, *mutations: dict[str, Any], secret: str = "") -> httpx.Response:
        """Mutations, signed."""
        body = json.dumps(mutations).encode()
        made = hmac.new((secret or source.secret).encode(), body, hashlib.sha256).hexdigest()
        return await self.post(source, body, Signature=made)

    async def work(self) -> None:
        await worked(self.app)

    async def notices(self) -> list[tuple[str, int, str]]:
        return await notices_of(self.app, self.merchant_id)

    async def arrived(self) -> int:
        """How many moneys are kept."""
        async with self.app.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT count(*) FROM arrivals WHERE merchant_id = %s", (self.merchant_id,)
            )
            row = await cursor.fetchone()
            assert row is not None
            return row[0]


def mutation(amount_sen: int, key: str = "", **facts: Any) -> dict[str, Any]:
    """A mutation, as Moota tells it."""
    told = {
        "mutation_id": key or f"m{next(_numbers)}", "account_number": BANK["number"], "type": "CR",
        "date": f"{jakarta(real_now()):%Y-%m-%d %H:%M:%S}", "amount": amount_sen // 100, "description": "TRSF",
    }  # fmt: skip
    return told | facts


@pytest_asyncio.fixture(scope="module")
async def served(own_dsn: str) -> AsyncGenerator[App]:
    app = app_of(settings_of(own_dsn, webhooks=WebhookSettings(seal_key=new_key())))
    async with app.running():
        yield app


@pytest_asyncio.fixture
async def shop(served: App) -> AsyncGenerator[Shop]:
    engine = served.engine
    merchant_id = await open_merchant(engine, f"told{engine.ids.next()}", "Toko Saya")
    methods = served.partners.payment_methods
    bank = await open_account(engine, merchant_id, methods["bank_transfer"], BANK, "t")
    qris = await open_account(engine, merchant_id, methods["qris"], {"code": QRIS}, "t")
    transport = httpx.ASGITransport(app=served, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as web:
        yield Shop(served, web, merchant_id, bank.receiving_id, qris.receiving_id)
    assert await check(engine, merchant_id) == []


async def test_from_the_notice_to_the_paid_order(shop: Shop) -> None:
    """Of three orders the one whose amount came is paid; nothing is before the worker has read it, and a mutation of
    nobody waits."""
    views = [await shop.ordered() for _ in range(3)]
    source = await shop.sender("moota")
    answer = await shop.moota(source, mutation(views[1].payments[0].asked_sen), mutation(rupiah(77_777)))
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert [await shop.paid(view) for view in views] == [False, False, False]
    assert await shop.notices() == [("received", 0, "")]

    await shop.work()

    assert [await shop.paid(view) for view in views] == [False, True, False]
    assert await shop.notices() == [("read", 2, "")]
    [waits] = await take.waiting(shop.app.engine, shop.merchant_id)
    assert (waits.amount_sen, waits.source, waits.receiving_id) == (rupiah(77_777), "moota", shop.bank)


async def test_from_the_notice_to_the_wallet(shop: Shop) -> None:
    """Of a top-up and two orders of one price the top-up whose amount came fills its member's wallet, once, however
    often its mutation is told; the orders wait on."""
    engine = shop.app.engine
    views = [await shop.ordered() for _ in range(2)]
    _, wallets = await add_member(engine, shop.merchant_id, "leuwongrr", f"m{next(_numbers)}", "Budi")
    deposit_id = engine.ids.next()
    wanted = WantedDeposit(
        deposit_id=deposit_id, public_id=f"DEP{deposit_id}", secret=token(), channel="leuwongrr",
        account_id=wallets["production"], amount_sen=PRICE, way=("bank_transfer", "BCA"), page_path="/x",
        expires_at=real_now() + timedelta(hours=1),
    )  # fmt: skip
    merchant, methods = engine.directory.merchant(shop.merchant_id), shop.app.partners.payment_methods
    deposit = (await engine.submit(deposit_to_start(merchant, "production", methods, wanted))).answer
    source = await shop.sender("moota")
    told = mutation(deposit.pay_sen)
    for words in ("TRSF", "OTHER WORDS"):
        assert (await shop.moota(source, told | {"description": words})).status_code == 200
        await shop.work()
    assert (await engine.deposits.as_now(deposit)).status == "succeeded"
    assert (await engine.wallets.balance(shop.merchant_id, wallets["production"])).available_sen == PRICE
    assert [await shop.paid(view) for view in views] == [False, False]


async def test_twice_is_once(shop: Shop) -> None:
    """The same notice ten times at once, once more after it was read, and its mutation again in other words: one
    notice, one payment, one arrival."""
    view, source = await shop.ordered(), await shop.sender("moota")
    told = mutation(view.payments[0].asked_sen)
    answers = await asyncio.gather(*(shop.moota(source, told) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    await shop.work()
    assert (await shop.moota(source, told)).status_code == 200
    assert (await shop.moota(source, told | {"description": "OTHER"})).status_code == 200
    await shop.work()
    assert await shop.notices() == [("read", 1, "")] * 2
    assert (await shop.paid(view), await shop.arrived()) == (True, 1)
    [first] = [one for one in await every_notice(shop) if one[1] == "read"][:1]
    assert await read_notice(shop.app.engine, shop.app.partners.notice_forms, shop.merchant_id, first[0]) is None


async def every_notice(shop: Shop) -> list[tuple[int, str]]:
    async with shop.app.engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT notice_id, status FROM notices WHERE merchant_id = %s ORDER BY 1", (shop.merchant_id,)
        )
        return await cursor.fetchall()


async def test_who_proves_nothing_finds_nothing(shop: Shop) -> None:
    """Another secret, no signature, a signed body that was changed, another merchant, a token that is wrong by one
    letter, a closed address, an id that is no number: 404 in the same words, and nothing is stored."""
    view, source = await shop.ordered(), await shop.sender("moota")
    told = mutation(view.payments[0].asked_sen)
    closed = await shop.sender("qrisly", shop.qris)
    await close_source(shop.app.engine, shop.merchant_id, closed.source_id, "t")
    body = json.dumps([told]).encode()
    right = hmac.new(source.secret.encode(), body, hashlib.sha256).hexdigest()
    other = await open_merchant(shop.app.engine, f"told{shop.app.engine.ids.next()}", "Lain")
    wrong = source.token[:-1] + ("A" if source.token[-1] != "A" else "B")
    answers = [
        await shop.moota(source, told, secret="another-secret"),
        await shop.post(source, body),
        await shop.post(source, body + b" ", Signature=right),
        await shop.post(closed, body),
        *[
            await shop.web.post(path, content=body, headers={"Signature": right})
            for path in (
                f"/in/{other}/{source.token}", f"/in/{shop.merchant_id}/{wrong}", f"/in/0/{source.token}",
                f"/in/x/{source.token}", f"/in/{'9' * 30}/{source.token}", f"/in/{shop.merchant_id}", "/in",
                f"/in/{shop.merchant_id}/{source.token}/more", f"/in/²/{source.token}", f"/in/-1/{source.token}",
            )
        ],
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    assert len({json.dumps(answer.json() | {"request_id": ""}) for answer in answers}) == 1
    assert all(set(answer.json()) == {"success", "message", "request_id"} for answer in answers)
    assert (await shop.notices(), await shop.paid(view)) == ([], False)


async def test_what_a_request_may_be(shop: Shop) -> None:
    """Another method is 405 with what there is, a body beyond 256 KiB 413, one that is packed is read; no address
    stands in an answer."""
    view, source = await shop.ordered(), await shop.sender("moota")
    path = f"/in/{shop.merchant_id}/{source.token}"
    got = await shop.web.get(path)
    assert (got.status_code, got.headers["allow"]) == (405, "OPTIONS, POST")
    assert (await shop.post(source, b"x" * 262_145)).status_code == 413
    assert source.token not in got.text
    assert (await shop.notices(), await shop.paid(view)) == ([], False)


async def test_what_cannot_be_read_waits_and_is_read_later(shop: Shop) -> None:
    """Proven garbage is answered as the sender expects, kept as it came and listed with the reason; a mutation of an
    account that is not known yet is read again once it is, while its companions were kept at once, and none twice."""
    view, source = await shop.ordered(), await shop.sender("moota")
    garbage = b'{"not": "a list"}'
    made = hmac.new(source.secret.encode(), garbage, hashlib.sha256).hexdigest()
    assert (await shop.post(source, garbage, Signature=made)).status_code == 200
    later = mutation(rupiah(80_000), account_number="888-0001")
    assert (await shop.moota(source, later, mutation(view.payments[0].asked_sen))).status_code == 200
    await shop.work()
    engine, forms = shop.app.engine, shop.app.partners.notice_forms
    broken, strange = await unread(engine, shop.merchant_id)
    assert (broken.status, broken.body, broken.fault[:8]) == ("waiting", garbage, "Expected")
    assert (strange.kept, strange.fault) == (1, "no account of yours has the number that ends in 0001")
    assert await shop.paid(view)

    methods = shop.app.partners.payment_methods
    await open_account(
        engine, shop.merchant_id, methods["bank_transfer"], BANK | {"bank": "BRI", "number": "8880001"}, "t"
    )
    after = await read_notice(engine, forms, shop.merchant_id, strange.notice_id)
    assert after is not None
    assert (after.status, after.kept, after.fault) == ("read", 2, "")
    assert await shop.arrived() == 2
    assert [one.notice_id for one in await unread(engine, shop.merchant_id)] == [broken.notice_id]
    assert (await notice_of(engine, shop.merchant_id, broken.notice_id)).body == garbage


async def test_money_of_a_closed_account_is_kept(shop: Shop) -> None:
    """Who saw an account before it was closed pays there all the same."""
    view, source = await shop.ordered(), await shop.sender("moota")
    await close_account(shop.app.engine, shop.merchant_id, shop.bank, "t")
    await shop.moota(source, mutation(view.payments[0].asked_sen))
    await shop.work()
    assert (await shop.paid(view), await shop.arrived()) == (True, 1)


async def test_a_phone_and_qrisly_tell_of_their_account(shop: Shop) -> None:
    """Where a notice names no account it is the one that the address was made for: a payment by QRIS is paid by the
    price itself, and the same amount in the bank account is other money."""
    by_code = await shop.ordered("qris", "QRIS")
    assert by_code.payments[0].asked_sen == PRICE
    source = await shop.sender("qrisly", shop.qris)
    at = f"{real_now():%Y-%m-%dT%H:%M:%SZ}"
    told = {"event": "payment.success", "data": {"history_id": "h1", "amount": 50_000, "status": "paid", "paid_at": at}}
    answer = await shop.post(source, json.dumps(told).encode())
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    bank = await shop.sender("phone", shop.bank)
    words = {"text": "Transfer masuk Rp50.000 dari BUDI", "at": at}
    assert (await shop.post(bank, json.dumps(words).encode(), X_Gerai_Secret=bank.secret)).status_code == 200
    await shop.work()
    assert await shop.paid(by_code)
    [waits] = await take.waiting(shop.app.engine, shop.merchant_id)
    assert (waits.receiving_id, waits.source) == (shop.bank, "phone")


async def test_several_that_fit_wait(shop: Shop) -> None:
    """Two orders that ask for the price itself: a notice of it pays neither."""
    await change_settings(shop.app.engine, shop.merchant_id, {"matching_amount": "none"})
    views, source = [await shop.ordered() for _ in range(2)], await shop.sender("moota")
    await shop.moota(source, mutation(PRICE))
    await shop.work()
    assert [await shop.paid(view) for view in views] == [False, False]
    assert len(await take.waiting(shop.app.engine, shop.merchant_id)) == 1


async def test_a_flood_is_bounded(shop: Shop) -> None:
    """A sender tells at most 600 things a minute; what is over is 429 with when to come again, and not stored."""
    source = await shop.sender("qrisly", shop.qris)
    # All of it in one minute of the clock, as it is counted.
    if (left_s := 60 - time.time() % 60) < 20:
        await asyncio.sleep(left_s)
    statuses = [(await shop.post(source, b"{%d" % n)).status_code for n in range(603)]
    assert (statuses.count(200), statuses[600:]) == (600, [429, 429, 429])
    assert len(await shop.notices()) == 600


async def test_a_key_that_was_lost_is_ours_to_repair(shop: Shop) -> None:
    """Sealed with a key that nobody has any more: the sender is told to come again, and nothing is believed."""
    source = await shop.sender("moota")
    async with shop.app.engine.connection() as connection:
        await connection.execute(
            "UPDATE notice_sources SET secret_sealed = 'x' WHERE merchant_id = %s", (shop.merchant_id,)
        )
        await shop.app.engine.directory.load(connection, [shop.merchant_id])
    answer = await shop.moota(source, mutation(PRICE))
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    assert await shop.notices() == []


async def test_nothing_secret_is_kept_or_logged(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither token nor secret stands in the database as it is, nor in the log of right and wrong requests."""
    source = await shop.sender("moota")
    await shop.moota(source, mutation(PRICE))
    await shop.moota(source, mutation(PRICE), secret="another-secret")
    await shop.web.get(f"/in/{shop.merchant_id}/{source.token}")
    await shop.web.post(f"/in/{source.token}")
    await shop.work()
    async with shop.app.engine.connection() as connection:
        cursor = await connection.execute("SELECT to_jsonb(t)::text FROM notice_sources t")
        stored = "".join(row[0] for row in await cursor.fetchall())
    said = stored + "".join(capsys.readouterr())
    assert source.token not in said
    assert source.secret not in said
