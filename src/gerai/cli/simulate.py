"""`gerai simulate`: what a seller tries before there are buyers. Play money only, and nothing but this machine."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

import msgspec
import typer

from gerai.cli.completing import among
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.fakes import fake
from gerai.cli.names import one_of
from gerai.cli.on_engine import MerchantOption, called, on_engine, with_settings
from gerai.cli.order_names import EnvironmentOption, order_named
from gerai.cli.simulate_buyer import PLAYED, play_payer, play_top_up, require_play_money
from gerai.cli.simulate_demo import ANSWERS, demo_here, place
from gerai.cli.simulate_receiver import receive
from gerai.cli.simulate_traffic import TrafficWish, drive
from gerai.cli.terminal import console, fail
from gerai.cli.top_ups import deposit_named
from gerai.cli.values import read_amount
from gerai.demo.shop import DEMOS
from gerai.domain.money import display
from gerai.domain.records import Deposit, OrderView
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.kit.clock import real_now
from gerai.settings import Settings

simulate = typer.Typer(
    no_args_is_help=True, help="Try it without buyers: orders, payers, answers and traffic of play money."
)
simulate.command("gateway", epilog="Example: gerai simulate gateway midtrans --port 9250")(fake)
simulate.command("webhook-receiver", epilog="Example: gerai simulate webhook-receiver --port 9260")(receive)

DoorArgument = Annotated[
    str, typer.Argument(metavar="COUNTER", help=f"One of {', '.join(DEMOS)}.", autocompletion=among(DEMOS))
]
PayableArgument = Annotated[
    str, typer.Argument(metavar="ORDER|TOPUP", help="The order's number or identifier, or a top-up's code or id.")
]
_WAYS: Final = tuple(PLAYED)


@simulate.command("order", epilog="Example: gerai simulate order scalev")
def order(
    door: DoorArgument,
    answer: Annotated[
        str, typer.Option("--answer", help=f"What its fulfilment provider does: {', '.join(ANSWERS)}.")
    ] = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Place an order of the demo shop at a counter of the running `gerai up`, as its client would."""
    one_of(door, DEMOS, "counter")
    ending = ANSWERS[one_of(answer, ANSWERS, "answer")] if answer else ""

    async def act(engine: Engine) -> tuple[str, int, str, OrderView | None]:
        async with demo_here(engine, data, door) as demo:
            return demo.code, *await place(demo, _number(), ending)

    code, status, text, view = on_engine(act, data, settings_file)
    console.json(_formatted(text))
    if view is None:
        fail(f"{door} answers {status}: no order is placed / tidak ada pesanan")
    made = view.order
    console.line(f"{status}: order {made.number} of {display(made.total_sen)} is {made.status}")
    if made.funding == "invoice":
        console.line(f"gerai simulate pay {made.number} --merchant {code}")


@simulate.command("pay", epilog="Example: gerai simulate pay NO-1 --as late")
def pay(
    name: PayableArgument,
    way: Annotated[str, typer.Option("--as", metavar="WAY", help=f"How the payer pays: {', '.join(_WAYS)}.")] = "pay",
    amount: Annotated[
        str, typer.Option("--amount", help="Less or more than is asked, in whole rupiah: 15000 or Rp15.000.")
    ] = "",
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Play the payer of an order or a top-up: in time, late, failing, an order's also with another amount. Real ones
    are refused."""
    does = one_of(way, _WAYS, "way")
    came_sen = read_amount(amount, above_zero=True) if amount else None
    if came_sen is not None and does != "pay":
        fail(f"--amount goes with --as pay, not with {does}", 2)

    async def act(engine: Engine, settings: Settings) -> OrderView | Deposit:
        if environment:
            one_of(environment, ENVIRONMENTS, "environment")
        deposit = await deposit_named(engine, merchant, name, environment)
        if deposit is not None:
            return await play_top_up(engine, deposit, does, came_sen)
        view = await order_named(engine, merchant, name, environment)
        require_play_money(engine, view)
        with called(name, view.order):
            return await play_payer(engine, settings, view, does, came_sen)

    _say(with_settings(act, data, settings_file))


def _say(found: OrderView | Deposit) -> None:
    """What became of the order and its last payment, or of the top-up."""
    if isinstance(found, Deposit):
        console.line(f"top-up {found.public_id} ({found.method}) is {found.status}: {display(found.pay_sen)}")
        return
    for payment in found.payments[-1:]:
        console.line(
            f"payment {payment.public_id} ({payment.method}) is {payment.status}: {display(payment.amount_sen)}"
        )
    console.line(f"order {found.order.number} is {found.order.status}")


@simulate.command("traffic", epilog="Example: gerai simulate traffic --rate 2 --minutes 5")
def traffic(
    rate: Annotated[float, typer.Option("--rate", min=0.01, max=50, help="Orders per second.")] = 1.0,
    minutes: Annotated[float, typer.Option("--minutes", min=0.01, max=1440, help="How long.")] = 1.0,
    door: Annotated[str, typer.Option("--door", help=f"At this counter only: {', '.join(DEMOS)}.")] = "",
    paid: Annotated[int, typer.Option("--paid", min=0, max=100, help="So many of a hundred are paid.")] = 70,
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Place orders of the demo shop at the counters of the running `gerai up` for a while, and pay most of them."""
    doors = [one_of(door, DEMOS, "counter")] if door else [*DEMOS]
    wish = TrafficWish(rate, minutes * 60, paid)

    async def act(engine: Engine, settings: Settings) -> None:
        await drive(engine, settings, doors, wish, partial(demo_here, engine, data), _number())

    with_settings(act, data, settings_file)


def _number() -> int:
    """Of an order that was not placed before: another one each second, and ten thousand until the next."""
    return int(real_now().timestamp()) % 100_000 * 10_000


def _formatted(text: str) -> str:
    """JSON over many lines; what is none as it is."""
    try:
        return msgspec.json.format(text.encode(), indent=2).decode()
    except msgspec.DecodeError:
        return text
