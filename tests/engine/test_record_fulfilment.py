"""A provider has answered: capture what succeeded to the sen, return the rest, finish the order."""

from __future__ import annotations

import pytest

from engine_kit import Shop
from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.refusals import Broken, NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.fulfilment.finish import FinishOrder
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.orders.cancel import CancelOrder


@pytest.mark.parametrize(
    ("succeeded", "order_status", "fulfilment_status", "charged_sen", "phase"),
    [
        (3, "completed", "succeeded", 4_500_00, "post"),
        (2, "partial", "partial", 3_000_00, "post"),
        (1, "partial", "partial", 1_500_00, "post"),
        (0, "failed", "failed", 0, "void"),
    ],
)
async def test_what_succeeded_is_captured_and_the_rest_returned(
    shop: Shop, succeeded: int, order_status: str, fulfilment_status: str, charged_sen: int, phase: str
) -> None:
    """Three items at Rp1.500: charged is unit price x succeeded, refunded the rest, by one transfer on the hold."""
    placed = await shop.place("hold", 4_500_00, lines=(shop.line(4_500_00, 3),))
    recorded = await shop.do(
        RecordFulfilment, placed, outcome="done", succeeded=succeeded, failed=3 - succeeded, reference="sim-1",
        result=[{"imei": "1"}], error="" if succeeded == 3 else "some failed",
    )  # fmt: skip
    order, fulfilment = recorded.view.order, recorded.view.fulfilment
    assert (order.status, order.charged_sen, order.refunded_sen) == (order_status, charged_sen, 4_500_00 - charged_sen)
    assert fulfilment is not None
    assert (fulfilment.status, fulfilment.succeeded, fulfilment.failed) == (fulfilment_status, succeeded, 3 - succeeded)
    assert (fulfilment.reference, fulfilment.result, fulfilment.attempts) == ("sim-1", [{"imei": "1"}], 1)
    wallet = await shop.wallet()
    assert (wallet.debits_pending, wallet.debits_posted) == (0, charged_sen)
    assert recorded.available_sen == wallet.available_sen == 100_000_00 - charged_sen
    held, resolved = await shop.transfers(placed)
    assert (held.phase, resolved.phase, resolved.pending_id) == ("pending", phase, held.transfer_id)
    assert resolved.amount_sen == (charged_sen or 4_500_00)
    assert await shop.events(placed) == ["order.placed", f"fulfilment.{fulfilment_status}", f"order.{order_status}"]
    assert await check(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize(("outcome", "status"), [("pending", "requested"), ("unknown", "unknown")])
async def test_no_answer_is_not_a_failure(shop: Shop, outcome: str, status: str) -> None:
    """Pending and unknown decide nothing: the money stays held, the attempt is counted, and it is asked again later."""
    placed = await shop.place("hold")
    for attempt in (1, 2):
        recorded = await shop.do(RecordFulfilment, placed, outcome=outcome, again_after_s=5.0, error="no line")
        fulfilment = recorded.view.fulfilment
        assert fulfilment is not None
        assert (fulfilment.status, fulfilment.attempts, fulfilment.error) == (status, attempt, "no line")
    assert recorded.view.order.status == "processing"
    assert (await shop.wallet()).debits_pending == 5_000_00
    assert await shop.jobs(placed) == ["gerai.fulfil"] * 3
    done = await shop.do(RecordFulfilment, placed, outcome="done", succeeded=1)
    assert (done.view.order.status, done.view.order.charged_sen) == ("completed", 5_000_00)


async def test_the_providers_reference_stays(shop: Shop) -> None:
    """What the provider called the work is kept, and finds the order, also when the end names nothing: its own answer
    without one, or a person who finishes the order. Another name replaces it."""
    scope, of = Scope(shop.merchant_id, shop.environment, "test"), OrderFilter(search="prv-", search_fields=("work",))
    for ending, kept in (({"reference": ""}, "PRV-1"), ({"reference": "PRV-2"}, "PRV-2"), (None, "PRV-1")):
        placed = await shop.place("hold", provider="simulator")
        await shop.do(RecordFulfilment, placed, outcome="pending", reference="PRV-1")
        if ending is None:
            view = await shop.do(FinishOrder, placed, by="budi")
        else:
            view = (await shop.do(RecordFulfilment, placed, outcome="done", succeeded=1, **ending)).view
        assert view.fulfilment is not None
        assert (view.order.status, view.fulfilment.reference) == ("completed", kept)
        [found, *_] = await shop.engine.orders.page(scope, of, 10)
        assert found.order.order_id == view.order.order_id


async def test_an_answer_that_comes_twice_changes_nothing(shop: Shop) -> None:
    """The order is final: a second answer, the same or another, is refused; the hold is resolved once."""
    placed = await shop.place("hold")
    await shop.do(RecordFulfilment, placed, outcome="done", succeeded=1)
    before = await shop.footprint()
    for fields in ({"outcome": "done", "succeeded": 1}, {"outcome": "done", "failed": 1}, {"outcome": "unknown"}):
        with pytest.raises(StateConflict) as refused:
            await shop.do(RecordFulfilment, placed, **fields)
        assert refused.value.state == "completed"
    assert await shop.footprint() == before
    assert (await shop.wallet()).debits_posted == 5_000_00


async def test_counts_that_do_not_add_up_are_not_recorded(shop: Shop) -> None:
    """Succeeded and failed must be the order's items; a provider's miscount is our failure and changes nothing."""
    placed = await shop.place("hold", lines=(shop.line(5_000_00, 2),))
    for fields in ({"succeeded": 1}, {"succeeded": 2, "failed": 1}, {"succeeded": 3, "failed": -1}, {}):
        with pytest.raises(Broken):
            await shop.do(RecordFulfilment, placed, outcome="done", **fields)
    assert (await shop.wallet()).debits_pending == 5_000_00


async def test_paid_but_impossible_refunds_itself(shop: Shop) -> None:
    """A wallet order whose provider did nothing: the order fails and the wallet has its money back, with the reason."""
    placed = await shop.place("wallet", 20_000_00, provider="simulator")
    recorded = await shop.do(RecordFulfilment, placed, outcome="done", failed=1, error="sold out")
    order, [payment] = recorded.view.order, recorded.view.payments
    assert recorded.view.invoice is not None
    assert (order.status, order.charged_sen, order.refunded_sen) == ("failed", 20_000_00, 20_000_00)
    assert (payment.status, recorded.view.invoice.status) == ("refunded", "refunded")
    assert recorded.available_sen == 100_000_00
    assert (await shop.transfers(placed))[-1].note == "sold out"
    assert (await shop.events(placed))[-1] == "payment.refunded"
    assert await check(shop.engine, shop.merchant_id) == []


async def test_an_order_that_cost_nothing_may_fail(shop: Shop) -> None:
    """Nothing was paid, so nothing is returned; the order fails all the same."""
    for funding in ("wallet", "hold"):
        placed = await shop.place(funding, 0, provider="simulator")
        recorded = await shop.do(RecordFulfilment, placed, outcome="done", failed=1)
        assert (recorded.view.order.status, recorded.view.order.refunded_sen) == ("failed", 0)
        assert await shop.transfers(placed) == []
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_payer_without_a_wallet_is_owed_a_refund(shop: Shop) -> None:
    """Paid from outside and impossible: nobody's wallet can be credited, so the event says a refund is due."""
    placed = await shop.place(provider="simulator")
    await shop.pay(placed)
    recorded = await shop.do(RecordFulfilment, placed, outcome="done", failed=1, error="sold out")
    assert (recorded.view.order.status, recorded.view.order.refunded_sen) == ("failed", 0)
    assert recorded.available_sen is None
    assert (await shop.events(placed))[-1] == "refund.due"
    assert [t.reason for t in await shop.transfers(placed)] == ["payment"]


@pytest.mark.parametrize(("succeeded", "left"), [(2, (3, 0)), (1, (3, 0)), (0, (5, 0))])
async def test_stock_leaves_with_what_was_done(shop: Shop, succeeded: int, left: tuple[int, int]) -> None:
    """An order that was done, even in part, has used its goods; one that failed gives its promise back."""
    stock_id = await shop.add_stock(5)
    placed = await shop.place("hold", 2_00, lines=(shop.line(2_00, 2, stock_id),))
    assert await shop.stock(stock_id) == (5, 2)
    await shop.do(RecordFulfilment, placed, outcome="done", succeeded=succeeded, failed=2 - succeeded)
    assert await shop.stock(stock_id) == left
    assert await check(shop.engine, shop.merchant_id) == []


async def test_only_an_order_with_work_can_be_recorded(shop: Shop) -> None:
    """An order nobody was asked about is not found; one that is not paid yet conflicts."""
    with pytest.raises(NotFound):
        await shop.do(RecordFulfilment, await shop.place(), outcome="done", succeeded=1)
    unpaid = await shop.place(provider="simulator")
    with pytest.raises(StateConflict) as refused:
        await shop.do(RecordFulfilment, unpaid, outcome="done", succeeded=1)
    assert refused.value.state == "pending"
    cancelled = await shop.place("hold")
    await shop.do(CancelOrder, cancelled)
    with pytest.raises(StateConflict):
        await shop.do(RecordFulfilment, cancelled, outcome="done", succeeded=1)
    assert (await shop.wallet()).debits_posted == 0
