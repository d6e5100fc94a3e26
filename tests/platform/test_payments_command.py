"""`gerai payments`: what waits is listed, and decided about at the terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from terminal_kit import gerai

from gerai.engine.check import check
from gerai.engine.merchants.open import change_settings, set_test_clock
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.record import RecordPayment

NOW = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)


async def paid(merchant: Any, public_id: str, *, late: bool, environment: str = "sandbox") -> int:
    """An order of Rp5.000 paid by a payment of this name: late, or in time and then cancelled. Answers its id."""
    engine, order_id = merchant.engine, merchant.engine.ids.next()
    owner = {"merchant_id": merchant.merchant_id, "environment": environment}
    await engine.submit(
        PlaceOrder(
            **owner, channel="test", key_id=None, order_id=order_id, public_id=f"o{order_id}", number=f"NO-{public_id}",
            secret=f"s{order_id}", lines=(NewLine("thing", 1, "Thing", 1, 5_000_00, 5_000_00),), total_sen=5_000_00,
            funding="invoice", after_payment="confirm", expires_at=NOW + timedelta(hours=1) if late else None,
        )
    )  # fmt: skip
    if late:
        await set_test_clock(engine, merchant.merchant_id, frozen_at=NOW + timedelta(hours=2))
        await engine.submit(ExpireOrder(**owner, order_id=order_id))
    await engine.submit(RecordPayment(**owner, order_id=order_id, outcome="paid", public_id=public_id, method="cash"))
    if not late:
        await engine.submit(ChangeStatus(**owner, channel="test", order_ids=(order_id,), target="cancelled"))
    return order_id


@pytest.fixture
async def shop(merchant: Any) -> Any:
    """A merchant that holds late money, its sandbox clock frozen."""
    await change_settings(merchant.engine, merchant.merchant_id, {"late_payment": "hold"})
    await set_test_clock(merchant.engine, merchant.merchant_id, frozen_at=NOW)
    return merchant


async def test_from_listed_to_settled(dsn: str, shop: Any) -> None:
    """A late payment and a cancelled paid order are listed; accepted and refunded they are gone, and the books hold."""
    await paid(shop, "late-1", late=True)
    await paid(shop, "paid-1", late=False)
    of = ("--merchant", shop.code)
    code, listed, _ = await gerai(dsn, "payments", "waiting", *of)
    assert code == 0
    rows = {line.split()[0]: line for line in listed.splitlines()}
    assert all(word in rows["late-1"] for word in ("NO-late-1", "sandbox", "cash", "Rp5.000", " late "))
    assert " cancelled " in rows["paid-1"]

    code, out, _ = await gerai(dsn, "payments", "resolve", "late-1", "accept", *of)
    assert (code, out) == (
        0,
        ("late-1: Rp5.000 pays order NO-late-1, which is confirmed now / membayar pesanan NO-late-1, kini confirmed\n"),
    )
    code, out, _ = await gerai(dsn, "payments", "refund", "NO-paid-1", "--amount", "2000", "--note", "scratched", *of)
    assert (code, out.split(". ")[0]) == (0, "paid-1: Rp2.000 is booked out")
    code, out, _ = await gerai(dsn, "payments", "refund", "paid-1", *of)
    assert (code, out.split(". ")[0]) == (0, "paid-1: Rp3.000 is booked out")
    assert (await gerai(dsn, "payments", "waiting", *of))[1] == "nothing waits / tidak ada yang menunggu\n"
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_refund_says_what_is_left(dsn: str, shop: Any) -> None:
    """Each part, with or without a reference, the last one, and a repetition: what was given back now, in all, and what
    still can be. Nothing is left of a payment that was given back whole, and a repetition changes no figure."""
    order_id = await paid(shop, "paid-2", late=False)
    before = "B-1 is booked already: nothing more of paid-2 is given back"
    before += " / B-1 sudah dibukukan: tidak ada lagi dari paid-2 yang dikembalikan"
    send = "Send it to the payer; Gerai only keeps the books. / Kirimkan uangnya; Gerai hanya mencatat."
    for given, first, in_all in (
        (("--amount", "2000"), f"paid-2: Rp2.000 is booked out. {send}", "Rp2.000 of Rp5.000; left: Rp3.000"),
        (("--amount", "1", "--reference", "B-1"), f"paid-2: Rp1 is booked out. {send}",
         "Rp2.001 of Rp5.000; left: Rp2.999"),
        (("--amount", "1", "--reference", "B-1"), before,
         "Rp2.001 of Rp5.000; left: Rp2.999"),
        ((), f"paid-2: Rp2.999 is booked out. {send}", "Rp5.000 of Rp5.000; left: Rp0"),
        (("--amount", "1", "--reference", "B-1"), before,
         "Rp5.000 of Rp5.000; left: Rp0"),
    ):  # fmt: skip
        code, out, _ = await gerai(dsn, "payments", "refund", "NO-paid-2", *given, "--merchant", shop.code)
        pengembalian = in_all.replace(" of ", " dari ").replace("left", "sisa")
        assert (code, out) == (0, f"{first}\nrefunded in all: {in_all} / dikembalikan: {pengembalian}\n")
    view = await shop.engine.orders.by_id(shop.merchant_id, order_id)
    assert [(p.status, p.refunded_sen) for p in view.payments] == [("refunded", 5_000_00)]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_mistakes_are_told_plainly(dsn: str, shop: Any) -> None:
    """What cannot be done gets one sentence and an exit code, and moves no money."""
    await paid(shop, "twin", late=False)
    await paid(shop, "twin", late=False, environment="production")
    await paid(shop, "late-2", late=True)
    await paid(shop, "once", late=False)
    for arguments, code, said in (
        (("resolve", "late-2", "forget"), 2, "no such decision: forget; one of accept, refund, wallet"),
        (("resolve", "late-2", "wallet"), 1, "the order belongs to no member with a wallet: nothing is booked"),
        (("refund", "once", "--to", "wallet"), 1, "the order belongs to no member with a wallet: nothing is booked"),
        (("resolve", "nothing", "accept"), 1, "no such payment or order: nothing"),
        (("refund", "late-2"), 1, "late-2 has no completed payment: late-2 is late"),
        (("refund", "twin"), 1, "twin means several: twin (sandbox), twin (production)"),
        (("refund", "twin", "--amount", "1.2.3"), 2, "not an amount in whole rupiah: 1.2.3; write "),
        (("refund", "twin", "--amount", "10.5"), 2, "not an amount in whole rupiah: 10.5; write "),
        (("refund", "twin", "--amount", "3.333"), 2, "not an amount in whole rupiah: 3.333; write "),
        (("refund", "twin", "--to", "me"), 2, "no such way: me; one of payer, wallet"),
        (("refund", "twin", "--environment", "sandbox", "--amount", "6000"), 1, "at most Rp5.000 can be refunded"),
        (("waiting", "--merchant", "nobody"), 1, "no such merchant: nobody"),
    ):
        given = arguments if "--merchant" in arguments else (*arguments, "--merchant", shop.code)
        answer = await gerai(dsn, "payments", *given)
        assert (answer[0], answer[1]) == (code, ""), given
        assert said in answer[2]
    _, listed, _ = await gerai(dsn, "payments", "waiting", "--merchant", shop.code)
    assert sorted(line.split()[0] for line in listed.splitlines()[1:-1]) == ["late-2", "once", "twin", "twin"]
    assert await check(shop.engine, shop.merchant_id) == []
