"""`gerai merchants`: settings are shown, changed and checked at the terminal."""

from __future__ import annotations

from typing import Any

from terminal_kit import gerai

from gerai.engine.merchants.open import change_settings
from gerai.merchant_settings import DECLARED


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
    rows = {line.split()[0]: line for line in shown.splitlines() if line.split()[0] in DECLARED}
    assert (code, set(rows)) == (0, set(DECLARED))
    assert '"hold"' in rows["late_payment"]
    assert [name for name, row in rows.items() if " default " not in row] == ["late_payment", "payment_fees"]
    code, out, _ = await gerai(dsn, "merchants", "reset", "late_payment", *of)
    assert (code, out) == (0, 'late_payment = "accept"\n')
    assert merchant.engine.directory.merchant(merchant.merchant_id).settings.late_payment == "accept"


async def test_what_does_not_fit_is_refused(dsn: str, merchant: Any) -> None:
    """An unknown name, an unfit value and a partner nobody has get one sentence and exit code 2; nothing changes."""
    await change_settings(merchant.engine, merchant.merchant_id, {"robux_rate_sen": 15_000})
    before = merchant.engine.directory.merchant(merchant.merchant_id).settings
    for name, value, said in (
        ("robux_rate", "1", "robux_rate: no such setting; known: late_payment"),
        ("robux_rate_sen", "-1", "robux_rate_sen: Expected `int` >= 0"),
        ("robux_rate_sen", "much", "robux_rate_sen: Expected `int`, got `str`"),
        ("late_payment", "later", "late_payment: Invalid enum value 'later'"),
        ("payment_fees", '{"va": {"fixed": 1}}', "unknown field `fixed` - at `$[...]`"),
        ("payment_fees", '{"vaa": {"fixed_rupiah": 1}}', "payment_fees: no such partner: vaa; known: "),
        ("leuwongrr_provider", "nobody", "leuwongrr_provider: no such partner: nobody; known: manual, simulator"),
        ("leuwongrr_payment_methods", '["va-bca", "va-xyz"]', "no such partner: va-xyz; known: "),
    ):
        code, out, err = await gerai(dsn, "merchants", "set", name, "--merchant", merchant.code, "--", value)
        assert (code, out) == (2, "")
        assert said in " ".join(err.split())
    assert merchant.engine.directory.merchant(merchant.merchant_id).settings == before
