"""`gerai orders`: look at orders, and finish, fail or cancel those that wait for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

import typer

from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import MerchantOption, called, on_engine, operator
from gerai.cli.order_names import EnvironmentOption, order_named
from gerai.cli.order_words import became, fact, leave_with_advice, money_words
from gerai.cli.terminal import Grid, console, fail, to_the_minute, to_the_second
from gerai.cli.values import read_result
from gerai.domain.money import display, parse_rupiah
from gerai.domain.records import OrderView
from gerai.domain.refusals import StateConflict
from gerai.domain.states import ORDER
from gerai.engine.arrivals.take import candidates
from gerai.engine.core import Engine
from gerai.engine.fulfilment.finish import FinishOrder
from gerai.engine.gateways.follow import faults_of
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.find import EventEntry
from gerai.engine.standing import AFTER

orders = typer.Typer(no_args_is_help=True, help="Look at orders; finish, fail or cancel those that wait for people.")

NameArgument = Annotated[str, typer.Argument(metavar="ORDER", help="Its number, or the identifier its counter shows.")]
TextArgument = Annotated[str, typer.Argument(metavar="TEXT", help="A number, name, e-mail, telephone, receipt …")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; its buyer may read it.")]
#: From the names of an order (merchant, environment, id) and the number of its items, what to submit.
Command = Callable[[dict[str, Any], int], FinishOrder | CancelOrder]

_OPEN: Final[tuple[str, ...]] = ("draft", "pending", "confirmed", "processing", "ready", "shipped")
_STATES: Final[tuple[str, ...]] = tuple(sorted(ORDER.states))
_SHOWN: Final = 200


@orders.command("list", epilog="Example: gerai orders list --status processing --merchant toko")
def show_orders(
    status: Annotated[str, typer.Option("--status", help=f"{', '.join(_STATES)}; or all; else the open ones.")] = "",
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """List orders of all counters, newest first."""
    usual = {"": _OPEN, "all": _STATES}.get(status)
    states = [*usual] if usual else [one_of(status, [*_STATES], "state")]
    environments = _environments(environment)

    async def act(engine: Engine) -> list[OrderView]:
        return await engine.orders.of_merchant(await merchant_named(engine, merchant), environments, states, _SHOWN)

    _table(on_engine(act, data, settings_file))


@orders.command("find", epilog="Example: gerai orders find 0812-3456-789 --merchant toko")
def find_orders(
    text: TextArgument,
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Find orders of all counters by what their buyers know of them, newest first.

    Numbers, references, e-mails and words of a name by how they begin; a telephone by six digits of its beginning or
    end; VA numbers, payments and receipts whole; and by the amount that came into an account of your own."""
    places = _environments(environment)

    async def act(engine: Engine) -> tuple[list[OrderView], list[str]]:
        merchant_id = await merchant_named(engine, merchant)
        asking, top_ups = await _asking(engine, merchant_id, text)
        known = {view.order.order_id for view in asking}
        found = await engine.orders.search(merchant_id, places, text, _SHOWN)
        return asking + [view for view in found if view.order.order_id not in known], top_ups

    views, top_ups = on_engine(act, data, settings_file)
    if not views and not top_ups:
        fail(f"no order is found by {text}")
    if views:
        _table(views)
    for code in top_ups:
        console.line(f"top-up {code} asks for {text}: gerai payments confirm {code}")


async def _asking(engine: Engine, merchant_id: int, text: str) -> tuple[list[OrderView], list[str]]:
    """The orders, and the codes of the top-ups, that ask for this amount in an account of the seller's own."""
    try:
        amount_sen = parse_rupiah(text)
    except ValueError:
        return [], []
    accounts = engine.directory.merchant(merchant_id).receiving
    found = [await candidates(engine, merchant_id, account.receiving_id, amount_sen) for account in accounts]
    named = [one for some in found for one in some]
    views = await engine.orders.by_ids(merchant_id, [one.order_id for one in named if one.order_id is not None])
    return views, [one.name for one in named if one.deposit_id is not None]


def _environments(environment: str) -> list[str]:
    return [one_of(environment, ENVIRONMENTS, "environment")] if environment else [*ENVIRONMENTS]


def _table(views: list[OrderView]) -> None:
    grid = Grid("order", "counter", "environment", "state", "total", "paid", "placed (WIB)", right=("total", "paid"))
    for view in views:
        order = view.order
        grid.add(
            order.number, order.channel, order.environment, order.status, display(order.total_sen),
            display(order.kept_sen), to_the_minute(order.created_at),
        )  # fmt: skip
    console.grid(grid)


@orders.command("show", epilog="Example: gerai orders show INV20261129080000123 --merchant toko")
def show_order(
    name: NameArgument,
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Show an order: its money, its lines, and what happened to it (times of Jakarta)."""

    async def act(engine: Engine) -> tuple[OrderView, list[EventEntry], dict[int, str]]:
        view = await order_named(engine, merchant, name, environment)
        events = await engine.events.of_orders(view.order.merchant_id, [view.order.order_id])
        return view, events, await faults_of(engine, view)

    view, events, faults = on_engine(act, data, settings_file)
    order = view.order
    console.line(f"{order.number} ({order.channel}, {order.environment}) is {order.status}")
    console.line(f"total {display(order.total_sen)}: {money_words(order)}")
    for line in view.lines:
        console.line(f"  {line.quantity} x {line.name}: {display(line.total_sen)}")
    for payment in view.payments:
        fee_sen = payment.fee_sen + payment.merchant_fee_sen
        fee = f", fee {display(fee_sen)}" if fee_sen else ""
        asked_sen = payment.asked_instead_sen or payment.asked_sen
        fee += f", asked {display(asked_sen)}" if asked_sen != payment.amount_sen + payment.fee_sen else ""
        console.line(
            f"  payment {payment.public_id} ({payment.method}) is {payment.status}: {display(payment.amount_sen)}{fee}"
        )
        if payment.payment_id in faults:
            console.line(f"    {faults[payment.payment_id]}")
    for event in events:
        # How the order stood then is for announcements; here each event says what it changed.
        told = {key: value for key, value in event.facts.items() if key != AFTER and value not in ("", None)}
        facts = " ".join(fact(key, value) for key, value in told.items())
        console.line(f"{to_the_second(event.at)} WIB  {event.name}  {facts}")


@orders.command(epilog='Example: gerai orders complete 7319 --result \'{"code": "1234"}\' --failed 1 --merchant toko')
def complete(
    name: NameArgument,
    failed: Annotated[int, typer.Option("--failed", min=0, help="So many of its items could not be delivered.")] = 0,
    result: Annotated[str, typer.Option("--result", help="What its caller gets: JSON, a text, or @FILE.")] = "",
    unpaid: Annotated[bool, typer.Option("--unpaid", help="Give it away: it was never paid.")] = False,
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Finish an order by hand; held money is captured for what succeeded, the rest returns.

    One that was never paid is refused: confirm its payment first, or give it away with --unpaid.
    """
    given = read_result(result)

    def command(names: dict[str, Any], _: int) -> FinishOrder:
        return FinishOrder(**names, by=operator(), failed=failed, result=given, unpaid=unpaid)

    _act(name, environment, merchant, data, settings_file, command)


@orders.command("fail", epilog="Example: gerai orders fail 7319 --reason 'not in stock' --merchant toko")
def fail_order(
    name: NameArgument,
    reason: ReasonOption = "",
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Fail an order: nothing was delivered. What was held or paid is in its member's wallet then; paid by somebody
    without a wallet, it waits to be sent (gerai payments waiting)."""

    def command(names: dict[str, Any], items: int) -> FinishOrder:
        return FinishOrder(**names, by=operator(), failed=items, reason=reason)

    _act(name, environment, merchant, data, settings_file, command)


@orders.command(epilog="Example: gerai orders cancel 7319 --reason 'asked by the buyer' --merchant toko")
def cancel(
    name: NameArgument,
    reason: ReasonOption = "",
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Cancel an order that is not paid, or whose money is held: it returns. A paid one is refunded instead."""

    def command(names: dict[str, Any], _: int) -> CancelOrder:
        return CancelOrder(**names, by=operator(), reason=reason)

    _act(name, environment, merchant, data, settings_file, command)


def _act(
    name: str, environment: str, merchant: str, data: DataOption, settings_file: SettingsOption, command: Command
) -> None:
    async def act(engine: Engine) -> OrderView:
        view = await order_named(engine, merchant, name, environment)
        order, items = view.order, sum(line.quantity for line in view.lines)
        names = {"merchant_id": order.merchant_id, "environment": order.environment, "order_id": order.order_id}
        try:
            with called(name, order):
                return (await engine.submit(command(names, items))).answer
        except StateConflict as refusal:
            leave_with_advice(refusal, name, order)
            raise

    console.line(became(on_engine(act, data, settings_file)))
