"""`gerai payments confirm`: money that arrived outside of Gerai, booked by whoever saw it."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer
from msgspec import UNSET

from gerai.cli import payment_words
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.meant_payment import leave_unclear
from gerai.cli.money_acts import booked_once, money_act
from gerai.cli.names import one_of
from gerai.cli.on_engine import MerchantOption, called, with_settings
from gerai.cli.order_names import EnvironmentOption, payable_named
from gerai.cli.terminal import console, fail
from gerai.cli.top_ups import PaidArgument, confirm_deposit, deposit_named
from gerai.cli.values import read_amount
from gerai.domain.money import display
from gerai.domain.refusals import StateConflict
from gerai.engine.command import Outcome
from gerai.engine.core import Engine
from gerai.engine.desk.money import OUTSIDE
from gerai.engine.payments.meant import Said, Unclear, meant
from gerai.kit.discover import plugin_names
from gerai.settings import Settings

#: Ways money comes outside of Gerai, and those the shop offers.
_METHODS: Final = (*OUTSIDE, *plugin_names("gerai.partners.payments"))


def confirm(
    name: PaidArgument,
    amount: Annotated[str, typer.Option("--amount", help="What arrived, 15000 or Rp15.000; else what was asked.")] = "",
    method: Annotated[str, typer.Option("--method", help=f"How, if not as was chosen: {', '.join(_METHODS)}.")] = "",
    reference: Annotated[
        str, typer.Option("--reference", help="The bank's; under the same one money is booked once, for one thing.")
    ] = "",
    second: Annotated[bool, typer.Option("--second", help="Money came already, and this is more of it.")] = False,
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Book money that arrived outside of Gerai. The order is paid, by its payment to an account of your own that asks
    for this amount, also one that ended, and its open payments are cancelled; a top-up is in its member's wallet.

    Where its payer was asked for more than the price, the price alone is booked with --method cash only."""
    given_sen = read_amount(amount) if amount else None
    if method:
        one_of(method, _METHODS, "method")

    async def act(engine: Engine, settings: Settings) -> str:
        if (deposit := await deposit_named(engine, merchant, name, environment)) is not None:
            if method or second:
                fail("a top-up is paid once, the way its member chose; for other money: gerai members topup", 2)
            return await confirm_deposit(engine, settings, deposit, given_sen, reference)
        view, named = await payable_named(engine, merchant, name, environment)
        said = Said(given_sen, method, second=second, again=bool(reference))
        payment = named or meant(view, said)
        if isinstance(payment, Unclear):
            leave_unclear(view, payment)
        asked_sen = view.order.total_sen if payment is None else payment.asked_sen
        # Nothing is booked in part here: whoever mistyped an amount must notice.
        if named is not None and given_sen not in (None, asked_sen):
            fail(payment_words.another_came(given_sen or 0, asked_sen))
        order = view.order
        given: dict[str, Any] = {
            "id": order.order_id if payment is None else payment.payment_id,
            "came_sen": UNSET if given_sen is None else given_sen,
            "how": method,
            "reference": reference,
            "second": second,
        }
        here = (order.merchant_id, order.environment)
        try:
            with called(name, order):
                async with booked_once(engine, *here, reference, f"order {order.order_id}"):
                    done = await money_act(engine, settings, *here, "payments.confirm", "", **given)
        except StateConflict as refusal:
            if refusal.verb != "pay again":
                raise
            fail(payment_words.came_before(view, late=refusal.state == "late"))
        booked = Outcome(await engine.orders.as_now(order), done.replayed)
        return payment_words.confirmed(booked, display(asked_sen), reference, done.details.get("payment", ""))

    console.line(with_settings(act, data, settings_file))
