"""`gerai rates load`: a whole rate table from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gerai.cli.at_desk import do_here
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named
from gerai.cli.on_engine import MerchantOption, with_settings
from gerai.cli.terminal import console, fail
from gerai.domain.refusals import InputInvalid
from gerai.engine.core import Engine
from gerai.engine.desk.acts.load_rates import RateFile
from gerai.settings import Settings

rates = typer.Typer(no_args_is_help=True, help="Rates.")


@rates.command(epilog="Example: gerai rates load tarif.csv --replace --merchant toko")
def load(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV with the columns courier, service, destination and per_kg (rupiah), and as you like aggregator, "
            "origin, days_min, days_max and cod.",
        ),
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove the rates of those services that the file does not name.")
    ] = False,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Store a whole rate table: all of it, or with the line of each fault nothing."""

    async def act(engine: Engine, settings: Settings) -> dict[str, Any]:
        merchant_id = await merchant_named(engine, merchant)
        given = RateFile(table=_text(file), replace=replace)
        try:
            return (await do_here(engine, settings, merchant_id, "production", "rates.load", given)).details
        except InputInvalid as refusal:
            faults = [text for texts in refusal.fields.values() for text in texts]
            fail(f"{file}: nothing is stored", then=[f"  {fault}" for fault in faults])

    done = with_settings(act, data, settings_file)
    console.line(f"{done['rates']} rates stored, {done['removed']} removed / {done['rates']} tarif tersimpan")


def _text(file: Path) -> str:
    try:
        return file.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        fail(f"{file}: {error}", 2)
