"""A courier's notice that it paid out: each parcel pays its order once, to the sen, and what is not sure waits for a
person; who does not prove a secret finds nothing."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from notices_kit import notices_of, worked

from app_kit import app_of, settings_of
from gerai.app import App
from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.engine.check import check
from gerai.engine.merchants.open import open_merchant
from gerai.engine.notices.keep import DismissNotice
from gerai.engine.notices.read import parcels_of, read_notice, unread
from gerai.engine.notices.sources import NewSource, close_source, open_source
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.parcels import Parcel
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.orders.settle_cash import SettleCash
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.shipping.record import RecordShipment
from gerai.kit.clock import real_now
from gerai.kit.ids import token
from gerai.kit.secret_box import SecretBox, new_key
from gerai.settings import WebhookSettings

PRICE = rupiah(150_000)
_numbers = itertools.count(1)


@dataclass
class Shop:
    """A real merchant whose couriers take money at doors, the server, and who asks it."""

    app: App
    web: httpx.AsyncClient
    merchant_id: int
    source: NewSource

    async def sent(
        self,
        receipt: str = "",
        *path: str,
        total_sen: int = PRICE,
        method: str = "cod",
        environment: str = "production",
    ) -> OrderView:
        """An order that its courier delivered, or that was taken along another path."""
        engine, order_id = self.app.engine, self.app.engine.ids.next()
        owner: dict[str, Any] = {"merchant_id": self.merchant_id, "environment": environment}
        await engine.submit(
            PlaceOrder(
                **owner, channel="scalev", key_id=None, order_id=order_id, public_id=f"o{order_id}",
                number=f"N{next(_numbers)}", secret=token(), total_sen=total_sen, funding="free", status="confirmed",
                lines=(NewLine("thing", 1, "Thing", 1, total_sen, total_sen),),
                parcel=Parcel("jne", "REG", "", 77, 250, 0), labels={"store_id": "1", "method": method},
            )
        )  # fmt: skip
        named = {"words": "BOOKED", "status": "booked", "receipt": receipt}
        await engine.submit(RecordShipment(**owner, channel="scalev", order_id=order_id, **named))
        for target in path or ("shipped", "delivered"):
            if target == "delivered":
                report = {"words": "POD", "status": "delivered"}
                await engine.submit(RecordShipment(**owner, channel="scalev", order_id=order_id, **report))
            else:
                await engine.submit(ChangeStatus(**owner, channel="scalev", order_ids=(order_id,), target=target))
        return await self.now(order_id)

    async def now(self, order_id: int) -> OrderView:
        found = await self.app.engine.orders.by_id(self.merchant_id, order_id)
        assert found is not None
        return found

    async def paid(self, view: OrderView) -> tuple[str, list[tuple[int, int, str]]]:
        """How the order's payment stands, and amount, fee and reference of what paid it."""
        found = await self.now(view.order.order_id)
        payments = [(p.amount_sen, p.merchant_fee_sen, p.reference) for p in found.payments if p.method == "cod"]
        return found.order.payment_mark, payments

    async def post(self, body: Any, secret: str | None = None, path: str = "") -> httpx.Response:
        """A notice, as its courier posts it."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"X-Gerai-Secret": self.source.secret if secret is None else secret}
        return await self.web.post(
            path or f"/in/{self.merchant_id}/{self.source.token}", content=content, headers=headers
        )

    async def work(self) -> None:
        await worked(self.app)

    async def notices(self) -> list[tuple[str, int, str]]:
        return await notices_of(self.app, self.merchant_id)


def payout(*parcels: tuple[str, int], reference: str = "JNE-1", fee: int | None = None, **facts: Any) -> dict[str, Any]:
    """A payout of these parcels: receipt and what was collected, in rupiah."""
    told: dict[str, Any] = {"reference": reference, "paid_at": real_now().isoformat()}
    told["parcels"] = [{"receipt": receipt, "collected": collected} for receipt, collected in parcels]
    return told | ({} if fee is None else {"fee": fee}) | facts


@pytest_asyncio.fixture(scope="module")
async def served(own_dsn: str) -> AsyncGenerator[App]:
    app = app_of(settings_of(own_dsn, webhooks=WebhookSettings(seal_key=new_key())))
    async with app.running():
        yield app


async def opened(app: App) -> tuple[int, NewSource]:
    """A real merchant, and a courier's address."""
    merchant_id = await open_merchant(app.engine, f"cod{app.engine.ids.next()}", "Toko Saya")
    sealer, form = SecretBox(app.settings.webhooks.seal_key), app.partners.notice_forms["courier"]
    return merchant_id, await open_source(app.engine, sealer, merchant_id, form, receiving_id=None, secret="", by="t")


@pytest_asyncio.fixture
async def shop(served: App) -> AsyncGenerator[Shop]:
    merchant_id, source = await opened(served)
    transport = httpx.ASGITransport(app=served, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as web:
        yield Shop(served, web, merchant_id, source)
    assert await check(served.engine, merchant_id) == []


async def test_from_the_notice_to_the_settled_order(shop: Shop) -> None:
    """Of three delivered orders those whose parcels are paid out are paid and settled by a payment of the payout's
    reference that bears its share of the fee, to the sen, as by hand; nothing is before the worker has read it."""
    views = [await shop.sent(f"JX{n}", total_sen=rupiah(amount)) for n, amount in enumerate((100_000, 200_000, 50_000))]
    answer = await shop.post(payout(("jx0", 100_000), ("JX1", 200_000), fee=10_000))
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert [await shop.paid(view) for view in views] == [("", [])] * 3
    assert await shop.notices() == [("received", 0, "")]

    await shop.work()

    assert [await shop.paid(view) for view in views] == [
        ("settled", [(rupiah(100_000), rupiah(3_333), "JNE-1")]),
        ("settled", [(rupiah(200_000), rupiah(6_667), "JNE-1")]),
        ("", []),
    ]
    assert await shop.notices() == [("read", 2, "")]
    [paid] = [one for one in await events(shop, views[0]) if one.name == "invoice.settled"]
    assert paid.facts["by"].startswith("notice ")


async def events(shop: Shop, view: OrderView) -> Any:
    return await shop.app.engine.events.of_orders(shop.merchant_id, [view.order.order_id])


async def test_a_fee_of_each_parcel(shop: Shop) -> None:
    """Where each parcel has its own fee, each order bears that, sen too."""
    views = [await shop.sent(receipt) for receipt in ("P1", "P2")]
    told = payout()
    told["parcels"] = [
        {"receipt": "P1", "collected": 150_000, "fee": "5000.25"}, {"receipt": "P2", "collected": 150_000},
    ]  # fmt: skip
    await shop.post(told)
    await shop.work()
    assert [await shop.paid(view) for view in views] == [
        ("settled", [(PRICE, 500_025, "JNE-1")]), ("settled", [(PRICE, 0, "JNE-1")]),
    ]  # fmt: skip


async def test_twice_is_once(shop: Shop) -> None:
    """The same notice ten times at once, again after it was read, in other words, and two notices of the same payout
    read at once: each order is paid once."""
    views = [await shop.sent(receipt) for receipt in ("A1", "A2")]
    told = payout(("A1", 150_000), ("A2", 150_000), fee=3_000)
    answers = await asyncio.gather(*(shop.post(told) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    await shop.post(told | {"note": "again"})
    assert [status for status, _, _ in await shop.notices()] == ["received", "received"]
    engine, forms = shop.app.engine, shop.app.partners.notice_forms
    ids = [one.notice_id for one in await unread(engine, shop.merchant_id)]
    await asyncio.gather(*(read_notice(engine, forms, shop.merchant_id, one) for one in ids * 2))
    await shop.post(told)
    await shop.work()
    assert await shop.notices() == [("read", 2, "")] * 2
    for view in views:
        assert await shop.paid(view) == ("settled", [(PRICE, rupiah(1_500), "JNE-1")])


async def test_what_is_not_sure_waits(shop: Shop) -> None:
    """A receipt of nobody, of two orders, twice in one payout, of another amount, of an order that is not cash on
    delivery, cancelled, came back, was paid, refunded, or placed after the payout: none of it is booked, each is named
    with why, and the one that fits is paid all the same."""
    right = await shop.sent("OK")
    wrong = {
        "TWICE": await shop.sent("TWICE"), "OTHER": await shop.sent("OTHER"),
        "MARKET": await shop.sent("MARKET", method="marketplace"),
        "BACK": await shop.sent("BACK", "shipped", "returned"), "PAID": await shop.sent("PAID"),
        "MONEYBACK": await shop.sent("MONEYBACK"),
    }  # fmt: skip
    same = [await shop.sent("SAME") for _ in range(2)]
    for name in ("PAID", "MONEYBACK"):
        await by_hand(shop, wrong[name])
    refunded = await shop.now(wrong["MONEYBACK"].order.order_id)
    await shop.app.engine.submit(
        RefundPayment(
            merchant_id=shop.merchant_id, environment="production", order_id=refunded.order.order_id,
            payment_id=refunded.payments[0].payment_id, amount_sen=PRICE, to="payer",
        )
    )  # fmt: skip
    footprint = [await shop.paid(view) for view in (*wrong.values(), *same)]
    receipts = ["OK", "NOBODY", "SAME", "TWICE", "twice", "OTHER", "MARKET", "BACK", "PAID", "MONEYBACK"]
    amounts = {"OTHER": 150_001}
    told = payout(*((receipt, amounts.get(receipt, 150_000)) for receipt in receipts), reference="JNE-2")
    assert (await shop.post(told)).status_code == 200
    await shop.work()

    assert await shop.paid(right) == ("settled", [(PRICE, 0, "JNE-2")])
    assert [await shop.paid(view) for view in (*wrong.values(), *same)] == footprint
    [(status, kept, fault)] = await shop.notices()
    assert (status, kept) == ("waiting", 1)
    assert fault.startswith("9 of 10 parcels wait: NOBODY: no parcel of yours has this receipt; SAME: several orders")
    [waits] = await unread(shop.app.engine, shop.merchant_id)
    parcels = await parcels_of(shop.app.engine, shop.app.partners.notice_forms, waits)
    why = {one.parcel.receipt: one.why for one in parcels}
    numbers = {name: view.order.number for name, view in wrong.items()}
    assert [one.booked for one in parcels] == [True] + [False] * 9
    assert why == {
        "OK": "", "NOBODY": "no parcel of yours has this receipt",
        "SAME": f"several orders have this receipt: {same[0].order.number}, {same[1].order.number}",
        "TWICE": "it stands twice in this payout", "twice": "it stands twice in this payout",
        "OTHER": f"order {numbers['OTHER']} costs Rp150.000, not Rp150.001",
        "MARKET": f"order {numbers['MARKET']} is not cash on delivery",
        "BACK": f"order {numbers['BACK']} is returned", "PAID": f"order {numbers['PAID']} is paid",
        "MONEYBACK": f"order {numbers['MONEYBACK']} was refunded",
    }  # fmt: skip


async def by_hand(shop: Shop, view: OrderView) -> None:
    """The courier paid this order out before, and a person said so."""
    await shop.app.engine.submit(
        SettleCash(
            merchant_id=shop.merchant_id, environment="production", order_ids=(view.order.order_id,),
            amount_sen=view.order.total_sen, reference="JNE-0", by="Sari",
        )
    )  # fmt: skip


async def test_a_person_decides(shop: Shop) -> None:
    """What waits is read again once it can be, and pays then; dismissed it pays nothing, and is read no more."""
    view = await shop.sent("LATER", "processing")
    await shop.post(payout(("LATER", 150_000)))
    await shop.post(payout(("NOBODY", 150_000), reference="JNE-9"))
    await shop.work()
    assert [status for status, _, _ in await shop.notices()] == ["waiting", "waiting"]
    engine, forms = shop.app.engine, shop.app.partners.notice_forms
    first, second = await unread(engine, shop.merchant_id)
    owner: dict[str, Any] = {"merchant_id": shop.merchant_id, "environment": "production"}
    await engine.submit(ChangeStatus(**owner, channel="scalev", order_ids=(view.order.order_id,), target="shipped"))
    after = await read_notice(engine, forms, shop.merchant_id, first.notice_id)
    assert after is not None
    assert (after.status, after.kept, after.fault) == ("read", 1, "")
    assert await shop.paid(view) == ("settled", [(PRICE, 0, "JNE-1")])
    await engine.submit(DismissNotice(**owner, notice_id=second.notice_id))
    assert await read_notice(engine, forms, shop.merchant_id, second.notice_id) is None
    assert await unread(engine, shop.merchant_id) == []


async def test_an_order_is_paid_by_one_payout(shop: Shop) -> None:
    """Two payouts of one parcel read at once: one pays it, the other waits; an order that was placed after a payout is
    not paid by it, and one of the sandbox is no parcel at all."""
    view, young, toy = await shop.sent("X1"), await shop.sent("X2"), await shop.sent("X3", environment="sandbox")
    for reference in ("JNE-1", "JNE-2"):
        await shop.post(payout(("X1", 150_000), reference=reference))
    engine, forms = shop.app.engine, shop.app.partners.notice_forms
    ids = [one.notice_id for one in await unread(engine, shop.merchant_id)]
    await asyncio.gather(*(read_notice(engine, forms, shop.merchant_id, one) for one in ids))
    assert sorted(status for status, _, _ in await shop.notices()) == ["read", "waiting"]
    mark, [(amount_sen, _, _)] = await shop.paid(view)
    assert (mark, amount_sen) == ("settled", PRICE)

    earlier = (real_now() - timedelta(days=1)).isoformat()
    await shop.post(payout(("X2", 150_000), ("X3", 150_000), paid_at=earlier, reference="JNE-3"))
    await shop.work()
    assert [await shop.paid(one) for one in (young, toy)] == [("", []), ("", [])]
    assert (await shop.notices())[-1] == (
        "waiting", 0, f"2 of 2 parcels wait: X2: order {young.order.number} was placed after this payout; "
        "X3: no parcel of yours has this receipt",
    )  # fmt: skip


async def test_nobody_elses(shop: Shop) -> None:
    """A merchant's courier settles nothing of another merchant, whatever the receipt."""
    other_id, other = await opened(shop.app)
    view = await shop.sent("MINE")
    told = payout(("MINE", 150_000))
    assert (await shop.post(told, other.secret, f"/in/{other_id}/{other.token}")).status_code == 200
    await shop.work()
    assert (await shop.paid(view), await shop.notices()) == (("", []), [])
    [waits] = await unread(shop.app.engine, other_id)
    assert waits.fault == "1 of 1 parcels wait: MINE: no parcel of yours has this receipt"
    assert await check(shop.app.engine, other_id) == []


async def test_who_proves_nothing_finds_nothing(shop: Shop) -> None:
    """Another secret, none, another merchant's, a wrong token, a closed address: 404 in the same words; nothing is
    stored or paid. A body beyond 256 KiB is 413."""
    view = await shop.sent("S1")
    told, path = payout(("S1", 150_000)), f"/in/{shop.merchant_id}/{shop.source.token}"
    other_id, other = await opened(shop.app)
    answers = [
        await shop.post(told, "wrong"), await shop.post(told, ""), await shop.post(told, other.secret),
        await shop.post(told, path=f"/in/{other_id}/{shop.source.token}"), await shop.post(told, path=path[:-1] + "~"),
    ]  # fmt: skip
    assert (await shop.post(b"x" * 262_145)).status_code == 413
    await close_source(shop.app.engine, shop.merchant_id, shop.source.source_id, "t")
    answers.append(await shop.post(told))
    assert {answer.status_code for answer in answers} == {404}
    assert len({json.dumps(answer.json() | {"request_id": ""}) for answer in answers}) == 1
    await shop.work()
    assert (await shop.notices(), await shop.paid(view)) == ([], ("", []))


async def test_what_is_no_payout_waits_whole(shop: Shop) -> None:
    """One amount that cannot be, or both kinds of fee: answered, kept as it came, and nothing of it is booked."""
    view = await shop.sent("W1")
    for wrong in (payout(("W1", 150_000), ("W2", -1)), payout(("W1", 150_000), fee=150_001)):
        assert (await shop.post(wrong)).status_code == 200
    await shop.work()
    assert await shop.paid(view) == ("", [])
    assert [(status, kept) for status, kept, _ in await shop.notices()] == [("waiting", 0)] * 2
