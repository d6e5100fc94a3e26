"""`gerai payments payouts settle`: a gateway has paid out, many payments at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

import typer

from gerai.cli.at_desk import EnvironmentOption
from gerai.cli.contract_names import MeantContract, WhoseArgument, contract_meant, read_day
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import no_such
from gerai.cli.on_engine import MerchantOption, noted, on_engine, operator
from gerai.cli.terminal import console, fail
from gerai.cli.values import read_amount
from gerai.domain.money import display
from gerai.domain.payment_status import CAME
from gerai.domain.refusals import AmountMismatch
from gerai.engine.core import Engine
from gerai.engine.payouts.find import midnight
from gerai.engine.payouts.settle import SettledPayout, SettlePayout
from gerai.kit.clock import jakarta, real_now


def settle(
    whose: WhoseArgument,
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
    """A gateway has paid out: its money is in your account, all of these payments or none."""
    amount_sen, fee_sen = read_amount(amount), read_amount(fee) if fee else None
    wanted, came_on = read_day(day) if day else None, read_day(paid_on) if paid_on else None
    if came_on is not None and came_on > jakarta(real_now()).date():
        fail(f"{came_on} is not yet: --date is the day on which the money came", 2)
    if not payments and wanted is None:
        fail("of which payments? Name them, or the --day on which they were expected", 2)

    async def act(engine: Engine) -> SettledPayout:
        meant = await contract_meant(engine, merchant, whose, environment)
        contract = meant.contract
        command = SettlePayout(
            merchant_id=contract.merchant_id, environment=contract.environment, contract_id=contract.contract_id,
            reference=reference.strip(), amount_sen=amount_sen, fee_sen=fee_sen, payments=(), by=operator(),
            also=meant.ids[1:],
            paid_at=None if came_on is None else midnight(came_on),
        )  # fmt: skip
        if not payments and (known := await _booked(engine, command)) is not None:
            return known
        facts = await _parts(engine, meant, payments or [], wanted, refunds or [])
        return await _submit(engine, command, facts)

    done = on_engine(act, data, settings_file)
    payout = done.payout
    if not done.booked:
        what = f"{payout.reference} is booked already: nothing is booked now"
        console.line(f"{what} / sudah dibukukan: tidak ada yang dibukukan lagi")
        return
    many = f"{payout.payments} payments are settled / {payout.payments} pembayaran dicairkan"
    console.line(
        f"{display(payout.amount_sen)} is booked, less a fee of {display(payout.fee_sen)}: "
        f"{many if payout.payments > 1 else '1 payment is settled / 1 pembayaran dicairkan'}"
    )


@dataclass
class _Parts:
    """What a payout is made of. ``paid``: by each payment's id its order's, by a top-up's None. ``refunds``: by each
    task's id the same, and of which payment or top-up."""

    paid: dict[int, int | None] = field(default_factory=dict[int, "int | None"])
    refunds: dict[int, tuple[int | None, int]] = field(default_factory=dict[int, "tuple[int | None, int]"])

    @property
    def fields(self) -> dict[str, Any]:
        """As the command names them."""
        return {
            "payments": tuple((order_id, one) for one, order_id in self.paid.items() if order_id is not None),
            "deposits": tuple(one for one, order_id in self.paid.items() if order_id is None),
            "refunds": tuple((order_id, task) for task, (order_id, _) in self.refunds.items() if order_id is not None),
            "deposit_refunds": tuple((own, task) for task, (order_id, own) in self.refunds.items() if order_id is None),
        }


async def _booked(engine: Engine, command: SettlePayout) -> SettledPayout | None:
    """The payout of this reference, where a day stands for its payments, which are on no list any more."""
    known = await engine.payouts.by_reference(command.merchant_id, command.contract_id, command.reference)
    if known is None:
        return None
    if known.amount_sen != command.amount_sen or command.fee_sen not in (None, known.fee_sen):
        fail(
            f"{known.reference} is booked already, with {display(known.amount_sen)} less a fee of "
            f"{display(known.fee_sen)}: nothing is booked"
        )
    return SettledPayout(known, booked=False)


async def _parts(
    engine: Engine, meant: MeantContract, names: list[str], day: date | None, tasks: list[int]
) -> dict[str, Any]:
    """The payments and refunds that are meant, as the command names them."""
    contract, ids = meant
    parts = _Parts()
    if day is not None:
        found = await engine.payouts.expected(contract.merchant_id, contract.environment, real_now())
        mine = [one for one in found if any(payment.contract_id in ids for payment in one.payments)]
        fit = [one for one in mine if one.day == day]
        if not fit and not names:
            days = [one.day for one in mine]
            no_such(f"payout of {contract.gateway} expected on", day, days, "gerai payments payouts list")
        for payout in fit:
            for one in payout.payments:
                if one.contract_id in ids:
                    parts.paid[one.payment_id] = one.order_id
            for refund in payout.refunds:
                if refund.contract_id in ids:
                    parts.refunds[refund.task_id] = (refund.order_id, refund.payment_id)
    for name in dict.fromkeys(names):
        parts.paid |= await _named(engine, meant, name)
    for task in tasks:
        listed = await engine.payments.refund(contract.merchant_id, task)
        if listed is None:
            fail(f"no such refund: {task}; see gerai payments refunds list --all: nothing is booked")
        parts.refunds[task] = (listed.task.order_id, listed.task.payment_id)
    return parts.fields


async def _named(engine: Engine, meant: MeantContract, name: str) -> dict[int, int | None]:
    """The payments that somebody means by an id, an order's number or a top-up's code, as :attr:`_Parts.paid`."""
    contract, ids = meant
    named = await engine.payments.named(contract.merchant_id, name)
    mine = [one for one in named if one.contract_id in ids]
    known = await engine.payouts.named(contract.merchant_id, contract.environment, ids, [name])
    top_ups = [one.payment_id for one in known if one.order_id is None]
    if not mine and not top_ups:
        fail(f"{name} is no payment that {contract.gateway} took: nothing is booked")
    came = [one for one in mine if one.status in CAME]
    return {one.payment_id: one.order_id for one in came or mine} | dict.fromkeys(top_ups)


async def _submit(engine: Engine, command: SettlePayout, parts: dict[str, Any]) -> SettledPayout:
    """Leaves with what should have come, where the sums differ."""
    names = {name: getattr(command, name) for name in SettlePayout.__struct_fields__}
    try:
        return (await noted(engine.submit(SettlePayout(**(names | parts))))).answer
    except AmountMismatch as refusal:
        fail(_apart(refusal, len(parts["payments"]) + len(parts["deposits"]), fee_said=command.fee_sen is not None))


def _apart(refusal: AmountMismatch, count: int, *, fee_said: bool) -> str:
    """What should have come of so many payments, and which fee would explain what did."""
    less = f"a fee of {display(refusal.fee_sen)}" if fee_said else "what is known of its fee"
    if refusal.refunded_sen:
        less += f" and {display(refusal.refunded_sen)} given back"
    apart_sen = refusal.given_sen - refusal.right_sen
    more = "more" if apart_sen > 0 else "less"
    make = "this payment makes" if count == 1 else f"these {count} payments make"
    told = (
        f"with {less} {make} {display(refusal.right_sen)}, not {display(refusal.given_sen)}, "
        f"which is {display(abs(apart_sen))} {more}: nothing is booked"
    )
    kept_sen = refusal.fee_sen - apart_sen
    if kept_sen < 0:
        return told
    fee = f"--fee {kept_sen // 100}"
    return f"{told}; if it kept {display(kept_sen)} in all: {fee} / bila potongannya sebesar itu: {fee}"
