"""`gerai payments confirm`: money that arrived outside of Gerai, booked by whoever saw it."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from gerai.cli import payment_words
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import one_of
from gerai.cli.on_engine import MerchantOption, called, money_in, on_engine, operator
from gerai.cli.order_names import EnvironmentOption, payable_named
from gerai.cli.terminal import console, fail
from gerai.cli.top_ups import PaidArgument, confirm_deposit, deposit_named
from gerai.cli.values import read_amount
from gerai.domain.money import display
from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import StateConflict
from gerai.engine.core import Engine
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.resolve_late import DECISIONS
from gerai.kit.discover import plugin_names

#: Ways money comes outside of Gerai, and those the shop offers.
_METHODS: Final = ("manual", "cash", "other", *plugin_names("gerai.partners.payments"))


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
    """Book money that arrived outside of Gerai. The order is paid, by its open payment to an account of your own if
    that asks for this amount, and its other open payments are cancelled; a top-up is in its member's wallet."""
    given_sen = read_amount(amount) if amount else None
    if method:
        one_of(method, _METHODS, "method")

    async def act(engine: Engine) -> str:
        if (deposit := await deposit_named(engine, merchant, name, environment)) is not None:
            if method or second:
                fail("a top-up is paid once, the way its member chose; for other money: gerai members topup", 2)
            return await confirm_deposit(engine, deposit, given_sen, reference)
        view, named = await payable_named(engine, merchant, name, environment)
        payment = named or _chosen(view, given_sen, method, replayed=bool(reference) and not second)
        asked_sen = view.order.total_sen if payment is None else payment.asked_sen
        # Nothing is booked in part here: whoever mistyped an amount must notice.
        if given_sen is not None and given_sen != asked_sen:
            fail(payment_words.another_came(given_sen, asked_sen))
        public_id = f"manual-{engine.ids.next()}" if payment is None else payment.public_id
        command = RecordPayment(
            merchant_id=view.order.merchant_id,
            environment=view.order.environment,
            order_id=view.order.order_id,
            outcome="paid",
            payment_id=None if payment is None else payment.payment_id,
            public_id=public_id,
            method=method or "manual",
            by=operator(),
            reference=reference,
            second=second,
        )
        try:
            with called(name, view.order):
                booked = await money_in(engine, command, reference, f"order {view.order.order_id}")
                asked, decisions = display(asked_sen), "|".join(DECISIONS)
                return payment_words.confirmed(booked, asked, reference, public_id, decisions)
        except StateConflict as refusal:
            if refusal.verb != "pay again":
                raise
            had = "is paid already" if refusal.state != "late" else "has late money already"
            fail(
                f"order {view.order.number} {had}: nothing is booked; --second books money that came twice "
                "/ tidak ada yang dibukukan; --second untuk uang yang datang dua kali"
            )

    console.line(on_engine(act, data, settings_file))


def _chosen(view: OrderView, given_sen: int | None, method: str, *, replayed: bool) -> Payment | None:
    """The open payment into the seller's own account that asks for what arrived; None: not one does. ``replayed``: the
    command may be the same again, so one that it completed will do."""
    # What a gateway takes, a gateway reports: money beside it is another payment.
    own = [p for p in view.payments if p.receiving_id is not None and method in ("", p.method)]
    fit = [p for p in own if given_sen in (None, p.asked_sen)]
    open_ones = [p for p in fit if p.status == "processing"]
    chosen = open_ones or [p for p in fit if replayed and p.status == "completed"]
    return chosen[0] if len(chosen) == 1 else None
