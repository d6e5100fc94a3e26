"""`gerai shop init`: the first shop by questions, up to the call that places its first order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from gerai.cli.at_desk import caller_here, house_of
from gerai.cli.database import DataOption, SettingsOption, chosen_folder, data_option, read_settings
from gerai.cli.on_engine import on_engine, with_settings
from gerai.cli.public_address import warn_of_real_money
from gerai.cli.shop_files import ShopFaults
from gerai.cli.shop_first import FirstOrder, open_first
from gerai.cli.shop_load import Into
from gerai.cli.shop_questions import Answers, Unfit, ask, keep_in, kept, understood
from gerai.cli.terminal import console, fail, linked
from gerai.domain.money import display, rupiah
from gerai.engine.core import Engine
from gerai.settings import Settings

#: Answers so far, in the data folder, or here.
_FILE: Final = "shop-init.json"
#: Set once the shop was begun: its code is its own then, however often it is gone on with.
_BEGUN: Final = "begun"
_INTERRUPTED: Final = 130
_REASON: Final = "gerai shop init"


def init(
    name: Annotated[str, typer.Option("--name", help="Name of the shop.")] = "",
    code: Annotated[str, typer.Option("--code", help="Code of the shop; else made of its name.")] = "",
    bank: Annotated[str, typer.Option("--bank", help="Your bank, with --number and --holder: BCA.")] = "",
    number: Annotated[str, typer.Option("--number", help="Number of your account.")] = "",
    holder: Annotated[str, typer.Option("--holder", help="Whose account it is.")] = "",
    qris: Annotated[str, typer.Option("--qris", help="Text of your QRIS code, or a picture of it.")] = "",
    product: Annotated[str, typer.Option("--product", help="Name of the first product (a digital one).")] = "",
    service: Annotated[str, typer.Option("--service", help="Name of the first service, done by hand.")] = "",
    price: Annotated[str, typer.Option("--price", help="Its price, 50000 or Rp50.000.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: what is not said has its default.")] = False,
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Open your first shop by questions: its name, where its money comes in, what it sells first, and a key.

    Stopped by Ctrl-C, it goes on where it was. / Berhenti dengan Ctrl-C, lanjut lagi dengan perintah yang sama.
    """
    given = {"name": name, "code": code, "bank": bank, "number": number, "holder": holder, "qris": qris, "price": price}
    given |= {"pay": _pay(bank, qris, silent=yes), "sell": _sell(product, service), "item": product or service}
    folder = chosen_folder(read_settings(settings_file), data)
    file = (folder or Path()) / _FILE
    shops = on_engine(_codes, data, settings_file)
    answers = _answered(file, {n: text for n, text in given.items() if text}, shops, data, silent=yes)
    keep_in(file)({**answers, _BEGUN: "yes"})
    first, settings = _opened(answers, data, settings_file)
    file.unlink(missing_ok=True)
    _show(answers, first, settings.base_url, data_option(data))
    warn_of_real_money(settings, answers["code"])


def _pay(bank: str, qris: str, *, silent: bool) -> str:
    """What the options say of where money comes in. Leaves with exit code 2 when they say two things."""
    if bank and qris:
        fail("--bank or --qris, not both: the other one can follow with gerai payments accounts add", 2)
    if bank or qris:
        return "bank" if bank else "qris"
    return "later" if silent else ""


def _sell(product: str, service: str) -> str:
    if product and service:
        fail("--product or --service, not both: the other one can follow", 2)
    return ("product" if product else "service") if product or service else ""


async def _codes(engine: Engine) -> frozenset[str]:
    return frozenset(merchant.code for merchant in engine.directory.merchants())


def _answered(file: Path, given: Answers, shops: frozenset[str], data: DataOption, *, silent: bool) -> Answers:
    """All answers. Leaves: with 2 when an option does not fit, with 130 when somebody stopped."""
    earlier = kept(file)
    taken = shops - {earlier["code"]} if earlier.pop(_BEGUN, "") and "code" in earlier else shops
    answers = {} if silent else earlier
    if answers:
        console.line("Going on where you stopped. / Melanjutkan yang tadi.", style="dim")
    if not silent:
        console.line("Enter takes what stands in brackets. / Enter memakai yang di dalam kurung.", style="dim")
    try:
        ask(answers, given, keep_in(file), silent=silent, taken=taken)
        right = _understood(answers, silent=silent)
    except Unfit as why:
        fail(str(why), 2)
    except (KeyboardInterrupt, typer.Abort):
        right = False
    return answers if right else _stop(data)


def _understood(answers: Answers, *, silent: bool) -> bool:
    """Show what was understood; whether it is right."""
    console.line(f"{answers['name']} ({answers['code']}): {answers['item']}, {display(rupiah(int(answers['price'])))}")
    for name, value in understood(answers):
        console.line(f"  {name}: {value}")
    return silent or typer.confirm("Benar? / Is that right?", default=True)


def _stop(data: DataOption) -> NoReturn:
    again = f"gerai shop init{data_option(data)}"
    console.line("")
    console.line(f"Stopped; nothing is made. Go on with: {again} / Berhenti; lanjutkan dengan: {again}")
    raise typer.Exit(_INTERRUPTED)


def _opened(answers: Answers, data: DataOption, settings_file: SettingsOption) -> tuple[FirstOrder, Settings]:
    async def act(engine: Engine, settings: Settings) -> tuple[FirstOrder, Settings]:
        async with house_of(engine, settings) as house:
            return await open_first(Into(house, "production", caller_here(), _REASON), answers), settings

    try:
        return with_settings(act, data, settings_file)
    except ShopFaults as found:
        fail("the shop cannot be made so / toko tidak dapat dibuat begini", then=(f"  {one}" for one in found.faults))


def _show(answers: Answers, first: FirstOrder, base_url: str, folder: str) -> None:
    """Where to go from here."""
    code, price = answers["code"], answers["price"]
    merchant = f"--merchant {code}{folder}"
    console.heading(answers["name"])
    console.line("konsol / console: ", linked(f"{base_url}/console"))
    console.line("kunci, hanya tampil sekali / key, shown only now:", style="dim")
    console.line(first.key)
    if first.member_id:
        console.line("isi saldo anggota dulu / top its member up first:", style="dim")
        console.line(f"gerai wallets top-up {first.member_id} --amount-sen {price} --reason 'saldo awal' {merchant}")
    console.line("pesanan pertama / the first order:", style="dim")
    console.line(first.curl)
    if first.member_id:
        console.line("kerjakan, lalu selesaikan / do it, then finish it:", style="dim")
        console.line(f"gerai orders complete ORDER --result '\"selesai\"' {merchant}")
    else:
        console.line("isinya dulu: berkas, atau kode / first what its buyer gets: a file, or codes:", style="dim")
        console.line(f"gerai files add --variant-id VARIANT --name NAME --url https://… {merchant}")
        console.line(f"gerai code-pools load --variant-id VARIANT --codes CODES {merchant}")
        console.line("uangnya datang? konfirmasi / its money came? confirm it:", style="dim")
        console.line(f"gerai payments confirm ORDER {merchant}")
    if answers["pay"] == "later":
        console.line("rekening Anda nanti / your account, later:", style="dim")
        console.line(f"gerai payments accounts add bank_transfer bank=BCA number=… holder=… {merchant}")
