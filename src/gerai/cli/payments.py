"""`gerai payments`: money that waits for a person."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import typer
from msgspec import UNSET

from gerai.cli import payment_words
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.money_acts import money_act, sent_back_by
from gerai.cli.names import merchant_named, no_such, one_of
from gerai.cli.on_engine import MerchantOption, on_engine, with_settings
from gerai.cli.order_names import EnvironmentOption, payment_named
from gerai.cli.order_words import leave_unless_payable, leave_while_in_work
from gerai.cli.terminal import Grid, console, fail, to_the_minute
from gerai.cli.top_ups import deposit_named, resolve_deposit
from gerai.cli.values import read_amount
from gerai.domain.money import display
from gerai.domain.records import Deposit, OrderView, Payment, RefundTask
from gerai.domain.refusals import StateConflict
from gerai.engine.command import Outcome
from gerai.engine.core import Engine
from gerai.engine.payments.find import WaitingMoney
from gerai.engine.payments.resolve_late import DECISIONS
from gerai.settings import Settings

payments = typer.Typer(no_args_is_help=True, help="Name accounts, confirm money, look after what waits for a person.")

NameArgument = Annotated[str, typer.Argument(metavar="PAYMENT", help="The payment, or the number of its order.")]
LateArgument = Annotated[
    str, typer.Argument(metavar="PAYMENT", help="The payment, the number of its order, or a top-up's code.")
]
NoteOption = Annotated[str, typer.Option("--note", help="Why; kept with the transfer.")]

_WAYS_BACK: Final[tuple[Literal["payer", "wallet"], ...]] = ("payer", "wallet")
_SHOWN: Final = 200


@payments.command("waiting")
def show_waiting(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """List what came late or of another amount, what was paid for undelivered orders, and refunds to send."""

    async def act(engine: Engine) -> tuple[list[WaitingMoney], list[Deposit]]:
        merchant_id = await merchant_named(engine, merchant)
        return await engine.payments.waiting(merchant_id, _SHOWN + 1), await engine.deposits.late(merchant_id, _SHOWN)

    found, top_ups = on_engine(act, data, settings_file)
    if not found and not top_ups:
        console.line("nothing waits / tidak ada yang menunggu")
        return
    grid = Grid(
        "payment", "order", "environment", "method", "amount", "why", "since (WIB)", "wallet", right=("amount",)
    )
    for one in found[:_SHOWN]:
        grid.add(
            one.payment, one.order_number or "top-up", one.environment, one.method, display(one.amount_sen),
            one.why, to_the_minute(one.since), "yes" if one.wallet else "",
        )  # fmt: skip
    for top_up in top_ups:
        grid.add(
            top_up.public_id, "top-up", top_up.environment, top_up.method, display(top_up.taken_sen),
            "late", to_the_minute(top_up.updated_at), "yes",
        )  # fmt: skip
    console.grid(grid)
    if len(found) > _SHOWN:
        console.line(
            f"the {_SHOWN} that wait longest are shown; there are more "
            f"/ hanya {_SHOWN} yang paling lama menunggu yang tampil; masih ada lagi"
        )
    console.line(
        "late / terlambat, other amount / jumlah lain: gerai payments resolve PAYMENT accept|refund|wallet; "
        "to send / dikirim: gerai payments refunds list; else / selain itu: gerai payments refund PAYMENT"
    )


@payments.command(epilog="Example: gerai payments resolve NO-1 accept --note 'still in stock' --merchant toko")
def resolve(
    name: LateArgument,
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="accept, refund or wallet.")],
    note: NoteOption = "",
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Decide about a late payment or top-up: it pays its order, goes back to the payer, or into the member's wallet."""
    decided = one_of(decision, DECISIONS, "decision")

    async def act(engine: Engine, settings: Settings) -> str:
        if (deposit := await deposit_named(engine, merchant, name, environment)) is not None:
            return await resolve_deposit(engine, settings, deposit, decided, note)
        payment = await payment_named(engine, merchant, name, environment, "late")
        here, given = (payment.merchant_id, payment.environment), {"id": payment.payment_id, "decision": decided}
        try:
            done = await money_act(engine, settings, *here, "payments.resolve", note, **given)
        except StateConflict as refusal:
            leave_unless_payable(refusal, payment)
            raise
        task = None if decided == "accept" else await sent_back_by(engine, payment.merchant_id, done)
        order = await _order_now(engine, payment)
        return payment_words.resolved(payment, decided, order, task)

    console.line(with_settings(act, data, settings_file))


@payments.command(epilog="Example: gerai payments refund NO-1 --amount 15000 --reference BCA-9 --merchant toko")
def refund(
    name: NameArgument,
    amount: Annotated[
        str, typer.Option("--amount", help="In whole rupiah, 15000 or Rp15.000; else all that is left.")
    ] = "",
    to: Annotated[str, typer.Option("--to", help="payer or wallet.")] = "payer",
    reference: Annotated[str, typer.Option("--reference", help="Under the same one money is given back once.")] = "",
    note: NoteOption = "",
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Give back what was paid, all of it or a part."""
    back = one_of(to, _WAYS_BACK, "way")
    asked_sen = read_amount(amount, above_zero=True) if amount else None

    async def act(engine: Engine, settings: Settings) -> tuple[Payment, int, Outcome[OrderView], RefundTask | None]:
        if (deposit := await deposit_named(engine, merchant, name, environment)) is not None:
            fail(payment_words.top_up_stays(deposit))
        # One that was given back whole may be asked about again, under the reference it was given back with.
        states = ("completed", "refunded") if reference else ("completed",)
        payment = await payment_named(engine, merchant, name, environment, *states)
        amount_sen = payment.amount_sen - payment.refunded_sen if asked_sen is None else asked_sen
        given: dict[str, Any] = {
            "id": payment.payment_id, "back_sen": UNSET if asked_sen is None else asked_sen, "to": back,
            "reference": reference,
        }  # fmt: skip
        here = (payment.merchant_id, payment.environment)
        try:
            done = await money_act(engine, settings, *here, "payments.refund", note, **given)
        except StateConflict as refusal:
            leave_while_in_work(refusal, refusal.id)
            raise
        view, task = await _order_now(engine, payment), await sent_back_by(engine, payment.merchant_id, done)
        return payment, amount_sen, Outcome(view, done.replayed), task

    payment, back_sen, outcome, task = with_settings(act, data, settings_file)
    if outcome.replayed:
        console.line(payment_words.went_back_before(payment, reference))
    else:
        inside = to == "wallet" or payment.method == "wallet"
        console.line(payment_words.went_back(payment, back_sen, inside=inside, task=task))
    console.line(payment_words.left_to_refund(outcome.answer, payment.payment_id))


async def _order_now(engine: Engine, payment: Payment) -> OrderView:
    """The payment's order as it is."""
    found = await engine.orders.by_id(payment.merchant_id, payment.order_id)
    return found or no_such("order", payment.order_id, [])
