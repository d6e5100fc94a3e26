"""`gerai webhooks`: who receives what happens to orders, what was sent, and sending it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import typer

from gerai.app import WEBHOOK_CONTRACTS
from gerai.cli.at_desk import do_here
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named, one_of, require_delivery, require_endpoint
from gerai.cli.on_engine import MerchantOption, on_engine, with_settings
from gerai.cli.terminal import Grid, coloured, console, fail, print_json, to_the_second
from gerai.cli.webhook_forms import EndpointForm, WhoseOrders, ask_for_key, register
from gerai.domain.records import Environment
from gerai.engine.core import Engine
from gerai.engine.desk.acts.replay_range import ReplayedRange
from gerai.engine.desk.fields import ById
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.engine.webhooks import endpoints, history
from gerai.kit.secret_box import SecretBox
from gerai.kit.secret_box import new_key as fresh_key
from gerai.settings import Settings

webhooks = typer.Typer(no_args_is_help=True, help="Webhook endpoints, their delivery log, and replay.")

DeliveryId = Annotated[int, typer.Argument(min=1, metavar="DELIVERY", help="The id `gerai webhooks log` shows.")]
_STATES: Final = ("pending", "delivered", "failed", "dropped")
EndpointId = Annotated[int, typer.Argument(min=1, metavar="ENDPOINT", help="The id `gerai webhooks list` shows.")]
#: Of a stretch that is longer than what is sent again at once.
_FOLLOWS: Final = ", the worker looks through the rest"
_COLOURS: Final = {
    "active": "green",
    "disabled": "yellow",
    "delivered": "green",
    "pending": "cyan",
    "failed": "red",
    "dropped": "yellow",
}


@webhooks.command(epilog="Example: gerai webhooks add scalev https://shop.example/hook production --merchant toko")
def add(
    door: Annotated[str, typer.Argument(metavar="COUNTER", help=f"One of {', '.join(WEBHOOK_CONTRACTS)}.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="https address to call.")],
    environment: WhoseOrders = None,
    merchant: MerchantOption = "",
    events: Annotated[str, typer.Option(help="Names of events, with commas; none: all of them.")] = "",
    test_message: Annotated[
        bool, typer.Option("--trial/--no-trial", help="Send the contract's test message first, if any.")
    ] = True,
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Tell an address what happens to a counter's orders. Shows the secret that signs, this once.

    Cek Ceir and Durianpay sign with the API key: it is asked for, or read from standard input. The key decides whose
    orders are told, sandbox or production; with another ENVIRONMENT than the key's nothing is added.
    """
    contract = WEBHOOK_CONTRACTS[one_of(door, WEBHOOK_CONTRACTS, "counter")]
    names = tuple(name.strip() for name in events.split(",") if name.strip())
    for event in names:
        one_of(event, contract.events, f"event of {door}")
    whose = None if environment is None else one_of(environment, ENVIRONMENTS, "environment")
    key = ask_for_key(door) if contract.key_secret else ""
    wanted = EndpointForm(door, whose, url, names, key, test_message)

    async def act(engine: Engine, settings: Settings) -> tuple[int, str, Environment]:
        return await register(engine, settings, await merchant_named(engine, merchant), wanted)

    endpoint_id, secret, chosen = with_settings(act, data, settings_file)
    console.line(f"added {endpoint_id}")
    decided = ", the environment of the key" if contract.key_secret else ""
    console.line(f"It receives {door} orders in {chosen}{decided}.")
    console.line("Shown only now; keep it / Hanya tampil sekali, simpan:", style="dim")
    typer.echo(secret)


@webhooks.command("list")
def show_all(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """List a merchant's endpoints."""

    async def act(engine: Engine) -> list[Any]:
        return await endpoints.list_endpoints(engine, await merchant_named(engine, merchant))

    grid = _grid("id", "counter", "environment", "address", "events", "state", "why")
    for one in on_engine(act, data, settings_file):
        grid.add(
            str(one.endpoint_id), one.channel, one.environment, one.url, ", ".join(one.events) or "all",
            coloured(one.status, _COLOURS), one.reason,
        )  # fmt: skip
    console.grid(grid)


@webhooks.command(epilog="Example: gerai webhooks enable 7001 --merchant toko")
def enable(
    endpoint: EndpointId, merchant: MerchantOption = "", data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:  # fmt: skip
    """Send to an endpoint again, for instance after it had answered 410."""
    _perform("webhooks.resume", merchant, endpoint, data, settings_file)
    console.line(f"enabled {endpoint}")


@webhooks.command(epilog="Example: gerai webhooks disable 7001 --merchant toko")
def disable(
    endpoint: EndpointId, merchant: MerchantOption = "", data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:  # fmt: skip
    """Send nothing to an endpoint for now; what happens meanwhile can be replayed once it is enabled again."""
    _perform("webhooks.pause", merchant, endpoint, data, settings_file)
    console.line(f"disabled {endpoint}")


@webhooks.command(epilog="Example: gerai webhooks remove 7001 --merchant toko")
def remove(
    endpoint: EndpointId, merchant: MerchantOption = "", data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:  # fmt: skip
    """Forget an endpoint; its delivery log stays, but nothing of it can be replayed."""
    _perform("webhooks.remove", merchant, endpoint, data, settings_file)
    console.line(f"removed {endpoint}")


@webhooks.command("log")
def show_log(
    merchant: MerchantOption = "",
    endpoint: Annotated[int | None, typer.Option(help="Only this endpoint's.")] = None,
    state: Annotated[str, typer.Option(help=f"Only those in this state: {', '.join(_STATES)}.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """List deliveries, newest first."""
    if state:
        one_of(state, _STATES, "state")

    async def act(engine: Engine) -> list[Any]:
        of = await merchant_named(engine, merchant)
        if endpoint is not None:
            await require_endpoint(engine, of, endpoint, removed=True)
        return await history.list_deliveries(engine, of, endpoint_id=endpoint, status=state, limit=limit)

    grid = _grid("id", "endpoint", "order", "event", "happened (WIB)", "state", "attempts", "next (WIB)")
    for one in on_engine(act, data, settings_file):
        coming = to_the_second(one.next_attempt_at) if one.status == "pending" else ""
        grid.add(
            str(one.delivery_id), str(one.endpoint_id), str(one.order_id), one.event,
            to_the_second(one.happened_at), coloured(one.status, _COLOURS), str(one.attempts), coming,
        )  # fmt: skip
    console.grid(grid)


@webhooks.command(epilog="Example: gerai webhooks show 123456 --merchant toko")
def show(
    delivery: DeliveryId, merchant: MerchantOption = "", data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:  # fmt: skip
    """Show a delivery: its data, and every attempt."""

    async def act(engine: Engine, settings: Settings) -> tuple[Any, list[Any], str]:
        of = await merchant_named(engine, merchant)
        await require_delivery(engine, of, delivery)
        found = await history.show_delivery(engine, of, delivery)
        return *found, await history.name_of_message(engine, SecretBox(settings.webhooks.seal_key), found[0])

    one, attempts, name = with_settings(act, data, settings_file)
    console.line(f"{name}  {one.event}  ", coloured(one.status, _COLOURS))
    print_json(one.data)
    grid = _grid("no.", "at (WIB)", "ms", "status", "error", "answer")
    for each in attempts:
        grid.add(
            str(each.number), to_the_second(each.at), str(each.took_ms), str(each.status_code or ""),
            each.error, each.answer[:80],
        )  # fmt: skip
    console.grid(grid)


@webhooks.command(epilog="Example: gerai webhooks replay --endpoint 7001 --from 2026-11-01 --until 2026-11-02")
def replay(
    delivery: Annotated[int | None, typer.Argument(min=1, metavar="DELIVERY", help="Id of one delivery.")] = None,
    endpoint: Annotated[int | None, typer.Option(help="Or: everything of this endpoint …")] = None,
    begin: Annotated[datetime | None, typer.Option("--from", help="… that happened from then (WIB) …")] = None,
    end: Annotated[datetime | None, typer.Option("--until", help="… until before then (WIB).")] = None,
    undelivered: Annotated[bool, typer.Option("--undelivered", help="Only what was not delivered.")] = False,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Send again: one delivery, or all of a stretch of time. Receivers see the same message ids.

    Nothing goes to an endpoint that is disabled: enable it first. To one that was removed nothing goes any more.
    """
    if (delivery is None) == (endpoint is None) or (endpoint is not None and (begin is None or end is None)):
        fail("name one delivery, or --endpoint with --from and --until", 2)

    async def act(engine: Engine, settings: Settings) -> str:
        of = await merchant_named(engine, merchant)
        if delivery is not None:
            one = await require_delivery(engine, of, delivery)
            await do_here(engine, settings, of, _real(one.environment), "deliveries.replay", ById(id=delivery))
            return "1"
        if endpoint is None or begin is None or end is None:
            return "0"
        whose = await require_endpoint(engine, of, endpoint, removed=True)
        stretch = ReplayedRange(endpoint_id=endpoint, begin=begin, end=end, undelivered=undelivered)
        done = await do_here(engine, settings, of, _real(whose), "deliveries.replay_range", stretch)
        return f"{done.details['replayed']}{_FOLLOWS if done.details['follows'] else ''}"

    console.line(f"replaying {with_settings(act, data, settings_file)}")


@webhooks.command("new-key")
def new_key() -> None:
    """Print a fresh key for the setting webhooks.seal_key."""
    typer.echo(fresh_key())


def _perform(name: str, merchant: str, endpoint: int, data: DataOption, settings_file: SettingsOption) -> None:
    """Do this act with an endpoint, in its own environment."""

    async def act(engine: Engine, settings: Settings) -> None:
        merchant_id = await merchant_named(engine, merchant)
        whose = await require_endpoint(engine, merchant_id, endpoint)
        await do_here(engine, settings, merchant_id, _real(whose), name, ById(id=endpoint))

    with_settings(act, data, settings_file)


def _real(environment: str) -> Environment:
    return "sandbox" if environment == "sandbox" else "production"


def _grid(*titles: str) -> Grid:
    return Grid(*titles, whole=("id", "state", "no."))
