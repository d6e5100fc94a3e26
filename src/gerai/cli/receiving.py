"""`gerai payments accounts`: where a seller's own money comes in, without any gateway."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gerai.cli.at_desk import do_here, money_input
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named, no_such, one_of
from gerai.cli.on_engine import MerchantOption, on_engine, with_settings
from gerai.cli.terminal import Grid, console, fail, to_the_minute
from gerai.cli.values import read_pairs
from gerai.domain.records import ReceivingAccount
from gerai.domain.refusals import InputInvalid
from gerai.engine.acting import UNSAID
from gerai.engine.core import Engine
from gerai.engine.desk.fields import ById
from gerai.engine.desk.refusal_words import sentence
from gerai.engine.merchants.receiving import read_account
from gerai.kit.discover import discover
from gerai.ports.payments import Asked, PaymentMethod
from gerai.settings import Settings

accounts = typer.Typer(no_args_is_help=True, help="Your own bank accounts and QRIS code, which real money is paid to.")

_METHODS: Final[dict[str, PaymentMethod]] = {
    name: method for name, method in discover("gerai.partners.payments", "METHOD").items() if method.own_account
}
#: Where a text is asked for that a QR code holds, a picture of the code will do.
_PICTURE: Final = "picture"
_SHOWN_OF_TEXT: Final = 80


def _shown(one: Asked) -> str:
    """What a method asks, as it is typed."""
    ways = f"{one.name}=…|{_PICTURE}=FILE" if one.in_qr else f"{one.name}=…"
    return ways if one.required else f"[{ways}]"


_ASKED: Final = "; ".join(
    f"{name}: {' '.join(map(_shown, method.own_account.asks))}"
    for name, method in _METHODS.items()
    if method.own_account
)


@accounts.command(
    epilog="Example: gerai payments accounts add bank_transfer bank=BCA number=1234567890 holder='Budi' --merchant toko"
)
def add(
    method: Annotated[str, typer.Argument(metavar="METHOD", help=f"One of {', '.join(_METHODS)}.")],
    said: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help=f"What it asks. {_ASKED}.")],
    yes: Annotated[bool, typer.Option("--yes", help="It is yours: store it.")] = False,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Name an account of your own. Shows what was understood; with --yes real money is paid there from now on."""
    chosen = _METHODS[one_of(method, _METHODS, "method")]
    given, of_picture = _pictured(chosen, read_pairs(said, "NAME=VALUE", _ASKED))
    try:
        read = read_account(chosen, given)
    except InputInvalid as refusal:
        fail(sentence(refusal), 2, then=of_picture)

    async def act(engine: Engine, settings: Settings) -> str:
        merchant_id = await merchant_named(engine, merchant)
        if not yes:
            return ""
        wanted = money_input("accounts.add", given, method=method, mine=True)
        return (await do_here(engine, settings, merchant_id, "production", "accounts.add", wanted, UNSAID)).id

    stored = with_settings(act, data, settings_file)
    for name, value in read.shown:
        console.line(f"{name}: {value}")
    if not stored:
        fail("Is this you? Nothing is stored yet: the same with --yes stores it. / Ini milik Anda? Tambahkan --yes.")
    console.line(
        f"stored as {stored}: production orders can be paid there now "
        f"/ tersimpan: pesanan production kini bisa dibayar ke sana"
    )


@accounts.command("list")
def show(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """List a merchant's open accounts."""
    found = on_engine(lambda engine: _open(engine, merchant), data, settings_file)
    if not found:
        console.line("no account yet: gerai payments accounts add / belum ada rekening")
        return
    grid = Grid("id", "method", "channel", "what payers see", "since (WIB)", "by")
    for one in found:
        seen = ", ".join(f"{name} {value}" for name, value in one.details.items() if value)
        grid.add(str(one.receiving_id), one.method, one.channel, seen, to_the_minute(one.created_at), one.created_by)
    console.grid(grid)


@accounts.command(epilog="Example: gerai payments accounts close 7001 --merchant toko")
def close(
    account: Annotated[int, typer.Argument(min=1, metavar="ACCOUNT", help="As `gerai payments accounts list` shows.")],
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Start no payment there any more. What was shown to payers before stays true, and their money is booked."""

    async def act(engine: Engine, settings: Settings) -> None:
        known = [one.receiving_id for one in await _open(engine, merchant)]
        if account not in known:
            no_such("account", account, known, "gerai payments accounts list")
        merchant_id = await merchant_named(engine, merchant)
        await do_here(engine, settings, merchant_id, "production", "accounts.close", ById(id=account), UNSAID)

    with_settings(act, data, settings_file)
    console.line(f"closed {account} / {account} ditutup")


def _pictured(method: PaymentMethod, said: dict[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What was said, with the text of a picture's code in the picture's place; and what that text is, for whoever sees
    it refused. Leaves with exit code 2 when text and picture are given, or the picture gives no text."""
    asked = next((one.name for one in method.own_account.asks if one.in_qr), "") if method.own_account else ""
    if not asked or _PICTURE not in said:
        return said, ()
    if asked in said:
        fail(f"{asked}=… or {_PICTURE}=…, not both / salah satu saja: {asked}=… atau {_PICTURE}=…", 2)
    file = said[_PICTURE]
    text = _text_in(file)
    rest = {name: value for name, value in said.items() if name != _PICTURE}
    return rest | {asked: text}, (f"  the code in {file} / kode di {file}: {text[:_SHOWN_OF_TEXT]}",)


def _text_in(file: str) -> str:
    """The text of the QR code in a picture."""
    try:
        # Not with every command: few have what it needs, and it takes its time.
        reader: Any = import_module("gerai.cli.qr_picture")
    except ImportError:
        fail(
            f"{file}: reading a picture needs two packages: {sys.executable} -m pip install zxing-cpp pillow; "
            "or give the text in the code, which any scanner app shows",
            2,
            then=(
                f"  Membaca gambar butuh dua paket: {sys.executable} -m pip install zxing-cpp pillow; "
                "atau berikan teks kodenya, yang ditampilkan aplikasi pemindai mana pun.",
            ),
        )
    try:
        return reader.text_in(Path(file).expanduser())
    except reader.PictureFault as fault:
        fail(f"{file}: {fault}", 2)


async def _open(engine: Engine, merchant: str) -> tuple[ReceivingAccount, ...]:
    return engine.directory.merchant(await merchant_named(engine, merchant)).receiving
