"""`gerai payments cod`: what couriers took at doors, and have not paid out yet."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from gerai.app import DIALECTS
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import MerchantOption, noted, on_engine, operator
from gerai.cli.order_names import EnvironmentOption, order_named
from gerai.cli.terminal import Grid, console, fail, to_the_minute
from gerai.cli.values import read_amount
from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.money import display
from gerai.domain.records import OrderView
from gerai.domain.refusals import AmountMismatch, StateConflict
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.engine.orders.settle_cash import SettleCash, SettledCash

cod = typer.Typer(no_args_is_help=True, help="Cash on delivery: what couriers took and pay out later.")

_SHOWN: Final = 200
#: Counters whose orders may be paid at the door.
_COUNTERS: Final = tuple(dialect for dialect in DIALECTS if dialect.cash_labels)


@cod.command("list")
def show(
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """List orders that were delivered and whose courier has not paid out, what waits longest first."""
    if environment:
        one_of(environment, ENVIRONMENTS, "environment")

    async def act(engine: Engine) -> list[OrderView]:
        merchant_id = await merchant_named(engine, merchant)
        return await _unsettled(engine, merchant_id, [environment] if environment else [*ENVIRONMENTS])

    found = on_engine(act, data, settings_file)
    if not found:
        console.line("no courier has money of yours / tidak ada uang di kurir")
        return
    grid = Grid("order", "environment", "amount", "courier", "receipt", "delivered (WIB)", right=("amount",))
    for view in found[:_SHOWN]:
        parcel, order = view.shipment, view.order
        assert parcel is not None
        grid.add(
            order.number, order.environment, display(order.total_sen), f"{parcel.courier} {parcel.service}".strip(),
            parcel.receipt, to_the_minute(parcel.delivered_at or order.updated_at),
        )  # fmt: skip
    console.grid(grid)
    if len(found) > _SHOWN:
        console.line(f"{_SHOWN} are shown; there are more / {_SHOWN} yang tampil; masih ada lagi")
    total_sen = sum(view.order.total_sen for view in found[:_SHOWN])
    console.line(
        f"{display(total_sen)} in all / semuanya; "
        "paid out / sudah dibayarkan: gerai payments cod settle ORDER... --amount N --reference TEXT"
    )


@cod.command(
    epilog="Example: gerai payments cod settle NO-1 NO-2 --amount 290000 --fee 10000 --reference JNE-3 --merchant toko"
)
def settle(
    orders: Annotated[list[str], typer.Argument(metavar="ORDER...", help="The orders of this payout, by number.")],
    amount: Annotated[str, typer.Option("--amount", help="What the courier paid, 290000 or Rp290.000.")],
    reference: Annotated[str, typer.Option("--reference", help="The payout's; under the same one it is booked once.")],
    fee: Annotated[str, typer.Option("--fee", help="What the courier kept of the orders' amounts.")] = "",
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """A courier has paid out: each of these orders is paid, all of them or none."""
    amount_sen, fee_sen = read_amount(amount), read_amount(fee) if fee else 0

    async def act(engine: Engine) -> str:
        views = [await order_named(engine, merchant, name, environment) for name in dict.fromkeys(orders)]
        first = views[0].order
        if any(view.order.environment != first.environment for view in views):
            fail("these orders are of both environments: nothing is booked")
        command = SettleCash(
            merchant_id=first.merchant_id, environment=first.environment,
            order_ids=tuple(dict.fromkeys(view.order.order_id for view in views)), amount_sen=amount_sen,
            fee_sen=fee_sen, reference=reference.strip(), by=operator(),
        )  # fmt: skip
        settled = await _submit(engine, command, {view.order.public_id: view.order.number for view in views})
        if not settled.booked:
            what = f"{reference.strip()} is booked already: nothing is booked now"
            return f"{what} / sudah dibukukan: tidak ada yang dibukukan lagi"
        count = len(settled.orders)
        many = f"{count} orders are paid / {count} pesanan lunas"
        one = f"order {first.number} is paid / pesanan {first.number} lunas"
        return f"{display(amount_sen)} is booked, less a fee of {display(fee_sen)}: {many if count > 1 else one}"

    console.line(on_engine(act, data, settings_file))


async def _submit(engine: Engine, command: SettleCash, numbers: dict[str, str]) -> SettledCash:
    """Leaves with what is wrong of each order, by its number, or with what the courier should have paid."""
    try:
        return (await noted(engine.submit(command))).answer
    except StateConflict as refusal:
        told = (f"{numbers.get(one.id, one.id)} is {one.state}" for one in refusal.all)
        fail(f"{', '.join(told)}: nothing is booked")
    except AmountMismatch as refusal:
        fail(
            f"with a fee of {display(command.fee_sen)} these orders make {display(refusal.right_sen)}, "
            f"not {display(refusal.given_sen)}: nothing is booked"
        )


async def _unsettled(engine: Engine, merchant_id: int, environments: list[str]) -> list[OrderView]:
    """What was delivered first comes first; as many of the newest of each counter as are shown, and one more."""
    found = list[OrderView]()
    for dialect in _COUNTERS:
        wanted = OrderFilter(
            statuses=("completed", "closed"), shipment_statuses=("delivered",), payment_status="unpaid",
            labels=dict(dialect.cash_labels),
        )  # fmt: skip
        for environment in environments:
            scope = Scope(merchant_id, environment, dialect.name)
            found += await engine.orders.page(scope, wanted, _SHOWN + 1)
    return sorted(found, key=lambda view: view.order.updated_at)
