"""A bank's reference is one money however it is written, at every act that takes one."""

from __future__ import annotations

import pytest
import pytest_asyncio

from desk_money_kit import Till, act, open_till
from gerai.app import App
from gerai.domain.refusals import IdempotencyKeyReused, InputInvalid
from gerai.engine.check import check
from gerai.engine.references import are_one, canonical, money_under, read_reference

ALIKE = ["BCA-1", "bca-1", " Bca-1\t", "B\u200bCA\u00ad-1", "\uff22\uff23\uff21-\uff11", "BCA\u2060-1\ufeff"]


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """The desk of a real shop."""
    return await open_till(app)


def test_what_counts_of_a_reference() -> None:
    """Neither case nor width, blanks at its ends or doubled, nor what nobody sees; letters, figures and marks do, and
    one blank between. Nothing to be seen is no reference; what stands for hundreds of letters has a key as well."""
    assert {canonical(one) for one in ALIKE} == {"bca-1"}
    assert canonical("FT 1\n\n 2") == "ft 1 2"
    assert canonical("STRASSE") == canonical("straße")
    assert not any(are_one("BCA-1", other) for other in ("BCA-2", "BCA1", "BCA -1", "ABCA-1"))
    for nothing in ("", " ", "\u200b", "\u2060 \t\x07"):
        assert (canonical(nothing), read_reference(nothing), money_under(nothing, "x")) == ("", "", None)
    assert read_reference(" Bca-1 ") == "Bca-1"
    key = money_under("\ufdfa" * 200, "x")
    assert key is not None
    assert len(key.key) == 64


async def test_money_that_came_is_booked_once(till: Till) -> None:
    """By an order, and for no other order, top-up or wallet, under any spelling."""
    view, payment = await till.asked()
    other, unpaid = await till.asked()
    await act(till.within, "payments.confirm", id=payment.payment_id, reference=ALIKE[0])
    for spelled in ALIKE[1:]:
        assert (await act(till.within, "payments.confirm", id=view.order.order_id, reference=spelled)).replayed
        with pytest.raises(IdempotencyKeyReused):
            await act(till.within, "payments.confirm", id=unpaid.payment_id, reference=spelled)
        with pytest.raises(IdempotencyKeyReused):
            await act(till.within, "wallets.top_up", id=till.member_id, amount_sen=payment.asked_sen, reference=spelled)
    assert (await till.now(other))[0].order.charged_sen == 0
    assert await till.balance() == 0
    top_up = {"id": till.member_id, "amount_sen": 50_000_00}
    assert not (await act(till.within, "wallets.top_up", **top_up, reference="FT-9")).replayed
    assert (await act(till.within, "wallets.top_up", **top_up, reference="ft-9\u200b")).replayed
    assert await till.balance() == 50_000_00
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_money_that_goes_back_goes_once(till: Till) -> None:
    """A refund under its reference, and the transfer by which it was sent; nothing to be seen is no such transfer."""
    _, paid = await till.paid()
    part = {"id": paid.payment_id, "back_sen": 15_000_00}
    done = await act(till.within, "payments.refund", **part, reference="R-1")
    assert (await act(till.within, "payments.refund", **part, reference="r-1 ")).replayed
    number = done.details["refund"]
    with pytest.raises(InputInvalid):
        await act(till.within, "refunds.done", id=number, reference="\u200b")
    await act(till.within, "refunds.done", id=number, reference="BCA-9")
    again = await act(till.within, "refunds.done", id=number, reference="bca-9\u200b")
    assert again.details["reference"] == "BCA-9"
    assert await check(till.shop.engine, till.shop.merchant_id) == []
