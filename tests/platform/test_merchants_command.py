"""`gerai merchants`: settings are shown, changed and checked at the terminal."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import typer
from terminal_kit import gerai

from gerai.app import MERCHANT_SETTINGS
from gerai.cli.names import merchant_named
from gerai.engine.core import Engine
from gerai.engine.merchants.open import change_settings, open_merchant


async def test_settings_from_shown_to_reset(dsn: str, merchant: Any) -> None:
    """All settings are shown; a change is in force in a running server within a second; a reset gives the default."""
    of = ("--merchant", merchant.code)
    code, listed, _ = await gerai(dsn, "merchants", "list")
    assert (code, merchant.code in listed.split()) == (0, True)
    code, out, _ = await gerai(dsn, "merchants", "set", "payment_fees", '{"va": {"fixed_rupiah": 4000}}', *of)
    assert (code, out) == (0, 'payment_fees = {"va":{"percent_bp":0,"fixed_rupiah":4000}}\n')
    code, out, _ = await gerai(dsn, "merchants", "set", "late_payment", "hold", *of)
    assert (code, out) == (0, 'late_payment = "hold"\n')
    settings = merchant.engine.directory.merchant(merchant.merchant_id).settings
    assert (settings.late_payment, settings.payment_fees["va"].fixed_rupiah) == ("hold", 4000)
    code, shown, _ = await gerai(dsn, "merchants", "settings", *of)
    declared = MERCHANT_SETTINGS.by_name
    rows = {line.split()[0]: line for line in shown.splitlines() if line.split()[0] in declared}
    assert (code, set(rows)) == (0, set(declared))
    assert '"hold"' in rows["late_payment"]
    assert [name for name, row in rows.items() if " default " not in row] == ["late_payment", "payment_fees"]
    code, out, _ = await gerai(dsn, "merchants", "reset", "late_payment", *of)
    assert (code, out) == (0, 'late_payment = "accept"\n')
    assert merchant.engine.directory.merchant(merchant.merchant_id).settings.late_payment == "accept"


async def test_what_does_not_fit_is_refused(dsn: str, merchant: Any) -> None:
    """An unknown name, an unfit value and a partner nobody has get one sentence and exit code 2; nothing changes."""
    await change_settings(merchant.engine, merchant.merchant_id, {"robux_rate_sen": 15_000})
    before = merchant.engine.directory.merchant(merchant.merchant_id).chosen
    for name, value, said in (
        ("robux_rate", "1", "no such setting: robux_rate (did you mean robux_rate_sen?); one of late_payment, "),
        ("robux_rate_sen", "-1", "robux_rate_sen: a number is 0 or more"),
        ("robux_rate_sen", "much", "robux_rate_sen: a whole number is needed, not a text"),
        ("late_payment", "later", "late_payment: no such value: later; one of accept, wallet, refund, hold; it takes"),
        ("payment_fees", "{va: 4000}", "payment_fees: {va: 4000} is no valid JSON"),
        (
            "payment_fees",
            '{"va": {"fixed": 1}}',
            "payment_fees: no such field: fixed (did you mean fixed_rupiah?); one of ",
        ),
        ("payment_fees", '{"vaa": {"fixed_rupiah": 1}}', "no such payment method: vaa (did you mean va?); one of "),
        ("leuwongrr_provider", "nobody", "no such provider: nobody; one of manual, simulator"),
        (
            "leuwongrr_payment_methods",
            '["va-bca", "va-xyz"]',
            "no such payment method: va-xyz; one of bank-transfer-bca, ",
        ),
    ):
        code, out, err = await gerai(dsn, "merchants", "set", name, "--merchant", merchant.code, "--", value)
        assert (code, out) == (2, "")
        assert said in " ".join(err.split())
    assert merchant.engine.directory.merchant(merchant.merchant_id).chosen == before


async def test_the_reference_page_is_printed(dsn: str) -> None:
    """`gerai merchants reference` prints the page, with what dialects declare."""
    code, out, _ = await gerai(dsn, "merchants", "reference")
    assert (code, out) == (0, MERCHANT_SETTINGS.reference())
    assert "| `robux_rate_sen` | `0` | 0 … 10000000 |" in out


async def test_a_value_that_begins_with_a_minus_is_a_value(dsn: str, merchant: Any) -> None:
    """`set NAME -5` says what is wrong with -5; it is not taken for an unknown option."""
    code, out, err = await gerai(dsn, "merchants", "set", "robux_rate_sen", "-5", "--merchant", merchant.code)
    assert (code, out) == (2, "")
    assert "robux_rate_sen: a number is 0 or more; it takes 0 … 10000000" in " ".join(err.split())


async def test_one_of_several_merchants_must_be_named(dsn: str, merchant: Any) -> None:
    """No command picks a merchant by itself where there are several; a wrong code names those there are."""
    await open_merchant(merchant.engine, f"{merchant.code}-two", "Second")
    for command in (("merchants", "settings"), ("webhooks", "list"), ("payments", "waiting"), ("keys", "list")):
        code, out, err = await gerai(dsn, *command)
        assert (code, out) == (2, "")
        assert "there are several merchants: name one with --merchant (" in " ".join(err.split())
        assert merchant.code in err
    code, out, err = await gerai(dsn, "webhooks", "list", "--merchant", "nobody-here")
    assert (code, out) == (1, "")
    assert "no such merchant: nobody-here; one of " in " ".join(err.split())


async def test_the_only_merchant_need_not_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one merchant that one is meant; with none the command says so."""
    engine = Engine("postgresql://nowhere")
    only = SimpleNamespace(code="toko", merchant_id=7)
    monkeypatch.setattr(engine.directory, "merchants", lambda: [only])
    assert await merchant_named(engine, "") == 7
    monkeypatch.setattr(engine.directory, "merchants", list)
    with pytest.raises(typer.Exit):
        await merchant_named(engine, "")


async def test_a_state_nobody_knows_is_refused(dsn: str, merchant: Any) -> None:
    """`webhooks log --state bogus` lists the states there are instead of an empty log; ids are positive."""
    code, out, err = await gerai(dsn, "webhooks", "log", "--state", "bogus", "--merchant", merchant.code)
    said = " ".join(err.replace("│", " ").split())
    assert (code, out) == (2, "")
    assert "no such state: bogus; one of pending, delivered, failed, dropped" in said
    code, out, _ = await gerai(dsn, "webhooks", "show", "0", "--merchant", merchant.code)
    assert (code, out) == (2, "")
