"""Money booked at the terminal is booked once, however often and however many at a time say so."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from terminal_kit import gerai, gerai_here
from test_orders_command import available, now, placed

from gerai.domain.filters import DepositFilter, Scope
from gerai.domain.refusals import StateConflict
from gerai.engine.check import check
from gerai.engine.merchants.open import add_member
from gerai.engine.payments.record import RecordPayment


async def test_a_confirm_repeated_books_once(dsn: str, merchant: Any) -> None:
    """The same reference is the same payment, also twice at once; another one on a paid order is refused, unless money
    came a second time: then the answer says that it went into the wallet."""
    member, of = await merchant.member(), ("--merchant", merchant.code)
    owner = {"member_id": member.member_id, "account_id": member.wallets["production"]}
    view = await placed(merchant, "R-1", **owner)
    confirm = ("payments", "confirm", "R-1", *of, "--reference")
    said = await asyncio.gather(gerai(dsn, *confirm, "BCA-77"), gerai(dsn, *confirm, "BCA-77"))
    assert sorted(said) == [
        (
            0,
            "BCA-77 is booked already; order R-1 is processing: nothing is booked now "
            "/ BCA-77 sudah dibukukan: tidak ada yang dibukukan lagi\n",
            "",
        ),
        (0, "Rp150.000 is booked; order R-1 is processing now / dibukukan; pesanan R-1 kini processing\n", ""),
    ]
    for again in (confirm[:-1], (*confirm, "BCA-78")):
        code, out, err = await gerai(dsn, *again)
        assert (code, out) == (1, "")
        assert "order R-1 is paid already: nothing is booked; --second books money that came twice" in err
    # The same transfer stays the same, whatever else is said about it.
    assert "booked already" in (await gerai(dsn, *confirm, "BCA-77", "--second"))[1]
    assert len((await now(merchant, view)).payments) == 1
    assert await available(merchant, member) == 0

    code, out, _ = await gerai(dsn, *confirm, "BCA-79", "--second")
    assert (code, out) == (
        0, "Rp150.000 came late for order R-1: it is in the member's wallet / masuk ke saldo anggota "
        "(setting late_payment)\n",
    )  # fmt: skip
    assert await available(merchant, member) == 150_000_00
    assert await check(merchant.engine, merchant.merchant_id) == []


async def test_one_line_of_the_bank_is_one_money(dsn: str, merchant: Any) -> None:
    """A reference that was booked for an order is refused for another order and for a wallet, naming the order, also
    twice at once; in the other environment it is another bank's. Nothing is booked by what is refused."""
    member, of = await merchant.member(), ("--merchant", merchant.code)
    first, second = await placed(merchant, "B-1"), await placed(merchant, "B-2")
    paid = [await gerai_here(dsn, "payments", "confirm", name, "--reference", "BCA 1", *of) for name in ("B-1", "B-2")]
    said = "gerai: BCA 1 was booked already, for order B-1: nothing is booked\n"
    assert [one[0] for one in paid] == [0, 1]
    assert paid[1] == (1, "", said)
    name = str(member.member_id)
    assert await gerai_here(dsn, "members", "topup", name, "150000", "--reference", "BCA 1", *of) == (1, "", said)
    elsewhere = ("--reference", "BCA 1", "--environment", "sandbox")
    assert (await gerai_here(dsn, "members", "topup", name, "150000", *elsewhere, *of))[0] == 0
    assert [len((await now(merchant, view)).payments) for view in (first, second)] == [1, 0]
    assert await available(merchant, member) == 0
    assert await check(merchant.engine, merchant.merchant_id) == []


async def test_without_a_reference_two_at_once_book_one(merchant: Any) -> None:
    """Decided under the order's lock: one of eight people is first, the others are refused."""
    view = await placed(merchant, "R-2")
    command = RecordPayment(
        merchant_id=merchant.merchant_id, environment="production", order_id=view.order.order_id, outcome="paid",
        method="cash", by="operator:test",
    )  # fmt: skip
    done = await asyncio.gather(*(merchant.engine.submit(command) for _ in range(8)), return_exceptions=True)
    refused = [one for one in done if isinstance(one, StateConflict)]
    assert [(one.state, one.verb) for one in refused] == [("paid", "pay again")] * 7
    assert len((await now(merchant, view)).payments) == 1
    assert await check(merchant.engine, merchant.merchant_id) == []


@pytest.mark.parametrize(
    ("environment", "form"),
    [("production", r"DEP\d{14}(\d{3,})"), ("sandbox", r"SBX-DEP\d{14}(\d{3,})")],
)
async def test_a_topup_has_the_code_of_its_counter(dsn: str, merchant: Any, environment: str, form: str) -> None:
    """A LeuwongRR member knows a deposit by ``DEP…``, also one made at the terminal; the bank's reference is kept."""
    member_id, _ = await add_member(merchant.engine, merchant.merchant_id, "leuwongrr", "m1", "Member")
    topup = ("members", "topup", str(member_id), "50000", "--merchant", merchant.code, "--environment", environment)
    for _ in range(2):
        assert (await gerai(dsn, *topup, "--reference", "BCA-88"))[0] == 0
    scope = Scope(merchant.merchant_id, environment, "leuwongrr", member_id)
    [deposit] = await merchant.engine.deposits.page(scope, DepositFilter(), 10)
    code = re.fullmatch(form, deposit.public_id)
    assert code is not None
    assert code[1] == str(deposit.deposit_id)
    assert (deposit.provider_reference, deposit.status, deposit.method) == ("BCA-88", "succeeded", "manual")


async def test_topups_and_refunds_repeated(dsn: str, merchant: Any) -> None:
    """Under one reference once; another amount under it is refused; without a reference each is a new one."""
    member, of = await merchant.member(), ("--merchant", merchant.code)
    topup = ("members", "topup", str(member.member_id), "50000", *of)
    assert (await gerai(dsn, *topup, "--reference", "T-1"))[0] == 0
    code, out, _ = await gerai(dsn, *topup, "--reference", "T-1")
    assert (code, out.split(";")[0]) == (0, "T-1 is booked already: nothing is booked now")
    other = await gerai(dsn, "members", "topup", str(member.member_id), "60000", *of, "--reference", "T-1")
    booked = "gerai: T-1 was booked already, for a top-up with another amount or member: nothing is booked\n"
    assert other == (1, "", booked)
    assert await available(merchant, member) == 50_000_00
    assert (await gerai(dsn, *topup))[1].endswith("which has Rp100.000 now\n")

    view = await placed(merchant, "R-3")
    assert (await gerai(dsn, "payments", "confirm", "R-3", *of))[0] == 0
    for amount, left in (("50000", 50_000_00), ("", 150_000_00)):
        given = ("--amount", amount) if amount else ()
        refund = ("payments", "refund", "R-3", *given, *of, "--reference", f"back-{amount}")
        assert "is booked out" in (await gerai(dsn, *refund))[1]
        assert "is booked already: nothing more of" in (await gerai(dsn, *refund))[1]
        assert (await now(merchant, view)).order.refunded_sen == left
    assert await check(merchant.engine, merchant.merchant_id) == []


async def test_what_cannot_be_confirmed_or_cancelled(dsn: str, merchant: Any) -> None:
    """An order paid from its wallet has no invoice; a paid one is refunded, not cancelled; a method must exist."""
    member, of = await merchant.member(money_sen=1_000_000_00), ("--merchant", merchant.code)
    await placed(
        merchant, "W-1", "hold", member_id=member.member_id, account_id=member.wallets["production"],
    )  # fmt: skip
    await placed(merchant, "W-2")
    code, _, err = await gerai(dsn, "payments", "confirm", "W-1", *of)
    assert (code, err) == (1, "gerai: order W-1 has no invoice: it is paid from its member's wallet\n")
    code, _, err = await gerai(dsn, "payments", "confirm", "W-2", "--method", "nonsense", *of)
    assert code == 2
    assert "no such method: nonsense; one of manual, cash, other, bank_transfer" in err
    assert (await gerai(dsn, "payments", "confirm", "W-2", "--method", "cash", *of))[0] == 0
    code, _, err = await gerai(dsn, "orders", "cancel", "W-2", *of)
    assert (code, err) == (
        1, "gerai: W-2 is paid; cannot cancel it: gerai payments refund W-2 gives its money back\n",
    )  # fmt: skip
