"""`gerai payments payouts settle`: a gateway or an acquirer has paid out, many payments at once."""

from __future__ import annotations

from typing import Annotated

import typer

from gerai.cli.at_desk import EnvironmentOption, do_here
from gerai.cli.contract_names import PayerArgument, read_day
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import MerchantOption, with_settings
from gerai.cli.terminal import console, fail
from gerai.cli.values import read_amount
from gerai.domain.money import display
from gerai.domain.refusals import AmountMismatch, InputInvalid
from gerai.engine.acting import UNSAID
from gerai.engine.core import Engine
from gerai.engine.desk.acts.settle_payout import PayoutCame
from gerai.engine.desk.refusal_words import apart
from gerai.engine.desk.registry import Done
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.kit.clock import jakarta, real_now
from gerai.settings import Settings


def settle(
    whose: PayerArgument,
    amount: Annotated[str, typer.Option("--amount", help="What came into your account, 290000 or Rp290.000.")],
    reference: Annotated[str, typer.Option("--reference", help="The payout's; under the same one it is booked once.")],
    payments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PAYMENT...]", help="Of this payout, or orders' numbers, or top-ups' codes."),
    ] = None,
    fee: Annotated[str, typer.Option("--fee", help="All that was kept of these payments; else what is known.")] = "",
    day: Annotated[str, typer.Option("--day", help="All that was expected on this day, as the list says.")] = "",
    refunds: Annotated[
        list[int] | None, typer.Option("--refund", help="A refund that was taken off, as `refunds list --all` says.")
    ] = None,
    paid_on: Annotated[str, typer.Option("--date", help="The day on which it came; else today.")] = "",
    environment: EnvironmentOption = "production",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """It was paid out: the money is in your bank account, all of these payments or none."""
    one_of(environment, ENVIRONMENTS, "environment")
    amount_sen, fee_sen = read_amount(amount), read_amount(fee) if fee else None
    wanted, came_on = read_day(day) if day else None, read_day(paid_on) if paid_on else None
    if came_on is not None and came_on > jakarta(real_now()).date():
        fail(f"{came_on} is not yet: --date is the day on which the money came", 2)
    if not payments and wanted is None:
        fail("of which payments? Name them, or the --day on which they were expected", 2)
    if not reference.strip():
        fail("which payout is it? --reference says so", 2)
    given = PayoutCame(
        whose=whose, amount_sen=amount_sen, reference=reference, day=wanted, payments=tuple(payments or ()),
        fee_sen=fee_sen, refunds=tuple(refunds or ()), paid_on=came_on,
    )  # fmt: skip

    async def act(engine: Engine, settings: Settings) -> Done:
        merchant_id = await merchant_named(engine, merchant)
        here = one_of(environment, ENVIRONMENTS, "environment")
        try:
            return await do_here(engine, settings, merchant_id, here, "payouts.settle", given, UNSAID)
        except AmountMismatch as refusal:
            fail(_apart(refusal, fee_said=fee_sen is not None))
        except InputInvalid as refusal:
            # What is wrong names itself: no word for the field stands before it.
            fail("; ".join(text for texts in refusal.fields.values() for text in texts))

    _say(with_settings(act, data, settings_file))


def _say(done: Done) -> None:
    told = done.details
    if done.replayed:
        what = f"{told['reference']} is booked already: nothing is booked now"
        console.line(f"{what} / sudah dibukukan: tidak ada yang dibukukan lagi")
        return
    count = told["payments"]
    many = f"{count} payments are settled / {count} pembayaran dicairkan"
    console.line(
        f"{display(told['amount_sen'])} is booked, less a fee of {display(told['fee_sen'])}: "
        f"{many if count > 1 else '1 payment is settled / 1 pembayaran dicairkan'}"
    )


def _apart(refusal: AmountMismatch, *, fee_said: bool) -> str:
    """What should have come of these payments, and which fee would explain what did."""
    told = apart(refusal, fee_said=fee_said)
    kept_sen = refusal.fee_sen - (refusal.given_sen - refusal.right_sen)
    if kept_sen < 0:
        return told
    fee = f"--fee {kept_sen // 100}"
    return f"{told}; if it kept {display(kept_sen)} in all: {fee} / bila potongannya sebesar itu: {fee}"
