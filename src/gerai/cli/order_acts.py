"""`gerai orders complete`, `fail`, `cancel` and every other step: the desk's acts, of the order that somebody names by
its number or as its counter does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple

import msgspec
import typer

from gerai.cli.at_desk import JsonOption, KeyOption, caller_here, house_of
from gerai.cli.at_desk import ReasonOption as KeptReason
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.desk import example_line, read_typed, sentence_of, signed
from gerai.cli.desk_many import ManyOrders, leave_with, named, require_same
from gerai.cli.desk_rows import print_done
from gerai.cli.names import one_of
from gerai.cli.on_engine import MerchantOption, called, noted, with_settings
from gerai.cli.order_names import EnvironmentOption, order_named
from gerai.cli.order_words import became, leave_with_advice
from gerai.cli.terminal import console, fail
from gerai.cli.values import read_result
from gerai.domain.records import Environment, OrderView
from gerai.domain.refusals import StateConflict
from gerai.engine.acting import UNSAID
from gerai.engine.core import Engine
from gerai.engine.desk.acts.cancel_order import OrderCancel
from gerai.engine.desk.acts.complete_order import OrderCompletion
from gerai.engine.desk.acts.fail_order import OrderFailure
from gerai.engine.desk.bulk import BulkAnswer, perform_each
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import order_of
from gerai.engine.desk.registry import Act, Done, acts, perform
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.settings import Settings

NameArgument = Annotated[str, typer.Argument(metavar="ORDER", help="Its number, or the identifier its counter shows.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; its buyer may read it.")]

_THINGS: Final = "orders."


class Meant(NamedTuple):
    """Which orders are meant, and where they are looked for."""

    names: list[str]
    environment: str
    merchant: str
    data: DataOption
    settings_file: SettingsOption


def add_acts(group: typer.Typer) -> None:
    """Give the group a command for every act of an order."""
    for name, by_hand, example in _BY_HAND:
        group.command(name, epilog=f"Example: gerai orders {name} {example} --merchant toko")(by_hand)
    for act in acts().values():
        verb = act.name.removeprefix(_THINGS)
        if act.name.startswith(_THINGS) and verb not in {name for name, *_ in _BY_HAND}:
            group.command(verb.replace("_", "-"), epilog=example_line(act))(_command(act))


def complete(
    name: NameArgument,
    failed: Annotated[int, typer.Option("--failed", min=0, help="So many of its items could not be delivered.")] = 0,
    result: Annotated[str, typer.Option("--result", help="What its caller gets: JSON, a text, or @FILE.")] = "",
    reason: ReasonOption = "",
    unpaid: Annotated[bool, typer.Option("--unpaid", help="Give it away: it was never paid.")] = False,
    once: KeyOption = "",
    environment: EnvironmentOption = "",
    merchant: MerchantOption = "",
    json_output: JsonOption = False,
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Finish an order by hand; held money is captured for what succeeded, the rest returns.

    One that was never paid is refused: confirm its payment first, or give it away with --unpaid.
    """
    given = read_result(result)

    def ask(order_id: int) -> OrderCompletion:
        return OrderCompletion(id=order_id, result=given, failed=failed, message=reason, unpaid=unpaid)

    meant = Meant([name], environment, merchant, data, settings_file)
    _do("orders.complete", meant, ask, reason=reason, once=once, as_json=json_output)


def _ending(act: str, text: str, make: Callable[[int, str], msgspec.Struct]) -> Callable[..., None]:
    """The command of an act that ends an order; its reason is what the buyer may read."""

    def run(
        names: ManyOrders,
        reason: ReasonOption = "",
        once: KeyOption = "",
        environment: EnvironmentOption = "",
        merchant: MerchantOption = "",
        json_output: JsonOption = False,
        data: DataOption = None,
        settings_file: SettingsOption = None,
    ) -> None:
        meant = Meant(named(names), environment, merchant, data, settings_file)
        _do(act, meant, lambda order_id: make(order_id, reason), reason=reason, once=once, as_json=json_output)

    run.__doc__ = text
    return run


#: With what may be typed behind each; what takes nothing special is made from its struct.
_BY_HAND: Final[tuple[tuple[str, Callable[..., None], str], ...]] = (
    ("complete", complete, '7319 --result \'{"code": "1234"}\' --failed 1'),
    (
        "fail",
        _ending(
            "orders.fail",
            "Fail an order: nothing was delivered. What was held or paid is in its member's wallet then; paid by "
            "somebody without a wallet, it waits to be sent (gerai payments waiting).",
            lambda order_id, reason: OrderFailure(id=order_id, message=reason),
        ),
        "7319 --reason 'not in stock'",
    ),
    (
        "cancel",
        _ending(
            "orders.cancel",
            "Cancel an order that is not paid, or whose money is held: it returns. A paid one is refunded instead.",
            lambda order_id, reason: OrderCancel(id=order_id, message=reason),
        ),
        "7319 --reason 'asked by the buyer'",
    ),
)


def _command(act: Act) -> Callable[..., None]:
    """The command of an act that takes nothing special, made from its struct."""

    def run(**given: Any) -> None:
        # What was typed is read before anything is opened; the order's id is known only then.
        wanted = read_typed(act.input, {**given, "id": "1"})
        names = [given["id"]] if act.bulk is None else named(given["id"])
        if len(names) > 1:
            require_same(act, given)
        meant = Meant(names, given["environment"], given["merchant"], given["data"], given["settings_file"])
        how = {"reason": given["reason"], "once": given["once"], "as_json": given["json"]}
        _do(act.name, meant, lambda order_id: msgspec.structs.replace(wanted, id=order_id), **how)

    defaults = {"environment": "", "reason": ... if act.reasoned else ""}
    more = {"reason": KeptReason, "once": KeyOption}
    named_so = {"id": NameArgument if act.bulk is None else ManyOrders}
    return signed(run, act.input, sentence_of(act.title), more, defaults, named_so)


def _do(
    name: str, meant: Meant, make: Callable[[int], msgspec.Struct], *, reason: str, once: str, as_json: bool
) -> None:
    """Perform the act on the order that is meant, and print what became of it; on each of several, a line for each. A
    refusal calls the order as it was called, with what to do instead where there is something."""
    one = acts()[name]
    why = reason or (UNSAID if one.reasoned else "")
    if len(meant.names) > 1:
        _do_many(one, meant, make, reason=why, once=once, as_json=as_json)
        return
    [called_so] = meant.names

    async def act(engine: Engine, settings: Settings) -> tuple[Done, OrderView]:
        order = (await order_named(engine, meant.merchant, called_so, meant.environment)).order
        place: Environment = one_of(order.environment, ENVIRONMENTS, "environment")
        async with house_of(engine, settings) as house:
            within = Within(house, order.merchant_id, place)
            try:
                with called(called_so, order):
                    done = await noted(perform(one, within, make(order.order_id), caller_here(), reason=why, key=once))
            except StateConflict as refusal:
                leave_with_advice(refusal, called_so, order)
                raise
            return done, await order_of(within, order.order_id)

    done, view = with_settings(act, meant.data, meant.settings_file)
    if as_json:
        print_done(one, done, as_json=True)
        return
    console.line(became(view))


def _do_many(
    one: Act, meant: Meant, make: Callable[[int], msgspec.Struct], *, reason: str, once: str, as_json: bool
) -> None:
    async def act(engine: Engine, settings: Settings) -> list[BulkAnswer]:
        # All are known, and nothing is done, before the first of them.
        found = [await order_named(engine, meant.merchant, name, meant.environment) for name in meant.names]
        places = {view.order.environment for view in found}
        if len(places) > 1:
            fail("some are in the sandbox and some in production: name one --environment", 2)
        place: Environment = one_of(places.pop(), ENVIRONMENTS, "environment")
        async with house_of(engine, settings) as house:
            within = Within(house, found[0].order.merchant_id, place)
            given = [make(view.order.order_id) for view in found]
            return await perform_each(one, within, given, caller_here(), reason=reason, key=once)

    leave_with(with_settings(act, meant.data, meant.settings_file), meant.names, as_json=as_json)
