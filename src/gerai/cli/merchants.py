"""`gerai merchants`: who sells here, and what each has chosen."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from gerai.app import MERCHANT_SETTINGS
from gerai.cli.at_desk import acting_here
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.language import of
from gerai.cli.logos import logo
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import MerchantOption, on_engine
from gerai.cli.terminal import Grid, console, fail
from gerai.cli.values import QUOTES
from gerai.domain.refusals import NotFound
from gerai.engine.core import Engine
from gerai.engine.directory_entries import MerchantFacts
from gerai.engine.merchants.open import change_settings, reset_setting
from gerai.kit.declare import SettingFault
from gerai.kit.discover import discover

merchants = typer.Typer(no_args_is_help=True, help="List merchants, show and change their settings.")
merchants.add_typer(logo, name="logo")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="docs/reference/merchant-settings.md lists all.")]


@merchants.command("settings")
def show_settings(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """Show the settings in force, defaults too."""

    async def act(engine: Engine) -> MerchantFacts:
        return engine.directory.merchant(await merchant_named(engine, merchant))

    facts = on_engine(act, data, settings_file)
    grid = Grid("name", "value", "", "what it does")
    for one in MERCHANT_SETTINGS.by_name.values():
        value = getattr(facts.chosen.of(one.struct), one.name)
        grid.add(one.name, _json(value), "default" if value == one.default else "", of(one.help))
    console.grid(grid)


@merchants.command("set", epilog="Example: gerai merchants set late_payment hold --merchant toko")
def change(
    name: NameArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="JSON, or a bare word.")],
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Change a setting; every process follows within a second."""
    one_of(name, MERCHANT_SETTINGS.by_name, "setting")
    try:
        wanted = MERCHANT_SETTINGS.from_text(name, value)
    except SettingFault as fault:
        fail(f"{fault}, and all of it {QUOTES}" if "is no valid JSON" in fault.fault else str(fault), 2)
    methods = discover("gerai.partners.payments", "METHOD")
    providers = discover("gerai.partners.fulfilment", "PROVIDER")
    # Here, where all partners are known, and somebody is there to correct it.
    if unknown := MERCHANT_SETTINGS.by_name[name].unknown_names(wanted, methods, providers):
        fail(f"{name}: {unknown}", 2)

    async def act(engine: Engine) -> None:
        await change_settings(engine, await merchant_named(engine, merchant), {name: wanted})

    with acting_here("settings.set"):
        on_engine(act, data, settings_file)
    console.line(f"{name} = {_json(wanted)}")


@merchants.command(epilog="Example: gerai merchants reset late_payment --merchant toko")
def reset(
    name: NameArgument,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Give a setting its default again. What an earlier version left under another name is taken out."""
    known = MERCHANT_SETTINGS.by_name

    async def act(engine: Engine) -> None:
        merchant_id = await merchant_named(engine, merchant)
        try:
            await reset_setting(engine, merchant_id, name)
        except NotFound:
            one_of(name, known, "setting")

    with acting_here("settings.reset"):
        on_engine(act, data, settings_file)
    said = f"{name} = {_json(known[name].default)}" if name in known else f"{name} is taken out; it is no setting"
    console.line(said)


@merchants.command()
def reference() -> None:
    """Print every setting with its default and help (docs/reference/merchant-settings.md is this text)."""
    typer.echo(MERCHANT_SETTINGS.reference(), nl=False)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
