"""Values at the terminal: negative numbers, JSON, amounts: read or refused for what they are, never as options."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from terminal_kit import gerai_here

from gerai.engine.merchants.open import change_settings
from gerai.engine.orders.place import NewLine, PlaceOrder
from gerai.engine.payments.record import RecordPayment

GATEWAY = ("payments", "gateways", "add", "midtrans", "sandbox")
IMPORT = ("payments", "arrivals", "import", "list.csv", "--account", "1")


async def said(dsn: str, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and complaints, without the frame typer draws around some."""
    code, out, err = await gerai_here(dsn, *arguments)
    return code, out, " ".join(err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("merchants", "set", "robux_rate_sen", "-5"), 2, "a number is 0 or more; it takes 0 … 10000000"),
        (("merchants", "set", "--merchant", "M", "robux_rate_sen", "-5"), 2, "robux_rate_sen: a number is 0 or more"),
        (("merchants", "reset", "-5"), 2, "no such setting: -5; one of late_payment, "),
        (("members", "topup", "22", "-5"), 2, "not an amount in whole rupiah: -5; write 15000"),
        (("members", "topup", "22", "-5.000", "--note", "-1"), 2, "not an amount in whole rupiah: -5.000; write 15000"),
        (("members", "topup", "-22", "5000"), 1, "no such member with a wallet in production: -22; there is none yet"),
        (("keys", "revoke", "-5"), 1, "no such key: -5; there is none yet"),
        (("keys", "create", "leuwongrr", "--member", "-5"), 1, "no such member of leuwongrr in sandbox: -5; there is"),
        (("orders", "show", "-5"), 1, "no such order: -5; there is none yet"),
        (("orders", "complete", "-5", "--failed", "1"), 1, "no such order: -5; there is none yet"),
        (("orders", "complete", "5", "--failed", "-1"), 2, "greater than or equal to 0"),
        (("payments", "refund", "P", "--amount", "-5"), 2, "not an amount in whole rupiah: -5; write 15000"),
        (("payments", "confirm", "-7", "--amount=-5"), 2, "not an amount in whole rupiah: -5; write 15000"),
        (("payments", "accounts", "add", "qris", "=x"), 2, "=: each of these stands once, as NAME=VALUE (bank_tr"),
        (("payments", "accounts", "add", "qris", "code"), 2, "code: each of these stands once, as NAME=VALUE"),
        (("payments", "accounts", "add", "qris", "mode= "), 2, "mode is empty: give it a value, or leave it out"),
        (("payments", "accounts", "add", "qris", "mode=a", "mode=b"), 2, "mode=: each of these stands once, as NAME"),
        ((*IMPORT, "=x"), 2, "=: each of these stands once, as WHAT=COLUMN (date=…, "),
        ((*IMPORT, "date"), 2, "date: each of these stands once, as WHAT=COLUMN"),
        ((*IMPORT, "date= "), 2, "date is empty: give it a value, or leave it out"),
        ((*IMPORT, "date=a", "date=b"), 2, "date=: each of these stands once, as WHAT=COLUMN"),
        ((*IMPORT, "day=a"), 2, "day=: each of these stands once, as WHAT=COLUMN"),
        ((*GATEWAY, "direct_refund=a", "direct_refund=b"), 2, "direct_refund=: each of these stands once, as NAME=VAL"),
        ((*GATEWAY, "direct_refund= "), 2, "direct_refund is empty: give it a value, or leave it out"),
        ((*GATEWAY, "colour=a"), 2, "colour=: each of these stands once, as NAME=VALUE"),
        (("webhooks", "show", "-5"), 2, "Invalid value for 'DELIVERY': Input should be greater than or equal to 1"),
        (("webhooks", "enable", "-5"), 2, "Invalid value for 'ENDPOINT': Input should be greater than or equal to 1"),
        (("webhooks", "log", "--limit", "-5"), 2, "greater than or equal to 1"),
    ],
)  # fmt: skip
async def test_a_negative_number_is_a_value(
    dsn: str, merchant: Any, arguments: tuple[str, ...], code: int, text: str
) -> None:
    """Wherever a value may stand: what is wrong is said of the value; it is never "No such option"."""
    given = [merchant.code if word == "M" else word for word in arguments]
    of = () if "M" in arguments else ("--merchant", merchant.code)
    answer = await said(dsn, *given, *of)
    assert answer[:2] == (code, "")
    assert text in answer[2]
    assert "No such option" not in answer[2]


async def test_a_key_among_the_values_is_not_repeated(dsn: str) -> None:
    """Keys are asked for and never shown: one that stands among the names is refused without it."""
    for given in ("secret_server_key=hush-hush", "secret_server_key=hush-hush=1", "key=hush-hush"):
        code, out, err = await said(dsn, *GATEWAY, given)
        assert (code, out, "keys are asked for" in err, "hush" in err) == (2, "", True, False), err


async def test_what_follows_a_negative_number_is_still_read(dsn: str, merchant: Any) -> None:
    """Options behind it count; a mistyped one is named with the one that was meant."""
    answer = await said(dsn, "merchants", "set", "late_payment", "-5", "--merchant", merchant.code)
    assert answer[0] == 2
    assert "late_payment: no such value: -5; one of accept, wallet, refund, hold; it takes" in answer[2]
    answer = await said(dsn, "merchants", "set", "late_payment", "-5", "--mercant", merchant.code)
    assert answer[:2] == (2, "")
    assert "No such option: --mercant (Possible options: --merchant)" in answer[2]
    assert merchant.engine.directory.merchant(merchant.merchant_id).settings.late_payment == "accept"


async def test_another_value_with_a_minus_says_how_it_is_given(dsn: str, merchant: Any) -> None:
    """A word that could be an option is none of ours to guess: the sentence says what works, and it works."""
    of = ("--merchant", merchant.code)
    answer = await said(dsn, "merchants", "set", "leuwongrr_provider", "-x", *of)
    assert answer[:2] == (2, "")
    assert (
        "No such option: -x. A value that begins with - stands behind --, after all options: gerai … -- VALUE"
        in answer[2]
    )
    answer = await said(dsn, "merchants", "set", *of, "leuwongrr_provider", "--", "-x")
    assert (answer[0], answer[2].startswith("gerai: leuwongrr_provider: ")) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("merchants", "set", "payment_fees", "{va: 4000}"), "payment_fees: {va: 4000} is no valid JSON"),
        (("merchants", "set", "payment_fees", "{va:", "4000}"), "Got unexpected extra argument(s) (4000})."),
        (("orders", "complete", "J-1", "--result", "{code: 77}"), "{code: 77} is no valid JSON"),
        (("orders", "complete", "J-1", "--result", "[1,"), "[1, is no valid JSON"),
        (("orders", "complete", "J-1", "--result", "{code:", "77}"), "Got unexpected extra argument(s) (77})."),
    ],
)  # fmt: skip
async def test_json_that_the_shell_took_apart(dsn: str, merchant: Any, arguments: tuple[str, ...], text: str) -> None:
    """What begins like JSON and is none is refused with how it is quoted; nothing is kept as a text instead."""
    answer = await said(dsn, *arguments, "--merchant", merchant.code)
    assert answer[:2] == (2, "")
    assert text in answer[2]
    example = '{"code": "1234"}' if "orders" in arguments else '{"va": {"fixed_rupiah": 4000}}'
    assert f"between single quotes, or the shell takes it apart: '{example}'" in answer[2]
    assert merchant.engine.directory.merchant(merchant.merchant_id).settings.payment_fees == {}


async def test_amounts_and_times_as_the_pages_show_them(dsn: str, merchant: Any) -> None:
    """Rp15.000 is read and written; what waits and what happened carries Jakarta time, and says so."""
    engine, of = merchant.engine, ("--merchant", merchant.code)
    await change_settings(engine, merchant.merchant_id, {"late_payment": "hold"})
    member = await merchant.member()
    answer = await said(dsn, "members", "topup", str(member.member_id), "Rp1.250.000", *of)
    assert answer == (
        0, f"Rp1.250.000 is in the wallet of member {member.member_id}, which has Rp1.250.000 now\n", "",
    )  # fmt: skip
    order_id = engine.ids.next()
    owner = {"merchant_id": merchant.merchant_id, "environment": "production"}
    await engine.submit(
        PlaceOrder(
            **owner, channel="test", key_id=None, order_id=order_id, public_id=f"o{order_id}", number="V-1",
            secret=f"s{order_id}", lines=(NewLine("thing", 1, "Thing", 1, 3_333_00, 3_333_00),), total_sen=3_333_00,
            funding="invoice",
        )
    )  # fmt: skip
    for number, arguments in (("1", ("--amount", "Rp3.333")), ("2", ("--second", "--amount", "3333"))):
        code, out, _ = await said(dsn, "payments", "confirm", "V-1", "--reference", number, *arguments, *of)
        assert (code, out.split(" ")[0]) == (0, "Rp3.333")
    before = datetime.now(UTC)
    _, listed, _ = await said(dsn, "payments", "waiting", *of)
    titles, row, *_ = listed.splitlines()
    assert "since (WIB)" in titles
    wib = [f"{before + timedelta(hours=7) - timedelta(minutes=ago):%Y-%m-%d %H:%M}" for ago in (0, 1, 2)]
    assert any(at in row for at in wib)
    assert " Rp3.333 " in row
    _, shown, _ = await said(dsn, "orders", "show", "V-1", *of)
    events = [line for line in shown.splitlines() if "  order." in line or ("  payment." in line and "WIB" in line)]
    assert events
    assert all(line[19:23] == " WIB" and line[:13] in {at[:13] for at in wib} for line in events)
    assert "_sen=" not in shown
    assert "333300" not in shown


async def test_an_amount_two_readers_read_differently_books_nothing(dsn: str, merchant: Any) -> None:
    """A dot or comma that may be thousands or sen: refused with the form that is read; no money moves."""
    engine, order_id = merchant.engine, merchant.engine.ids.next()
    await engine.submit(
        PlaceOrder(
            merchant_id=merchant.merchant_id, environment="production", channel="test", key_id=None, order_id=order_id,
            public_id=f"o{order_id}", number="V-2", secret=f"s{order_id}", funding="invoice", total_sen=3_333_00,
            lines=(NewLine("thing", 1, "Thing", 1, 3_333_00, 3_333_00),),
        )
    )  # fmt: skip
    of = ("--merchant", merchant.code)
    for amount in ("3.333", "3,333", "Rp3.333,50", "Rp 3.333", "3333.50", "Rp3,333"):
        code, out, err = await said(dsn, "payments", "confirm", "V-2", "--amount", amount, *of)
        assert (code, out) == (2, "")
        assert err == f"gerai: not an amount in whole rupiah: {amount}; write 15000 or Rp15.000"
    [view] = await engine.orders.named(merchant.merchant_id, "V-2")
    assert (view.order.status, view.payments) == ("pending", ())
    await engine.submit(
        RecordPayment(
            merchant_id=merchant.merchant_id, environment="production", order_id=order_id, outcome="paid",
            public_id="V-2-paid", method="cash",
        )
    )  # fmt: skip
    code, out, err = await said(dsn, "payments", "refund", "V-2", "--amount", "3.333", *of)
    assert (code, out, "not an amount in whole rupiah: 3.333" in err) == (2, "", True)
    [view] = await engine.orders.named(merchant.merchant_id, "V-2")
    assert [payment.refunded_sen for payment in view.payments] == [0]


async def test_an_amount_is_the_same_however_it_is_written(dsn: str, merchant: Any) -> None:
    """Repeated under one reference as `Rp1.000` instead of `1000`, a refund is booked already, and not booked again."""
    engine, order_id = merchant.engine, merchant.engine.ids.next()
    names = {"merchant_id": merchant.merchant_id, "environment": "production"}
    await engine.submit(
        PlaceOrder(
            **names, channel="test", key_id=None, order_id=order_id, public_id=f"o{order_id}", number="V-3",
            secret=f"s{order_id}", funding="invoice", total_sen=3_000_00,
            lines=(NewLine("thing", 1, "Thing", 1, 3_000_00, 3_000_00),),
        )
    )  # fmt: skip
    paid = RecordPayment(**names, order_id=order_id, outcome="paid", public_id=f"V-3-{order_id}", method="cash")
    await engine.submit(paid)
    printed: list[str] = []
    for amount in ("1000", "Rp1.000", "1000.00", "Rp1000"):
        arguments = ("V-3", "--amount", amount, "--reference", "BCA-9", "--merchant", merchant.code)
        code, out, err = await said(dsn, "payments", "refund", *arguments)
        assert (code, err) == (0, "")
        printed.append(out)
    assert printed[0].startswith(f"V-3-{order_id}: Rp1.000 is booked out. ")
    assert all(out.startswith("BCA-9 is booked already: ") for out in printed[1:])
    [view] = await engine.orders.named(merchant.merchant_id, "V-3")
    assert [payment.refunded_sen for payment in view.payments] == [1_000_00]
