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
from gerai.cli.on_engine import MerchantOption, with_settings
from gerai.cli.settle_rules import WHO_SAYS
from gerai.cli.terminal import console, fail
from gerai.cli.values import read_pairs
from gerai.domain.records import ReceivingAccount
from gerai.domain.refusals import InputInvalid
from gerai.domain.settlement import RULE_FORM
from gerai.engine.acting import UNSAID
from gerai.engine.core import Engine
from gerai.engine.desk.acts.edit_account import AccountEdit
from gerai.engine.desk.fields import ById
from gerai.engine.desk.refusal_words import sentence
from gerai.engine.desk.registry import Done
from gerai.engine.merchants.receiving import read_account, read_settles
from gerai.kit.discover import discover
from gerai.ports.payments import Asked, PaymentMethod
from gerai.settings import Settings

accounts = typer.Typer(no_args_is_help=True, help="Your own bank accounts and QRIS code, which real money is paid to.")

_METHODS: Final[dict[str, PaymentMethod]] = {
    name: method for name, method in discover("gerai.partners.payments", "METHOD").items() if method.own_account
}
AccountArgument = Annotated[
    int, typer.Argument(min=1, metavar="ACCOUNT", help="As `gerai payments accounts list` shows.")
]
SettlesOption = Annotated[
    str, typer.Option("--settles", metavar="RULE", help=f"When its acquirer passes on what came: '{RULE_FORM}'.")
]
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
    settles: SettlesOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Name an account of your own. Shows what was understood; with --yes real money is paid there from now on."""
    chosen = _METHODS[one_of(method, _METHODS, "method")]
    given, of_picture = _pictured(chosen, read_pairs(said, "NAME=VALUE", _ASKED))
    try:
        read, rule = read_account(chosen, given), read_settles(chosen, settles)
    except InputInvalid as refusal:
        fail(sentence(refusal), 2, then=of_picture)

    async def act(engine: Engine, settings: Settings) -> str:
        merchant_id = await merchant_named(engine, merchant)
        if not yes:
            return ""
        wanted = money_input("accounts.add", given, method=method, mine=True, settles=settles)
        return (await do_here(engine, settings, merchant_id, "production", "accounts.add", wanted, UNSAID)).id

    stored = with_settings(act, data, settings_file)
    for name, value in read.shown:
        console.line(f"{name}: {value}")
    if rule is not None:
        console.line(f"reaches your bank / cair: {rule} ({WHO_SAYS[rule.source]})")
    if not stored:
        fail("Is this you? Nothing is stored yet: the same with --yes stores it. / Ini milik Anda? Tambahkan --yes.")
    console.line(
        f"stored as {stored}: production orders can be paid there now "
        f"/ tersimpan: pesanan production kini bisa dibayar ke sana"
    )


@accounts.command(
    epilog="Example: gerai payments accounts edit 7001 --settles 'workdays=1 cutoff=22:00' --merchant toko"
)
def edit(
    account: AccountArgument,
    settles: SettlesOption = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Say when its acquirer passes on what came there; without a rule, as is assumed. What waits now, too."""

    async def act(engine: Engine, settings: Settings) -> Done:
        merchant_id = await _with_account(engine, merchant, account)
        wanted = AccountEdit(id=account, settles=settles)
        return await do_here(engine, settings, merchant_id, "production", "accounts.edit", wanted)

    told = with_settings(act, data, settings_file).details
    said = f"{told['settles']} ({WHO_SAYS[told['source']]})"
    console.line(f"{account}: {said}; what waits now, too / berlaku juga untuk yang masih menunggu")


@accounts.command(epilog="Example: gerai payments accounts close 7001 --merchant toko")
def close(
    account: AccountArgument,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Start no payment there any more. What was shown to payers before stays true, and their money is booked."""

    async def act(engine: Engine, settings: Settings) -> None:
        merchant_id = await _with_account(engine, merchant, account)
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


async def _with_account(engine: Engine, merchant: str, account: int) -> int:
    """The merchant's id. Leaves with a clear message when it has no such open account."""
    known = [one.receiving_id for one in await _open(engine, merchant)]
    if account not in known:
        no_such("account", account, known, "gerai payments accounts list")
    return await merchant_named(engine, merchant)


async def _open(engine: Engine, merchant: str) -> tuple[ReceivingAccount, ...]:
    return engine.directory.merchant(await merchant_named(engine, merchant)).receiving
