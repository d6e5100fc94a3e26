"""`gerai merchants logo`: the picture at the head of a shop's pages and papers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named
from gerai.cli.on_engine import MerchantOption, on_engine, operator
from gerai.cli.terminal import console, fail, to_the_minute
from gerai.domain.records import ShopLogo
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.engine.core import Engine
from gerai.engine.merchants.logos import LARGEST_BYTES, LOGOS, read_logo, remove_logo, set_logo

logo = typer.Typer(no_args_is_help=True, help="The logo at the head of a shop's pages and papers.")


@logo.command("set", epilog="Example: gerai merchants logo set logo.png --merchant toko")
def change(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PNG or JPEG of 512 KiB at most.")],
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Show this picture, as it is, instead of the first letter of the shop's name."""

    async def act(engine: Engine) -> ShopLogo:
        merchant_id = await merchant_named(engine, merchant)
        return await set_logo(engine, merchant_id, _read(file), operator())

    kept = on_engine(act, data, settings_file)
    console.line(f"logo set / logo dipasang: {_said(kept)}")


@logo.command()
def show(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """Say which logo a shop has, and since when."""

    async def act(engine: Engine) -> ShopLogo | None:
        return engine.directory.get(LOGOS, await merchant_named(engine, merchant))

    kept = on_engine(act, data, settings_file)
    if kept is None:
        console.line("no logo yet: gerai merchants logo set FILE / belum ada logo")
        return
    console.line(f"{_said(kept)}, since {to_the_minute(kept.created_at)} WIB, by {kept.created_by}")
    console.line(f"SHA-256: {kept.digest.hex()}")


@logo.command(epilog="Example: gerai merchants logo remove --merchant toko")
def remove(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """Show the first letter of the shop's name again."""

    async def act(engine: Engine) -> None:
        try:
            await remove_logo(engine, await merchant_named(engine, merchant), operator())
        except NotFound:
            fail("this shop has no logo / toko ini tidak punya logo")

    on_engine(act, data, settings_file)
    console.line("logo removed / logo dilepas")


def _read(file: Path) -> bytes:
    """The file. Leaves with exit code 2 when it cannot be read or cannot be a logo."""
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
        read_logo(content)
    except OSError as error:
        fail(f"cannot read {file}: {error.strerror}", 2)
    except InputInvalid as refusal:
        fail(f"{file}: {refusal.fields['logo'][0]}", 2)
    return content


def _said(kept: ShopLogo) -> str:
    return f"{kept.kind}, {kept.width} × {kept.height}"
