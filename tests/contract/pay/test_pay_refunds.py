"""A refund as its buyer sees it: on its way until it was sent, then sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pay_orders import NOW, event, page_context, payment, view
from pay_shop import place
from test_pay_live import pages_with

from engine_kit import assert_within
from gerai.app import App
from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.doors.http.language import LANGUAGES
from gerai.doors.pay.live import live_pages
from gerai.doors.pay.model import PayPage
from gerai.doors.pay.present import present
from gerai.doors.pay.words import Words
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.engine.orders.find import EventEntry
from gerai.engine.payments.end_refund import FinishRefund
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.settings import PageSettings

BEING_SENT = {"id": "sedang dikembalikan", "en": "being sent back"}
BY_HAND = {"id": "mengirimnya sendiri", "en": "by hand"}
SAME_WAY = {"id": "lewat cara pembayaran", "en": "the way you paid"}
BACK = {"id": "sudah dikembalikan kepada Anda", "en": "was returned to you"}
HEADLINES = {
    "id": ("Dana Anda sedang dikembalikan", "Dana Anda dikembalikan"),
    "en": ("Your money is being sent back", "Your money was returned"),
}
LABELS = {"id": ("Sedang dikembalikan", "Dikembalikan"), "en": ("Being sent back", "Refunded")}


def page_of(order: OrderView, events: tuple[EventEntry, ...], language: Any) -> PayPage:
    return present(order, events, page_context(), NOW, Words(language))


def refund(task: int, amount: int) -> EventEntry:
    return event("payment.refunded", payment="pay_abc", amount_sen=rupiah(amount), task=task, to="payer")


def ended(name: str, task: int, amount: int) -> EventEntry:
    return event(name, payment="pay_abc", amount_sen=rupiah(amount), task=task)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_it_is_on_its_way_and_then_back(language: str) -> None:
    """Headline, figure, sentence and sum say that it is being sent, and the page waits for more; once sent, all of them
    say that it is back, and nothing more is to come."""
    order = view("failed", "refunded", (payment("refunded", refunded_sen=rupiah(174_000)),))
    asked = refund(9, 174_000)
    owed = page_of(order, (asked,), language)
    sent = page_of(order, (asked, ended("refund.sent", 9, 174_000)), language)
    assert (owed.headline, sent.headline) == HEADLINES[language]
    assert (owed.amount, sent.amount) == ("Rp174.000",) * 2
    assert (owed.sums[-1].label, sent.sums[-1].label) == LABELS[language]
    assert (owed.final, sent.final) == (False, True)
    assert [BEING_SENT[language] in " ".join(page.money) for page in (owed, sent)] == [True, False]
    assert [BACK[language] in " ".join(page.money) for page in (owed, sent)] == [False, True]
    assert len(sent.timeline) == len(owed.timeline) + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_gateway_sends_asks_the_payer_for_nothing(language: str) -> None:
    """The way it was paid is the way back: the payer is not asked where to. Once the gateway will not, or a person
    takes it, it is sent by hand; handed over again, it is not."""
    order = view("failed", "refunded", (payment("refunded", refunded_sen=rupiah(174_000)),))
    asked = event(
        "payment.refunded", payment="pay_abc", amount_sen=rupiah(174_000), task=9, to="payer", sent_by="gateway"
    )
    for after, by_hand in (
        ((), False), (("refund.denied",), True), (("refund.taken",), True),
        (("refund.denied", "refund.handed_over"), False),
    ):  # fmt: skip
        page = page_of(order, (asked, *(ended(name, 9, 174_000) for name in after)), language)
        assert (page.headline, page.final) == (HEADLINES[language][0], False)
        [text] = [text for text in page.money if "Rp174.000" in text]
        assert (BY_HAND[language] in text, SAME_WAY[language] in text) == (by_hand, not by_hand)
    sent = page_of(order, (asked, ended("refund.sent", 9, 174_000)), language)
    assert (sent.headline, sent.final) == (HEADLINES[language][1], True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_part_is_told_by_itself(language: str) -> None:
    """Of three parts one was sent, one is on its way and one was withdrawn: the amounts of the first two are named, and
    the third is nowhere."""
    order = view("processing", "paid", (payment("completed", refunded_sen=rupiah(50_000)),))
    events = (
        refund(1, 20_000), refund(2, 30_000), refund(3, 7_000), ended("refund.sent", 1, 20_000),
        ended("refund.withdrawn", 3, 7_000),
    )  # fmt: skip
    page = page_of(order, events, language)
    owed, sent = (next(text for text in page.money if part[language] in text) for part in (BEING_SENT, BACK))
    assert "Rp30.000" in owed
    assert "Rp20.000" in sent
    assert not any("Rp7.000" in text for text in page.money)
    labels = LABELS[language]
    assert {row.label: row.value for row in page.sums if row.label in labels} == {
        labels[0]: "−Rp30.000", labels[1]: "−Rp20.000",
    }  # fmt: skip
    assert (page.remainder[0].label, page.remainder[0].value) == (labels[0], "−Rp50.000")


async def test_the_live_page_waits_until_it_was_sent(app: App, engine: Engine) -> None:
    """Through the engine: the live page of a refunded order of real money goes on, with another version once it was
    sent, and ends there."""
    merchant_id = await open_merchant(engine, f"pages-{engine.ids.next()}", "Toko Asli")
    order = (await place(engine, merchant_id, environment="production", expires_at=None)).order
    names = {"merchant_id": merchant_id, "environment": "production", "order_id": order.order_id}
    paid = (await engine.submit(RecordPayment(**names, outcome="paid", public_id="p", method="cash"))).answer
    [back] = paid.payments
    await engine.submit(RefundPayment(**names, payment_id=back.payment_id, amount_sen=rupiah(15_000)))
    address = f"/i/{order.secret}"
    async with pages_with(app, PageSettings(stream_seconds=60, poll_interval_s=0.05)) as client:
        assert "Dana Anda sedang dikembalikan" in (await client.get(address)).text
        stream = asyncio.create_task(client.get(f"{address}/events"))
        await assert_within(lambda: live_pages(engine)[0] == 1, 30)
        # It has looked once and waits, although nothing of the order will change by itself.
        await asyncio.sleep(0.3)
        assert not stream.done()
        [listed] = await engine.payments.refunds(merchant_id)
        await engine.submit(FinishRefund(**names, task_id=listed.task.task_id, by="t", reference="R"))
        told = (await asyncio.wait_for(stream, 30)).text
        text = (await client.get(address)).text
    assert told.count("event: version") == 2
    assert told.endswith("event: end\ndata: \n\n")
    assert "Dana Anda dikembalikan" in text
    assert "sedang dikembalikan" not in text
