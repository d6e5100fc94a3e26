"""`gerai shop init`: the first shop by questions, up to the call that places its first order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from gerai.cli.at_desk import caller_here, house_of
from gerai.cli.completing import among
from gerai.cli.database import DataOption, SettingsOption, chosen_folder, data_option, read_settings
from gerai.cli.on_engine import on_engine, with_settings
from gerai.cli.public_address import warn_of_real_money
from gerai.cli.shop_answers import Answers, Unfit, understood
from gerai.cli.shop_files import ShopFaults
from gerai.cli.shop_first import ShopOpened, open_first
from gerai.cli.shop_load import Into
from gerai.cli.shop_questions import ServerKnown, ask, keep_in, kept
from gerai.cli.terminal import console, fail, linked
from gerai.domain.money import SEN_PER_RUPIAH, display, rupiah
from gerai.engine.core import Engine
from gerai.engine.desk.first_kinds import CODES, FILE, GOODS, HAND, SERVICE, price_of
from gerai.engine.desk.own_sales import own_sales
from gerai.engine.shipping.import_places import known_places
from gerai.settings import Settings

#: Answers so far, in the data folder, or here.
_FILE: Final = "shop-init.json"
#: Set once the shop was begun: its code is its own then, however often it is gone on with.
_BEGUN: Final = "begun"
_INTERRUPTED: Final = 130
_REASON: Final = "gerai shop init"
_SELLS: Final = f"What a counter sells of itself, at --price: {', '.join(own_sales())}."


def init(
    name: Annotated[str, typer.Option("--name", help="Name of the shop.")] = "",
    code: Annotated[str, typer.Option("--code", help="Code of the shop; else made of its name.")] = "",
    bank: Annotated[str, typer.Option("--bank", help="Your bank, with --number and --holder: BCA.")] = "",
    number: Annotated[str, typer.Option("--number", help="Number of your account.")] = "",
    holder: Annotated[str, typer.Option("--holder", help="Whose account it is.")] = "",
    qris: Annotated[str, typer.Option("--qris", help="Text of your QRIS code, or a picture of it.")] = "",
    product: Annotated[
        str,
        typer.Option("--product", help="Name of a first digital product: with --file, with --codes, or sent by you."),
    ] = "",
    goods: Annotated[str, typer.Option("--goods", help="Name of the first goods, with --from and --address.")] = "",
    service: Annotated[str, typer.Option("--service", help="Name of the first service, done by hand.")] = "",
    sell: Annotated[
        str,
        typer.Option("--sell", help=_SELLS, autocompletion=among(own_sales())),
    ] = "",
    price: Annotated[str, typer.Option("--price", help="Its price, 50000 or Rp50.000.")] = "",
    file: Annotated[str, typer.Option("--file", help="What its buyers download: a file, or a link to it.")] = "",
    codes: Annotated[str, typer.Option("--codes", help="A file of licence codes, one in each line.")] = "",
    weight: Annotated[str, typer.Option("--weight", help="Weight of the goods in grams.")] = "",
    stock: Annotated[str, typer.Option("--stock", help="How many of the goods there are.")] = "",
    sent_from: Annotated[str, typer.Option("--from", help="District (kecamatan) that they are sent from.")] = "",
    city: Annotated[str, typer.Option("--city", help="Its city or regency, where no districts were imported.")] = "",
    province: Annotated[str, typer.Option("--province", help="Its province, where no districts were imported.")] = "",
    region: Annotated[str, typer.Option("--region", help="Its code, where no districts were imported: 357805.")] = "",
    address: Annotated[str, typer.Option("--address", help="Street and number that they are sent from.")] = "",
    postal: Annotated[str, typer.Option("--postal", help="Postal code that they are sent from.")] = "",
    courier: Annotated[str, typer.Option("--courier", help="Courier that sends them: JNE.")] = "",
    shipping: Annotated[str, typer.Option("--shipping", help="What sending a kilogram costs, 15000.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: what is not said has its default.")] = False,
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Open your first shop by questions: its name, where its money comes in, what it sells first, and a key.

    Stopped by Ctrl-C, it goes on where it was. / Berhenti dengan Ctrl-C, lanjut lagi dengan perintah yang sama.
    """
    given = {"name": name, "code": code, "bank": bank, "number": number, "holder": holder, "qris": qris, "price": price}
    given |= {"file": file, "codes": codes, "weight": weight, "stock": stock, "from": sent_from, "city": city}
    given |= {"province": province, "region": region, "address": address, "postal": postal, "courier": courier}
    kind = _sell({"product": product, "goods": goods, "service": service, "sell": sell}, file, codes)
    given |= {"pay": _pay(bank, qris, silent=yes), "sell": kind, "item": product or goods or service}
    given |= {"shipping": shipping, price_of(kind): price}
    folder = chosen_folder(read_settings(settings_file), data)
    kept_in = (folder or Path()) / _FILE
    known = on_engine(_known, data, settings_file)
    answers = _answered(kept_in, {n: text for n, text in given.items() if text}, known, data, silent=yes)
    keep_in(kept_in)({**answers, _BEGUN: "yes"})
    first, settings = _opened(answers, known, data, settings_file)
    kept_in.unlink(missing_ok=True)
    _show(answers, first, settings.base_url, data_option(data))
    warn_of_real_money(settings, answers["code"])


def _pay(bank: str, qris: str, *, silent: bool) -> str:
    """What the options say of where money comes in. Leaves with exit code 2 when they say two things."""
    if bank and qris:
        fail("--bank or --qris, not both: the other one can follow with gerai payments accounts add", 2)
    if bank or qris:
        return "bank" if bank else "qris"
    return "later" if silent else ""


def _sell(named: Mapping[str, str], file: str, codes: str) -> str:
    """The kind that the options say; empty: none. Leaves with exit code 2 when they say two things."""
    said = [name for name, text in named.items() if text]
    if len(said) > 1:
        fail(f"--{said[0]} or --{said[1]}, not both: the other one can follow", 2)
    if file and codes:
        fail("--file or --codes, not both", 2)
    digital = FILE if file else CODES if codes else HAND
    return {"product": digital, "goods": GOODS, "service": SERVICE, "sell": named["sell"]}[said[0]] if said else ""


async def _known(engine: Engine) -> ServerKnown:
    codes = frozenset(merchant.code for merchant in engine.directory.merchants())
    return ServerKnown(codes, await known_places(engine))


def _answered(file: Path, given: Answers, known: ServerKnown, data: DataOption, *, silent: bool) -> Answers:
    """All answers. Leaves: with 2 when an option does not fit, with 130 when somebody stopped."""
    earlier = kept(file)
    if earlier.pop(_BEGUN, "") and "code" in earlier:
        known = known._replace(codes=known.codes - {earlier["code"]})
    answers = {} if silent else earlier
    if answers:
        console.line("Going on where you stopped. / Melanjutkan yang tadi.", style="dim")
    if not silent:
        console.line("Enter takes what stands in brackets. / Enter memakai yang di dalam kurung.", style="dim")
    try:
        ask(answers, given, keep_in(file), silent=silent, known=known)
        right = _understood(answers, silent=silent)
    except Unfit as why:
        fail(str(why), 2)
    except (KeyboardInterrupt, typer.Abort):
        right = False
    return answers if right else _stop(data)


def _understood(answers: Answers, *, silent: bool) -> bool:
    """Show what was understood; whether it is right."""
    kind = answers["sell"]
    item, price = answers.get("item") or kind, display(rupiah(int(answers.get(price_of(kind)) or answers["price"])))
    console.line(f"{answers['name']} ({answers['code']}): {item}, {price}")
    for name, value in understood(answers):
        console.line(f"  {name}: {value}")
    return silent or typer.confirm("Benar? / Is that right?", default=True)


def _stop(data: DataOption) -> NoReturn:
    again = f"gerai shop init{data_option(data)}"
    console.line("")
    console.line(f"Stopped; nothing is made. Go on with: {again} / Berhenti; lanjutkan dengan: {again}")
    raise typer.Exit(_INTERRUPTED)


def _opened(
    answers: Answers, known: ServerKnown, data: DataOption, settings_file: SettingsOption
) -> tuple[ShopOpened, Settings]:
    async def act(engine: Engine, settings: Settings) -> tuple[ShopOpened, Settings]:
        async with house_of(engine, settings) as house:
            return await open_first(Into(house, "production", caller_here(), _REASON), answers, known.places), settings

    try:
        return with_settings(act, data, settings_file)
    except ShopFaults as found:
        fail("the shop cannot be made so / toko tidak dapat dibuat begini", then=(f"  {one}" for one in found.faults))


def _show(answers: Answers, first: ShopOpened, base_url: str, folder: str) -> None:
    """Where to go from here."""
    code, kind = answers["code"], answers["sell"]
    merchant = f"--merchant {code}{folder}"
    console.heading(answers["name"])
    console.line("konsol / console: ", linked(f"{base_url}/console"))
    console.line("kunci, hanya tampil sekali / key, shown only now:", style="dim")
    console.line(first.key)
    if first.member_id:
        rupiah_of_it = first.price_sen // SEN_PER_RUPIAH
        console.line("isi saldo anggota dulu / top its member up first:", style="dim")
        console.line(
            f"gerai wallets top-up {first.member_id} --amount-sen {rupiah_of_it} --reason 'saldo awal' {merchant}"
        )
    console.line("pesanan pertama / the first order:", style="dim")
    console.line(first.curl)
    if not first.member_id:
        console.line("uangnya datang? konfirmasi / its money came? confirm it:", style="dim")
        console.line(f"gerai payments confirm ORDER {merchant}")
    if kind == GOODS:
        console.line("kirim, dengan nomor resi / send it, with the courier's number:", style="dim")
        console.line(f"gerai orders ship ORDER --receipt RESI {merchant}")
    elif kind not in (FILE, CODES):
        console.line("kerjakan, lalu selesaikan / do it, then finish it:", style="dim")
        console.line(f"gerai orders complete ORDER --result '\"selesai\"' {merchant}")
    if answers["pay"] == "later":
        console.line("rekening Anda nanti / your account, later:", style="dim")
        console.line(f"gerai payments accounts add bank_transfer bank=BCA number=… holder=… {merchant}")
