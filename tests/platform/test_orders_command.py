"""`gerai orders`, `gerai members`, `gerai payments confirm`: what waits for people is finished at the terminal, on the
engine's operations, with the actor in the events."""

from __future__ import annotations

import getpass
from typing import Any

import msgspec
import pytest
from terminal_kit import gerai, gerai_here

from gerai.domain.records import OrderView
from gerai.engine.check import check
from gerai.engine.command import Contact
from gerai.engine.merchants.open import change_settings
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.start import StartPayment

BY = f"operator:{getpass.getuser()}"


async def placed(merchant: Any, name: str, funding: str = "invoice", quantity: int = 2, **facts: Any) -> OrderView:
    """An order of ``quantity`` x Rp75.000 in production."""
    engine, order_id = merchant.engine, merchant.engine.ids.next()
    total_sen = quantity * 75_000_00
    command = PlaceOrder(
        merchant_id=merchant.merchant_id, environment="production", channel="test", key_id=None, order_id=order_id,
        public_id=f"o{order_id}", number=name, secret=f"s{order_id}", total_sen=total_sen, funding=funding,
        lines=(NewLine("service", 1, "Unlock", quantity, 75_000_00, total_sen),), **facts,
    )  # fmt: skip
    return (await engine.submit(command)).answer.view


async def held(merchant: Any, member: Any, name: str) -> OrderView:
    """An order whose money is held, for people to work on."""
    work = {"service": "unlock_manual", "items": ["1", "2"], "payload": {}, "settings": {}}
    return await placed(
        merchant, name, "hold", provider="manual", work=work,
        member_id=member.member_id, account_id=member.wallets["production"],
    )  # fmt: skip


async def now(merchant: Any, view: OrderView) -> OrderView:
    """The order as it stands."""
    found = await merchant.engine.orders.by_id(merchant.merchant_id, view.order.order_id)
    assert found is not None
    return found


async def by(merchant: Any, view: OrderView) -> set[str]:
    """Who is named in the order's events."""
    events = await merchant.engine.events.of_orders(merchant.merchant_id, [view.order.order_id])
    return {event.facts["by"] for event in events if "by" in event.facts}


async def available(merchant: Any, member: Any) -> int:
    return (await merchant.engine.wallets.balance(merchant.merchant_id, member.wallets["production"])).available_sen


async def test_held_orders_are_finished_failed_and_cancelled(dsn: str, merchant: Any) -> None:
    """Manual work with held money: done in part it is captured for what succeeded, with the result its caller reads;
    failed or cancelled the money is back in the wallet. Each is final, and names who did it."""
    member, of = await merchant.member(money_sen=1_000_000_00), ("--merchant", merchant.code)
    part, lost, dropped = [await held(merchant, member, name) for name in ("H-part", "H-lost", "H-dropped")]
    assert await available(merchant, member) == 550_000_00

    code, listed, _ = await gerai(dsn, "orders", "list", "--status", "processing", *of)
    assert code == 0
    assert [line.split()[0] for line in listed.splitlines()[1:]] == ["H-dropped", "H-lost", "H-part"]
    code, out, _ = await gerai(dsn, "orders", "complete", "H-part", "--failed", "1", "--result", '{"code": "77"}', *of)
    assert (code, out) == (0, "H-part is partial: Rp75.000 charged, Rp75.000 returned\n")
    code, out, _ = await gerai(dsn, "orders", "fail", "H-lost", "--reason", "no stock", *of)
    assert (code, out) == (0, "H-lost is failed: Rp0 charged, Rp150.000 returned\n")
    code, out, _ = await gerai(dsn, "orders", "cancel", "H-dropped", *of)
    assert (code, out) == (0, "H-dropped is cancelled: Rp0 charged, Rp150.000 returned\n")

    done = (await now(merchant, part)).fulfilment
    assert done is not None
    assert (done.status, done.succeeded, done.failed, done.result) == ("partial", 1, 1, {"code": "77"})
    failed = (await now(merchant, lost)).fulfilment
    assert failed is not None
    assert (failed.status, failed.error) == ("failed", "no stock")
    assert await available(merchant, member) == 925_000_00
    for view in (part, lost, dropped):
        assert await by(merchant, view) == {BY}
    code, _, said = await gerai(dsn, "orders", "complete", "H-lost", *of)
    assert (code, said) == (1, "gerai: order H-lost is failed already: there is nothing left to finish\n")
    assert await check(merchant.engine, merchant.merchant_id) == []


async def test_money_that_arrived_outside(dsn: str, merchant: Any) -> None:
    """Confirmed with the exact amount the order is paid and goes on, and its open payment is cancelled; another amount
    is refused with both figures and books nothing; a second time the money is late and waits."""
    await change_settings(merchant.engine, merchant.merchant_id, {"late_payment": "hold"})
    of = ("--merchant", merchant.code)
    view = await placed(merchant, "C-1")
    payment_id = merchant.engine.ids.next()
    await merchant.engine.submit(
        StartPayment(
            merchant_id=merchant.merchant_id, environment="production", order_id=view.order.order_id,
            payment_id=payment_id, public_id="pay-open", method="va", channel_code="BCA", amount_sen=150_000_00,
            instructions={},
        )
    )  # fmt: skip
    for amount, code, said in (
        ("149999", 1, "Rp149.999 arrived, but Rp150.000 was asked: nothing is booked"),
        ("150.000", 2, "not an amount in whole rupiah: 150.000"),
        ("-1", 2, ""),
        ("10.5", 2, "not an amount in whole rupiah: 10.5"),
    ):
        answer = await gerai(dsn, "payments", "confirm", "C-1", f"--amount={amount}", *of)
        assert answer[:2] == (code, "")
        assert said in answer[2]
    assert (await now(merchant, view)).order.status == "pending"

    code, out, _ = await gerai(dsn, "payments", "confirm", "C-1", "--amount", "150000", "--reference", "BCA-7", *of)
    assert (code, out) == (
        0,
        "Rp150.000 is booked; order C-1 is processing now / dibukukan; pesanan C-1 kini processing\n",
    )
    after = await now(merchant, view)
    assert [(p.method, p.status) for p in after.payments] == [("va", "cancelled"), ("manual", "completed")]
    assert await by(merchant, view) == {BY}

    code, out, _ = await gerai(dsn, "payments", "confirm", "pay-open", "--second", *of)
    waits = "Rp150.000 came late for order C-1 and waits / terlambat, menunggu keputusan: "
    waits += "gerai payments resolve pay-open accept|refund|wallet\n"
    assert (code, out) == (0, waits)
    # Nobody works on it for a provider: finished by hand, and shown.
    assert (await gerai(dsn, "orders", "complete", "C-1", *of))[1] == "C-1 is completed\n"
    code, shown, _ = await gerai(dsn, "orders", "show", "C-1", *of)
    assert code == 0
    [confirmed] = [line for line in shown.splitlines() if "  payment.confirmed  " in line and "BCA-7" in line]
    assert f"by={BY}" in confirmed
    assert await check(merchant.engine, merchant.merchant_id) == []


async def test_goods_are_given_away_only_on_purpose(dsn: str, merchant: Any) -> None:
    """An order that was never paid is completed with --unpaid alone; money that comes for it afterwards is its payment
    and does not go into the wallet of its member, who has the goods. A cancelled one says what can be done."""
    member, of = await merchant.member(), ("--merchant", merchant.code)
    owner = {"member_id": member.member_id, "account_id": member.wallets["production"]}
    view, gone = await placed(merchant, "G-1", **owner), await placed(merchant, "G-2")
    assert (await gerai_here(dsn, "orders", "complete", "G-1", *of))[0] == 1
    code, out, _ = await gerai_here(dsn, "orders", "complete", "G-1", "--unpaid", *of)
    assert (code, out) == (0, "G-1 is completed: Rp150.000 was never paid\n")
    code, out, _ = await gerai_here(dsn, "payments", "confirm", "G-1", *of)
    assert (code, out) == (
        0,
        "Rp150.000 is booked; order G-1 is completed now / dibukukan; pesanan G-1 kini completed\n",
    )
    assert (await now(merchant, view)).order.kept_sen == 150_000_00
    assert await available(merchant, member) == 0

    await change_settings(merchant.engine, merchant.merchant_id, {"late_payment": "hold"})
    await gerai_here(dsn, "orders", "cancel", "G-2", *of)
    await gerai_here(dsn, "payments", "confirm", "G-2", *of)
    [late] = (await now(merchant, gone)).payments
    code, _, err = await gerai_here(dsn, "payments", "resolve", "G-2", "accept", *of)
    assert (code, err) == (
        1, f"gerai: {late.public_id} cannot pay any more, its order is cancelled: "
        f"gerai payments resolve {late.public_id} refund (or wallet)\n",
    )  # fmt: skip
    assert await check(merchant.engine, merchant.merchant_id) == []


async def test_list_and_show_agree_about_money(dsn: str, merchant: Any) -> None:
    """Of reserved money what returned had never been taken: the list shows what was charged, never less than 0."""
    member, of = await merchant.member(money_sen=1_000_000_00), ("--merchant", merchant.code)
    for name in ("S-part", "S-lost", "S-all"):
        await held(merchant, member, name)
    await gerai_here(dsn, "orders", "complete", "S-part", "--failed", "1", *of)
    await gerai_here(dsn, "orders", "fail", "S-lost", *of)
    await gerai_here(dsn, "orders", "complete", "S-all", *of)
    _, listed, _ = await gerai_here(dsn, "orders", "list", "--status", "all", *of)
    paid = {line.split()[0]: line.split()[3:6] for line in listed.splitlines()[1:]}
    assert paid == {
        "S-part": ["partial", "Rp150.000", "Rp75.000"],
        "S-lost": ["failed", "Rp150.000", "Rp0"],
        "S-all": ["completed", "Rp150.000", "Rp150.000"],
    }
    shown = (await gerai_here(dsn, "orders", "show", "S-part", *of))[1].splitlines()
    assert shown[1] == "total Rp150.000: Rp75.000 charged, Rp75.000 returned"


async def test_orders_are_found_by_what_a_buyer_knows(dsn: str, merchant: Any) -> None:
    """By a name's words, an e-mail, a telephone however it is written, a reference: of all counters, newest first. What
    fits nothing leaves with a message, and another merchant's order is not found."""
    buyer = Contact("c1", name="Siti Aminah", email="siti@example.com", mobile="+6281234567890")
    await placed(merchant, "F-1", contact=buyer, reference="PO-77")
    await placed(merchant, "F-2", contact=msgspec.structs.replace(buyer, name="Siti Rahma"))
    of = ("--merchant", merchant.code)
    for text, numbers in (
        ("aminah", ["F-1"]), ("SITI", ["F-2", "F-1"]), ("siti@exa", ["F-2", "F-1"]), ("0812-3456-7890", ["F-2", "F-1"]),
        ("567890", ["F-2", "F-1"]), ("po-7", ["F-1"]), ("f-2", ["F-2"]),
    ):  # fmt: skip
        code, out, _ = await gerai(dsn, "orders", "find", text, *of)
        assert (code, [line.split()[0] for line in out.splitlines()[1:]]) == (0, numbers), text
    for text in ("F-1", "siti"):
        code, _, err = await gerai(dsn, "orders", "find", text, *of, "--environment", "sandbox")
        assert (code, err) == (1, f"gerai: no order is found by {text}\n")


@pytest.mark.parametrize("with_wallet", [True, False])
async def test_a_paid_order_that_fails_gives_the_money_back(dsn: str, merchant: Any, with_wallet: bool) -> None:
    """Into the wallet of its member; without one it waits to be sent, and refunded it is gone from the list."""
    member, of = await merchant.member(), ("--merchant", merchant.code)
    owner = {"member_id": member.member_id, "account_id": member.wallets["production"]} if with_wallet else {}
    view = await placed(merchant, "F-1", **owner)
    await gerai(dsn, "payments", "confirm", "F-1", *of)

    code, out, _ = await gerai(dsn, "orders", "fail", "F-1", "--reason", "gone", *of)

    where = (
        f"Rp150.000 paid, Rp150.000 given back; it is in the wallet of member {member.member_id}"
        if with_wallet else "Rp150.000 waits to be sent back: gerai payments refund F-1"
    )  # fmt: skip
    assert (code, out) == (0, f"F-1 is failed: {where}\n")
    assert (await now(merchant, view)).order.refunded_sen == (150_000_00 if with_wallet else 0)
    assert await available(merchant, member) == (150_000_00 if with_wallet else 0)
    waiting = (await gerai(dsn, "payments", "waiting", *of))[1]
    assert ("F-1" in waiting) is not with_wallet
    if not with_wallet:
        assert (await gerai(dsn, "payments", "refund", "F-1", *of))[0] == 0
        assert "F-1" not in (await gerai(dsn, "payments", "waiting", *of))[1]
    assert await check(merchant.engine, merchant.merchant_id) == []


async def test_a_wallet_is_topped_up_by_hand(dsn: str, merchant: Any) -> None:
    """In whole rupiah, for a member of this merchant; it is listed afterwards, and the books hold."""
    member, of = await merchant.member(name="Ani"), ("--merchant", merchant.code)
    name = str(member.member_id)
    code, out, _ = await gerai(dsn, "members", "topup", name, "50000", "--note", "cash", *of)
    assert (code, out) == (
        0, f"Rp50.000 is in the wallet of member {name}, which has Rp50.000 now\n",
    )  # fmt: skip
    code, listed, _ = await gerai(dsn, "members", "list", *of)
    assert (code, [line.split()[0] for line in listed.splitlines()[1:]]) == (0, [name])
    assert "Rp50.000" in (await gerai(dsn, "members", "show", name, *of))[1]
    for arguments, code, said in (
        ((name, "3.333"), 2, "not an amount in whole rupiah: 3.333"),
        ((name, "0.5"), 2, "not an amount in whole rupiah: 0.5"),
        (
            ("7", "50000"),
            1,
            f"no such member with a wallet in production: 7; one of {name} (",
        ),
    ):
        answer = await gerai(dsn, "members", "topup", *arguments, *of)
        assert answer[:2] == (code, "")
        assert said in answer[2]
    assert await available(merchant, member) == 50_000_00
    assert await check(merchant.engine, merchant.merchant_id) == []


async def test_mistakes_are_told_plainly(dsn: str, merchant: Any) -> None:
    """One sentence and an exit code; nothing changes."""
    of = ("--merchant", merchant.code)
    view = await placed(merchant, "M-1")
    for arguments, code, said in (
        (("orders", "list", "--status", "bogus"), 2, "no such state: bogus; one of cancelled, closed, completed"),
        (("orders", "list", "--environment", "live"), 2, "no such environment: live; one of sandbox, production"),
        (("orders", "show", "nothing"), 1, "no such order: nothing"),
        (("orders", "complete", "M-1", "--failed", "9"), 1, "failed: the order has 2 items"),
        (("orders", "complete", "M-1", "--failed", "1", "--unpaid"), 1, "failed: this order is done as a whole"),
        (("orders", "complete", "M-1", "--result", "@/nowhere"), 2, "cannot read /nowhere"),
        (
            ("orders", "fail", "M-1"),
            1,
            "Rp150.000 was never paid, so that nothing can go back: gerai orders cancel M-1",
        ),
        (("orders", "complete", "M-1"), 1, "Rp150.000 was never paid: confirm it first (gerai payments confirm M-1)"),
        (("payments", "confirm", "nothing"), 1, "no such payment or order: nothing"),
    ):
        answer = await gerai(dsn, *arguments, *of)
        assert answer[:2] == (code, ""), arguments
        assert said in answer[2]
    assert (await now(merchant, view)).order.status == "pending"
