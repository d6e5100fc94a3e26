"""What payers send to show a transfer is kept once, as it came, for payments into an account of the seller's own for
which no money came; it books nothing and is nobody's news but the order's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bank_kit import JPEG, PDF, PNG, BankShop, bank_shop
from gerai.app import WEBHOOK_CONTRACTS
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.record import RecordPayment
from gerai.engine.proofs import LARGEST_BYTES, content_of, kind_of, proof_of, waiting
from gerai.engine.webhooks.contract import Occurrence
from gerai.kit.clock import real_now


@pytest_asyncio.fixture
async def shop(engine: Engine) -> BankShop:
    return await bank_shop(engine)


async def refused(shop: BankShop, command: Any) -> tuple[str, str]:
    """The state and the verb of the refusal."""
    with pytest.raises(StateConflict) as caught:
        await shop.engine.submit(command)
    return caught.value.state, caught.value.verb


async def test_it_is_kept_as_it_came(shop: BankShop) -> None:
    """Type, size, digest and every byte; the timeline notes it, the order's state, its payment and the books stay."""
    view = await shop.placed()
    [payment] = view.payments
    content = PNG + bytes(range(256)) * 40
    kept = await shop.prove(payment, content)
    assert await shop.stored() == [(payment.payment_id, "image/png", len(content), content)]
    assert await content_of(shop.engine, shop.merchant_id, kept.proof_id) == content
    [noted] = await shop.noted(view)
    assert {key: noted[key] for key in ("payment", "proof", "kind", "size_bytes")} == {
        "payment": payment.public_id, "proof": kept.proof_id, "kind": "image/png", "size_bytes": len(content),
    }  # fmt: skip
    after = await shop.again(view)
    assert (after.order.status, after.payments) == (view.order.status, view.payments)
    assert after.order.updated_at > view.order.updated_at
    assert await check(shop.engine, shop.merchant_id) == []


async def test_the_same_file_is_the_same_proof(shop: BankShop) -> None:
    """Ten times at once and once more: one row and one event. Another order's is its own."""
    view, other = await shop.placed(), await shop.placed()
    kept = await asyncio.gather(*(shop.prove(view.payments[0]) for _ in range(10)))
    kept.append(await shop.prove(view.payments[0]))
    assert len({one.proof_id for one in kept}) == 1
    assert (len(await shop.stored()), len(await shop.noted(view))) == (1, 1)
    assert (await shop.prove(other.payments[0])).proof_id != kept[0].proof_id
    assert len(await shop.stored()) == 2


async def test_a_payment_has_three(shop: BankShop) -> None:
    """Of nine files at once three are kept; the fourth is refused, the same as an earlier one is not. A further payment
    of the order has its own."""
    view = await shop.placed()
    [payment] = view.payments
    sent = [PNG + bytes([n]) for n in range(9)]
    ends = await asyncio.gather(*(shop.prove(payment, one) for one in sent), return_exceptions=True)
    assert sum(isinstance(end, StateConflict) for end in ends) == 6
    assert (len(await shop.stored()), len(await shop.noted(view))) == (3, 3)
    assert await refused(shop, shop.proof(payment, PNG + b"fourth")) == ("full", "prove")
    [first, *_] = await shop.stored()
    await shop.prove(payment, first[3])
    await shop.engine.submit(CancelPayment(**shop.names, order_id=payment.order_id, payment_id=payment.payment_id))
    again = await shop.choose(await shop.again(view))
    await shop.prove(again.payments[-1], PNG + b"fourth")
    assert len(await shop.stored()) == 4


@pytest.mark.parametrize("end", ["expired", "cancelled", "given up"])
async def test_who_has_transferred_before_the_end_may_say_so(shop: BankShop, end: str) -> None:
    """Late money is expected: an order that expired or was cancelled, and a payment its payer gave up, take one."""
    view = await shop.placed(expires_at=real_now() + timedelta(hours=1))
    [payment] = view.payments
    order = {**shop.names, "order_id": payment.order_id}
    await shop.engine.submit(
        RecordPayment(**order, payment_id=payment.payment_id, outcome="expired") if end == "expired"
        else CancelOrder(**order) if end == "cancelled"
        else CancelPayment(**order, payment_id=payment.payment_id)
    )  # fmt: skip
    await shop.prove(payment)
    assert [one.payment_status for one in await waiting(shop.engine, shop.merchant_id)] == [
        "expired" if end == "expired" else "cancelled"
    ]


async def test_what_takes_none(shop: BankShop) -> None:
    """A paid order, money that came late, a payment that goes elsewhere, one that failed; another shop's, another
    environment's and one that is not there are not found. Nothing is kept."""
    paid, late, elsewhere, failed = [await shop.placed(chosen=n != 2) for n in range(4)]
    elsewhere = (
        await shop.engine.submit(
            RecordPayment(**shop.names, order_id=elsewhere.order.order_id, outcome="paid", public_id="p", method="cash")
        )
    ).answer
    for view, outcome in ((paid, "paid"), (failed, "failed")):
        await shop.engine.submit(
            RecordPayment(
                **shop.names, order_id=view.order.order_id, payment_id=view.payments[0].payment_id,
                outcome="paid" if outcome == "paid" else "failed",
            )
        )  # fmt: skip
    await shop.engine.submit(CancelOrder(**shop.names, order_id=late.order.order_id))
    await shop.engine.submit(
        RecordPayment(
            **shop.names, order_id=late.order.order_id, payment_id=late.payments[0].payment_id, outcome="paid"
        )
    )
    states = [await refused(shop, shop.proof(view.payments[0])) for view in (paid, late, elsewhere, failed)]
    assert states == [("completed", "prove"), ("late", "prove"), ("completed", "prove"), ("failed", "prove")]
    [payment] = (await shop.placed()).payments
    foreign = await open_merchant(shop.engine, f"{shop.code}-2", "Lain")
    for change in (
        {"merchant_id": foreign},
        {"payment_id": 1},
        {"environment": "sandbox"},
        {"order_id": paid.order.order_id},
    ):
        with pytest.raises(NotFound):
            await shop.engine.submit(shop.proof(payment, **change))
    assert await shop.stored() == []
    assert await shop.noted(paid) == []


async def test_paid_and_proved_at_once(shop: BankShop) -> None:
    """Whichever is first: the order is paid once, and a proof is there exactly if it was noted."""
    for _ in range(10):
        view = await shop.placed()
        [payment] = view.payments
        pay = RecordPayment(**shop.names, order_id=payment.order_id, payment_id=payment.payment_id, outcome="paid")
        _, proof = await asyncio.gather(
            shop.engine.submit(pay), shop.engine.submit(shop.proof(payment)), return_exceptions=True
        )
        [after] = (await shop.again(view)).payments
        assert after.status == "completed"
        kept = [row for row in await shop.stored() if row[0] == payment.payment_id]
        assert len(kept) == len(await shop.noted(view)) == (0 if isinstance(proof, StateConflict) else 1)
    assert await check(shop.engine, shop.merchant_id) == []


async def test_what_waits_for_a_look(shop: BankShop) -> None:
    """Newest first, with what its payer was asked for; what is paid is listed no more, and can still be read."""
    views = [await shop.placed() for _ in range(3)]
    kept = [await shop.prove(view.payments[0]) for view in views]
    found = await waiting(shop.engine, shop.merchant_id)
    assert [one.proof_id for one in found] == [one.proof_id for one in reversed(kept)]
    newest = found[0]
    assert (newest.order_number, newest.asked_sen, newest.method, newest.channel_code, newest.payment_status) == (
        views[2].order.number, views[2].payments[0].asked_sen, "bank_transfer", "BCA", "processing",
    )  # fmt: skip
    assert len(await waiting(shop.engine, shop.merchant_id, limit=2)) == 2
    await shop.engine.submit(
        RecordPayment(
            **shop.names, order_id=views[2].order.order_id, payment_id=views[2].payments[0].payment_id, outcome="paid"
        )
    )
    assert [one.proof_id for one in await waiting(shop.engine, shop.merchant_id)] == [
        kept[1].proof_id,
        kept[0].proof_id,
    ]
    paid = await proof_of(shop.engine, shop.merchant_id, kept[2].proof_id)
    assert paid is not None
    assert paid.payment_status == "completed"
    other = await open_merchant(shop.engine, f"{shop.code}-2", "Lain")
    assert await waiting(shop.engine, other) == []
    assert await proof_of(shop.engine, other, kept[0].proof_id) is None
    with pytest.raises(NotFound):
        await content_of(shop.engine, other, kept[0].proof_id)


async def test_five_mebibytes_and_an_overdue_order_expire_together(shop: BankShop) -> None:
    """The largest file is kept to the byte, many of them in one batch; the order expires as any other."""
    content = PNG + b"\x00" * (LARGEST_BYTES - len(PNG))
    views = [await shop.placed() for _ in range(4)]
    await asyncio.gather(*(shop.prove(view.payments[0], content) for view in views))
    assert {(size, len(kept), kept[:16]) for _, _, size, kept in await shop.stored()} == {
        (LARGEST_BYTES, LARGEST_BYTES, content[:16])
    }
    for view in views:
        await shop.overdue(view)
        await shop.engine.submit(ExpireOrder(**shop.names, order_id=view.order.order_id))
        assert (await shop.again(view)).order.status == "expired"


async def test_no_contract_announces_it(shop: BankShop) -> None:
    """No counter's webhooks say anything of it."""
    view = await shop.placed()
    await shop.prove(view.payments[0])
    events = tuple(await shop.engine.events.of_orders(shop.merchant_id, [view.order.order_id]))
    assert events[-1].name == "payment.proof_received"
    merchant = shop.engine.directory.merchant(shop.merchant_id)
    occurrence = Occurrence(events[-1], await shop.again(view), events, merchant, "https://gerai.test")
    assert len(WEBHOOK_CONTRACTS) == 4
    for contract in WEBHOOK_CONTRACTS.values():
        assert await contract.compose(shop.engine, occurrence) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (JPEG, "image/jpeg"), (PNG, "image/png"), (PDF, "application/pdf"), (b"%PDF-2.0", "application/pdf"),
        (b"", None), (b"\xff\xd8", None), (PNG[:8], None), (PNG[:12] + b"JUNK", None), (b"%PDF", None),
        (b"%PDF-9.9", None), (b" " + PDF, None), (b"<html>" + JPEG, None), (b"GIF89a", None), (b"RIFF....WEBP", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None), (b"PK\x03\x04" + PDF, None), (b"MZ", None),
        (JPEG + PDF + b"<script>", "image/jpeg"),
    ],
)  # fmt: skip
def test_a_file_is_what_it_begins_with(content: bytes, kind: str | None) -> None:
    """Nothing before the mark, and all of it; what else is inside does not matter, because nobody serves it."""
    assert kind_of(content) == kind
