"""`gerai shop`: a shop from its files, or by questions."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from gerai.cli.at_desk import caller_here, house_of
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import with_settings
from gerai.cli.shop_files import ShopFaults, read_shop
from gerai.cli.shop_init import init
from gerai.cli.shop_load import SECTIONS, EntryMade, Into, load_shop
from gerai.cli.terminal import Grid, console, fail
from gerai.domain.records import Environment
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.settings import Settings

shop = typer.Typer(no_args_is_help=True, help="Open a shop: from its files, or by questions.")
shop.command(epilog="Example: gerai shop init --name 'Toko Melati' --product 'Kaos Polos' --price 85000 --yes")(init)
#: So many faults are shown; whoever has more begins with these.
_SHOWN: Final = 50


@shop.command(epilog="Example: gerai shop load examples/toko-baju --dry-run")
def load(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where shop.toml is (docs/reference/shop-files.md).")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look at all of it, and change nothing.")] = False,
    merchant: Annotated[
        str, typer.Option("--merchant", help="Load it into this one, which is there, whatever shop.toml says.")
    ] = "",
    environment: Annotated[
        str, typer.Option("--environment", help="Where stock is: sandbox or production.")
    ] = "production",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Make what a shop's files name and the shop has not; open the shop when it is new.

    All of it is looked at before anything is changed. What is there already stays as it is.
    """
    chosen: Environment = one_of(environment, ENVIRONMENTS, "environment")
    try:
        entries = read_shop(folder, SECTIONS)
    except ShopFaults as found:
        _leave(folder, found)

    async def act(engine: Engine, settings: Settings) -> Counter[EntryMade]:
        if merchant:
            # A shop is opened by its files, never by a code that was mistyped here.
            await merchant_named(engine, merchant)
        async with house_of(engine, settings) as house:
            into = Into(house, chosen, caller_here(), f"gerai shop load {folder.name}", merchant)
            return await load_shop(into, entries, dry_run=dry_run)

    try:
        made = with_settings(act, data, settings_file)
    except ShopFaults as found:
        _leave(folder, found)
    _show(made, dry_run=dry_run)


def _leave(folder: Path, found: ShopFaults) -> NoReturn:
    more = len(found.faults) - _SHOWN
    lines = [f"  {fault}" for fault in found.faults[:_SHOWN]] + ([f"  … {more} more"] if more > 0 else [])
    if found.begun:
        fail(
            "the shop was changed meanwhile; what is made stays, load again to go on / muat lagi untuk melanjutkan",
            then=lines,
        )
    fail(f"{folder} is no shop yet: nothing is changed / tidak ada yang diubah", 2, then=lines)


def _show(made: Counter[EntryMade], *, dry_run: bool) -> None:
    """How many of each were made, and how many were there."""
    grid = Grid(
        "",
        "would be added" if dry_run else "added",
        "there already",
        right=("added", "would be added", "there already"),
    )
    for section in SECTIONS:
        new, old = made[EntryMade(section, new=True)], made[EntryMade(section, new=False)]
        if new or old:
            grid.add(section, str(new), str(old))
    console.grid(grid)
    if not any(one.new for one in made):
        console.line("Nothing to change: all of it is there already. / Tidak ada yang diubah: semuanya sudah ada.")
    elif dry_run:
        console.line("Nothing is changed: that was a dry run. / Tidak ada yang diubah: ini hanya uji coba.")
