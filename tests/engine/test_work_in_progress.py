"""While a provider that was asked has no result, no money of its order goes back, whoever asks for it and however."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine_kit import Shop
from gerai.domain.records import OrderView
from gerai.domain.refusals import StateConflict
from gerai.engine.check import check
from gerai.engine.fulfilment.carry_out import work_of
from gerai.engine.fulfilment.finish import FinishOrder
from gerai.engine.fulfilment.late import NoteLateResult
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.payments.refund import RefundPayment

PAID_SEN = 5_000_00
#: What a provider has let us know: nothing yet (the call is under way), that it works, or nothing that we understood.
KNOWN = ("under way", "pending", "unknown")
Act = Callable[[Shop, OrderView], Any]


def _refund(amount_sen: int, to: str) -> Act:
    return lambda shop, view: shop.do(
        RefundPayment, view, payment_id=view.payments[0].payment_id, amount_sen=amount_sen, to=to
    )


def _change(**fields: Any) -> Act:
    return lambda shop, view: shop.engine.submit(
        ChangeStatus(**shop.owner, channel="test", order_ids=(view.order.order_id,), by="sari", **fields)
    )


#: Every way in which a paid order's money can go back, and the verb that the refusal names.
WAYS: dict[str, tuple[Act, str]] = {
    "refund": (_refund(PAID_SEN, "payer"), "refund"),
    "refund of a part": (_refund(1_000_00, "payer"), "refund"),
    "refund into the wallet": (_refund(PAID_SEN, "wallet"), "refund"),
    "never paid after all": (_change(payment="unpaid"), "unpaid"),
    "disputed": (_change(payment="conflict"), "unpaid"),
    "cancelled by hand": (_change(target="cancelled"), "cancel"),
}


async def in_work(shop: Shop, known: str, funding: str = "invoice") -> OrderView:
    """An order that is paid (or held) and whose provider was asked."""
    work = work_of("cek", ["a"], {}, {}, asked=known == "under way")
    member = {"account_id": shop.account_id, "member_id": shop.member_id}
    placed = await shop.place(funding, PAID_SEN, provider="simulator", work=work, **member)
    view = placed.view if funding in ("hold", "wallet") else await shop.pay(placed)
    assert view.order.status == "processing"
    if known == "under way":
        return view
    recorded = await shop.do(RecordFulfilment, view, outcome=known, reference="sim-1")
    return recorded.view


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("way", WAYS)
async def test_no_money_of_a_paid_order_goes_back(shop: Shop, way: str, known: str) -> None:
    """Refused as a conflict of the fulfilment, with nothing changed: no transfer, no event, no state."""
    act, verb = WAYS[way]
    view = await in_work(shop, known)
    before, flows = await shop.footprint(), await shop.flows(view)
    with pytest.raises(StateConflict) as refused:
        await act(shop, view)
    assert (refused.value.thing, refused.value.verb) == ("fulfilment", verb)
    assert refused.value.state == ("unknown" if known == "unknown" else "requested")
    assert (await shop.footprint(), await shop.flows(view)) == (before, flows)
    # The result ends the waiting: what failed returns by itself, and the same act is possible or needless.
    done = (await shop.do(RecordFulfilment, view, outcome="done", failed=1, error="sold out")).view
    assert (done.order.status, done.order.refunded_sen) == ("failed", PAID_SEN)
    assert await check(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize("known", KNOWN)
async def test_held_money_stays_held(shop: Shop, known: str) -> None:
    """An order paid from a hold is not cancelled while its provider works; once that is done it is captured."""
    view = await in_work(shop, known, "hold")
    before = await shop.footprint()
    with pytest.raises(StateConflict) as refused:
        await shop.do(CancelOrder, view, reason="changed my mind")
    assert (refused.value.thing, refused.value.verb) == ("fulfilment", "cancel")
    assert await shop.footprint() == before
    assert (await shop.wallet()).debits_pending == PAID_SEN
    await shop.do(RecordFulfilment, view, outcome="done", succeeded=1)
    wallet = await shop.wallet()
    assert (wallet.debits_pending, wallet.debits_posted) == (0, PAID_SEN)


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("funding", ["hold", "wallet"])
@pytest.mark.parametrize("failed", [0, 1])
async def test_a_person_who_knows_finishes_it(shop: Shop, known: str, funding: str, failed: int) -> None:
    """Completing and failing by hand are results: the money is taken, or goes back, at once."""
    view = await in_work(shop, known, funding)
    done = await shop.do(FinishOrder, view, by="sari", failed=failed, reason="the provider phoned")
    assert done.order.status == ("failed" if failed else "completed")
    wallet = await shop.wallet()
    assert (wallet.available_sen, wallet.debits_pending) == (100_000_00 - PAID_SEN * (not failed), 0)
    assert await check(shop.engine, shop.merchant_id) == []


async def test_work_that_nobody_was_asked_for_does_not_bind_the_money(shop: Shop) -> None:
    """Work of people, and what no provider has been called for yet, is cancelled and refunded as ever."""
    for provider in ("manual", "simulator"):
        held = await shop.place("hold", PAID_SEN, provider=provider, work=work_of("x", ["a"], {}, {}, asked=False))
        assert (await shop.do(CancelOrder, held)).order.status == "cancelled"
        paid = await shop.pay(await shop.place(provider=provider))
        refunded = await _refund(PAID_SEN, "payer")(shop, paid)
        assert refunded.fulfilment is not None
        assert (refunded.order.status, refunded.fulfilment.status) == ("failed", "cancelled")
    assert (await shop.wallet()).available_sen == 100_000_00
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_result_after_the_end_is_kept_and_moves_nothing(shop: Shop) -> None:
    """Failed by hand, and then done after all: the event keeps the provider's result beside the person's; no money
    moves. The person's own result, coming from the provider as well, changes nothing."""
    view = await in_work(shop, "pending", "hold")
    await shop.do(FinishOrder, view, by="sari", failed=1)
    wallet = await shop.wallet()
    same = await shop.do(NoteLateResult, view, succeeded=0, failed=1)
    assert same[1] is False
    assert "fulfilment.late" not in await shop.events(view)
    found, differs = await shop.do(NoteLateResult, view, succeeded=1, failed=0, reference="sim-1", result={"code": "9"})
    assert differs
    assert (found.order.status, found.fulfilment.status, found.fulfilment.failed) == ("failed", "failed", 1)
    assert await shop.wallet() == wallet
    assert (await shop.events(view))[-1] == "fulfilment.late"
    [(facts,)] = await shop.rows(
        "SELECT facts FROM events WHERE merchant_id = %s AND order_id = %s AND name = 'fulfilment.late'",
        view.order.order_id,
    )  # fmt: skip
    kept = {name: facts[name] for name in ("succeeded", "failed", "reference", "result", "was")}
    assert kept == {"succeeded": 1, "failed": 0, "reference": "sim-1", "result": {"code": "9"}, "was": "failed"}
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_result_for_an_order_that_was_moved_by_hand_is_its_result(shop: Shop) -> None:
    """A person completed the order past its work, which has no result yet: it takes the one that comes, once."""
    view = await in_work(shop, "under way")
    await _change(target="completed")(shop, view)
    for first in (True, False):
        found, differs = await shop.do(NoteLateResult, view, succeeded=1, failed=0, result={"code": "9"})
        assert differs is first
        assert (found.order.status, found.fulfilment.status) == ("completed", "succeeded")
        assert found.fulfilment.result == {"code": "9"}
    assert (await shop.events(view)).count("fulfilment.late") == 1
