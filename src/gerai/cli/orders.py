"""`gerai orders`: look at orders of all counters; what is done to them stands in order_acts.py.

What is seen is the desk's (`engine/desk`): here an order is named as its buyer names it, and both environments are
looked through."""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple

import msgspec
import typer

from gerai.app import DIALECTS
from gerai.cli.at_desk import JsonOption, at_desk, caller_here, house_of
from gerai.cli.completing import among
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.desk import read_typed
from gerai.cli.desk_files import CsvOption, XlsxOption, chosen_file, writing
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import MerchantOption, with_settings
from gerai.cli.order_acts import add_acts
from gerai.cli.order_names import EnvironmentOption, order_named
from gerai.cli.order_words import fact, money_words
from gerai.cli.terminal import Grid, console, fail, print_json, to_the_minute, to_the_second
from gerai.domain.money import display, parse_rupiah
from gerai.domain.records import Environment, Order, OrderView
from gerai.engine.arrivals.take import candidates
from gerai.engine.core import Engine
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import House, Within
from gerai.engine.desk.order_parts import PaymentShown
from gerai.engine.desk.orders import ORDER_STATES, OrderRow, row_of
from gerai.engine.desk.registry import look, views
from gerai.engine.desk.views.orders import OrderListFilter
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.settings import Settings

orders = typer.Typer(
    no_args_is_help=True, help="Look at orders, and take them on: by number, or as their counter does."
)

NameArgument = Annotated[str, typer.Argument(metavar="ORDER", help="Its number, or the identifier its counter shows.")]
TextArgument = Annotated[str, typer.Argument(metavar="TEXT", help="A number, name, e-mail, telephone, receipt …")]
_DOORS: Final = tuple(door.name for door in DIALECTS)
DoorOption = Annotated[str, typer.Option("--door", help=", ".join(_DOORS), autocompletion=among(_DOORS))]

_OPEN: Final[tuple[str, ...]] = ("draft", "pending", "confirmed", "processing", "ready", "shipped")
_STATES: Final = tuple(sorted(ORDER_STATES))
_SHOWN: Final = 200


class ListedOrder(NamedTuple):
    """A row, and where its order is."""

    environment: str
    row: OrderRow


@orders.command("list", epilog="Example: gerai orders list --status processing --merchant toko")
def show_orders(
    status: Annotated[str, typer.Option("--status", help=f"{', '.join(_STATES)}; or all; else the open ones.")] = "",
    door: DoorOption = "",
    member: Annotated[str, typer.Option("--member", help="Only of this member.")] = "",
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="From this day on: 2026-11-01.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="To the end of this day.")] = "",
    after: Annotated[str, typer.Option("--after", help="Those behind this one; the end of a list says which.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=_SHOWN, help="At most so many.")] = _SHOWN,
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    json_output: JsonOption = False,
    csv: CsvOption = "",
    xlsx: XlsxOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """List orders of all counters, newest first. A file has all of one environment, production unless you name another;
    with --status all those of every state."""
    asked = {"status": _states(status), "member": member, "since": since, "until": until, "after": after}
    asked |= {"door": one_of(door, [d.name for d in DIALECTS], "door") if door else "", "limit": str(limit)}
    wanted = read_typed(OrderListFilter, asked)
    if file := chosen_file({"csv": csv, "xlsx": xlsx, "json": json_output}):
        here = {"environment": environment or "production", "merchant": merchant}
        at_desk(here | {"data": data, "settings_file": settings_file}, writing(views()["orders.list"], wanted, *file))
        return
    environments = _environments(environment)

    async def act(engine: Engine, settings: Settings) -> tuple[list[ListedOrder], str]:
        merchant_id = await merchant_named(engine, merchant)
        async with house_of(engine, settings) as house:
            return await _seen(house, merchant_id, environments, wanted)

    found, following = with_settings(act, data, settings_file)
    if json_output:
        _print_json(found, following)
        return
    _table(found)
    if following:
        console.line(f"there are more / masih ada lagi: --after {following}")


@orders.command("find", epilog="Example: gerai orders find 0812-3456-789 --merchant toko")
def find_orders(
    text: TextArgument,
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    json_output: JsonOption = False,
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Find orders of all counters by what their buyers know of them, newest first.

    Numbers, references, e-mails and words of a name by how they begin; a telephone by six digits of its beginning or
    end; VA numbers, payments and receipts whole; and by the amount that came into an account of your own."""
    places = _environments(environment)

    async def act(engine: Engine, settings: Settings) -> tuple[list[ListedOrder], list[str]]:
        merchant_id = await merchant_named(engine, merchant)
        asking, top_ups = await _asking(engine, merchant_id, text)
        first = [ListedOrder(view.order.environment, row_of(view)) for view in asking]
        known = {view.order.order_id for view in asking}
        if not text.strip():
            return first, top_ups
        async with house_of(engine, settings) as house:
            found, _ = await _seen(house, merchant_id, places, OrderListFilter(text=text, limit=_SHOWN))
        return first + [one for one in found if one.row.id not in known], top_ups

    found, top_ups = with_settings(act, data, settings_file)
    if not found and not top_ups:
        fail(f"no order is found by {text}")
    if json_output:
        _print_json(found, "")
        return
    if found:
        _table(found)
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


def _states(status: str) -> list[str]:
    usual = {"": _OPEN, "all": ()}.get(status)
    return [one_of(word.strip(), _STATES, "state") for word in status.split(",")] if usual is None else [*usual]


def _environments(environment: str) -> list[Environment]:
    return [one_of(environment, ENVIRONMENTS, "environment")] if environment else [*ENVIRONMENTS]


async def _seen(
    house: House, merchant_id: int, environments: list[Environment], wanted: OrderListFilter
) -> tuple[list[ListedOrder], str]:
    """A page of the orders of these environments together, and what to ask for those behind it."""
    view = views()["orders.list"]
    found: list[ListedOrder] = []
    more = False
    for environment in environments:
        page = await look(view, Within(house, merchant_id, environment), wanted, caller_here())
        found += [ListedOrder(environment, msgspec.convert(row, OrderRow, from_attributes=True)) for row in page.rows]
        more = more or bool(page.next)
    found.sort(key=lambda one: (one.row.created_at, one.row.id), reverse=True)
    shown = found[: wanted.limit]
    return shown, str(shown[-1].row.id) if more or len(found) > len(shown) else ""


def _table(found: list[ListedOrder]) -> None:
    grid = Grid("order", "counter", "environment", "state", "total", "paid", "placed (WIB)", right=("total", "paid"))
    for environment, row in found:
        grid.add(
            row.number, row.door, environment, row.status, display(row.total_sen), display(row.kept_sen),
            to_the_minute(row.created_at),
        )  # fmt: skip
    console.grid(grid)


def _print_json(found: list[ListedOrder], following: str) -> None:
    rows = [msgspec.to_builtins(one.row) | {"environment": one.environment} for one in found]
    print_json(msgspec.json.encode({"rows": rows, "next": following}).decode())


@orders.command("show", epilog="Example: gerai orders show INV20261129080000123 --merchant toko")
def show_order(
    name: NameArgument,
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    json_output: JsonOption = False,
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Show an order: its money, its lines, and what happened to it (times of Jakarta)."""

    async def act(engine: Engine, settings: Settings) -> tuple[Order, Any]:
        order = (await order_named(engine, merchant, name, environment)).order
        place: Environment = one_of(order.environment, ENVIRONMENTS, "environment")
        async with house_of(engine, settings) as house:
            within = Within(house, order.merchant_id, place)
            page = await look(views()["orders.show"], within, ById(id=order.order_id), caller_here())
        return order, page.rows[0]

    order, shown = with_settings(act, data, settings_file)
    if json_output:
        print_json(msgspec.json.encode(shown).decode())
        return
    console.line(f"{shown.number} ({shown.door}, {shown.environment}) is {shown.status}")
    console.line(f"total {display(shown.total_sen)}: {money_words(order)}")
    for line in shown.lines:
        console.line(f"  {line.quantity} x {line.name}: {display(line.total_sen)}")
    for payment in shown.payments:
        _print_payment(payment)
    for event in shown.events:
        told = event.facts | ({"by": event.by} if event.by else {})
        facts = " ".join(fact(key, value) for key, value in told.items())
        console.line(f"{to_the_second(event.at)} WIB  {event.name}  {facts}")


def _print_payment(payment: PaymentShown) -> None:
    fee_sen = payment.fee_sen + payment.own_fee_sen
    fee = f", fee {display(fee_sen)}" if fee_sen else ""
    if payment.asked_sen != payment.amount_sen + payment.fee_sen:
        fee += f", asked {display(payment.asked_sen)}"
    amount = display(payment.amount_sen)
    console.line(f"  payment {payment.public_id} ({payment.method}) is {payment.status}: {amount}{fee}")
    if payment.fault:
        console.line(f"    {payment.fault}")


add_acts(orders)
