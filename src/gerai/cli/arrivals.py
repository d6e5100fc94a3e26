"""`gerai payments arrivals`: money that came into an account of the seller's own, and whose it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from gerai.cli.bank_layouts import LAYOUTS
from gerai.cli.bank_statement import COLUMNS, read_statement
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.money_acts import money_act
from gerai.cli.names import merchant_named, no_such
from gerai.cli.on_engine import MerchantOption, on_engine, with_settings
from gerai.cli.order_names import payable_named
from gerai.cli.payment_words import became
from gerai.cli.terminal import Grid, console, fail, to_the_minute
from gerai.cli.top_ups import PaidArgument, book_deposit, deposit_named
from gerai.cli.values import read_pairs
from gerai.domain.money import display
from gerai.domain.records import Arrival
from gerai.engine.arrivals import take
from gerai.engine.arrivals.take import PRODUCTION
from gerai.engine.core import Engine
from gerai.settings import Settings

arrivals = typer.Typer(no_args_is_help=True, help="Money that came into your own accounts, and whose it is.")

ArrivalArgument = Annotated[
    int, typer.Argument(min=1, metavar="ARRIVAL", help="As `gerai payments arrivals list` shows.")
]
_BANKS = ", ".join(dict.fromkeys(one.bank for one in LAYOUTS))
_SOURCE: Final = "statement"
_ALL = ", ".join(f"{name}=…" if must else f"[{name}=…]" for name, must in COLUMNS.items())


@arrivals.command(
    "import",
    epilog="Example: gerai payments arrivals import mutasi.csv --account 7001 date=Tanggal amount=Kredit "
    "description=Keterangan --merchant toko",
)
def import_statement(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The bank's list as CSV, as it was downloaded.")],
    account: Annotated[int, typer.Option("--account", min=1, help="As `gerai payments accounts list` shows.")],
    columns: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHAT=COLUMN...]",
            show_default=False,
            help=f"Which column is what: {_ALL}. Not needed for the lists of {_BANKS}.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Read a bank's list: what can be one payment or top-up only pays it, the rest waits. What was read before is left
    out."""
    named = _columns(columns) if columns else {}

    async def act(engine: Engine) -> tuple[int, list[tuple[str, str]]]:
        merchant_id = await merchant_named(engine, merchant)
        _require_account(engine, merchant_id, account)
        bank, lines = read_statement(file, named)
        _require_bank(engine, merchant_id, account, bank)
        fresh = await take.not_kept(engine, merchant_id, account, lines)
        done: list[tuple[str, str]] = []
        for line in fresh:
            seen = f"{to_the_minute(line.at)}  {display(line.amount_sen)}  {line.description}"
            found = await take.fitting(engine, merchant_id, account, line, _SOURCE)
            kind = "top-up" if found and found[0].deposit_id else "order"
            whose = f"{kind} {found[0].name}" if len(found) == 1 else "waits"
            if not dry_run:
                kept = await take.take(engine, merchant_id, account, line, _SOURCE)
                whose = whose + await _late(engine, kept) if kept.status == "booked" else "waits"
            done.append((seen, whose))
        return len(lines) - len(fresh), done

    known, done = on_engine(act, data, settings_file)
    grid = Grid("what came", "whose it is")
    for seen, whose in done:
        grid.add(seen, whose)
    if done:
        console.grid(grid)
    paying = sum(whose != "waits" for _, whose in done)
    would = "would be " if dry_run else ""
    waits, akan = len(done) - paying, "akan " if dry_run else ""
    console.line(
        f"{paying} {would}booked, {waits} {would}waiting, {known} known already "
        f"/ {paying} {akan}dibukukan, {waits} {akan}menunggu, {known} sudah dikenal"
    )
    if waits and not dry_run:
        console.line("what waits / yang menunggu: gerai payments arrivals list")


@arrivals.command("list")
def show(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """List money that waits for you, with the orders and top-ups that it may be for."""

    async def act(engine: Engine) -> list[tuple[Arrival, str]]:
        merchant_id = await merchant_named(engine, merchant)
        found = list[tuple[Arrival, str]]()
        for one in await take.waiting(engine, merchant_id):
            may_be = await take.candidates(engine, merchant_id, one.receiving_id, one.amount_sen)
            named = ", ".join(f"{c.name} ({c.status})" for c in may_be)
            found.append((one, named or await _no_open_one(engine, one)))
        return found

    found = on_engine(act, data, settings_file)
    if not found:
        console.line("nothing waits / tidak ada yang menunggu")
        return
    grid = Grid("id", "amount", "came (WIB)", "what the bank says", "what it may be for", right=("amount",))
    for one, may_be in found:
        grid.add(str(one.arrival_id), display(one.amount_sen), to_the_minute(one.arrived_at), one.description, may_be)
    console.grid(grid)
    console.line(
        "it pays one / membayar salah satu: gerai payments arrivals book ARRIVAL ORDER|PAYMENT|TOPUP; "
        "it pays none / bukan untuk siapa pun: gerai payments arrivals dismiss ARRIVAL"
    )


@arrivals.command(epilog="Example: gerai payments arrivals book 8001 NO-1 --merchant toko")
def book(
    arrival: ArrivalArgument,
    name: PaidArgument,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """It is this order's: its payment that asks for exactly this is paid. Or it is this top-up's."""

    async def act(engine: Engine, settings: Settings) -> str:
        if (deposit := await deposit_named(engine, merchant, name, PRODUCTION)) is not None:
            kept = await _waiting(engine, deposit.merchant_id, arrival)
            return await book_deposit(engine, settings, PRODUCTION, arrival, kept.amount_sen, deposit)
        view, named = await payable_named(engine, merchant, name, PRODUCTION)
        kept = await _waiting(engine, view.order.merchant_id, arrival)
        payment = named or take.asking(kept, view.payments)
        if payment is None:
            came = display(kept.amount_sen)
            fail(
                f"no payment of {name} asks for {came}: name one, or gerai payments confirm {name} "
                f"/ tidak ada pembayaran {name} sebesar {came}: sebutkan salah satu, atau gerai payments confirm {name}"
            )
        given = {"id": arrival, "pays": payment.payment_id}
        await money_act(engine, settings, view.order.merchant_id, PRODUCTION, "arrivals.book", "", **given)
        after = await engine.orders.by_id(view.order.merchant_id, view.order.order_id) or view
        return became(after, display(kept.amount_sen), payment.public_id)

    console.line(with_settings(act, data, settings_file))


@arrivals.command(epilog="Example: gerai payments arrivals dismiss 8001 --merchant toko")
def dismiss(
    arrival: ArrivalArgument,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """It has nothing to do with any order or top-up here; it stays written down."""

    async def act(engine: Engine, settings: Settings) -> None:
        merchant_id = await merchant_named(engine, merchant)
        await _waiting(engine, merchant_id, arrival)
        await money_act(engine, settings, merchant_id, PRODUCTION, "arrivals.dismiss", "", id=arrival)

    with_settings(act, data, settings_file)
    console.line(f"dismissed {arrival} / {arrival} diabaikan")


async def _late(engine: Engine, kept: Arrival) -> str:
    """What a line that was booked says more where it came late, and waits."""
    if kept.deposit_id is not None:
        found = await engine.deposits.by_id(kept.merchant_id, kept.deposit_id)
        late = found is not None and found.status == "late"
    else:
        view = None if kept.order_id is None else await engine.orders.by_id(kept.merchant_id, kept.order_id)
        payments = () if view is None else view.payments
        late = any(one.payment_id == kept.payment_id and one.status == "late" for one in payments)
    return ", late: gerai payments waiting" if late else ""


def _columns(said: list[str]) -> dict[str, str]:
    """The columns somebody named: ``date=Tanggal``. Leaves with exit code 2 when one is unknown, twice or missing."""
    found = read_pairs(said, "WHAT=COLUMN", _ALL, COLUMNS)
    if missing := [what for what, must in COLUMNS.items() if must and what not in found]:
        fail(f"which column is the {missing[0]}? {_ALL}", 2)
    return found


def _require_account(engine: Engine, merchant_id: int, account: int) -> None:
    known = [one.receiving_id for one in engine.directory.merchant(merchant_id).receiving]
    if account not in known:
        no_such("account", account, known, "gerai payments accounts list")


def _require_bank(engine: Engine, merchant_id: int, account: int, bank: str) -> None:
    """The list of one bank says nothing of an account at another."""
    [of] = [one.channel for one in engine.directory.merchant(merchant_id).receiving if one.receiving_id == account]
    if bank and bank.upper() != of:
        fail(
            f"this is a list of {bank}, and {account} is an account of {of} "
            f"/ ini daftar {bank}, sedangkan {account} adalah rekening {of}",
            2,
        )


async def _no_open_one(engine: Engine, one: Arrival) -> str:
    """Nothing waits for this money; whoever was asked for it once may have been paid by hand."""
    once = await take.asked_once(engine, one.merchant_id, one.receiving_id, one.amount_sen)
    named = ", ".join(f"{o.name} ({f'paid by {o.paid_by}' if o.paid_by else o.status})" for o in once)
    return f"none that is open; asked of / diminta dari {named}" if named else "none that is open"


async def _waiting(engine: Engine, merchant_id: int, arrival: int) -> Arrival:
    found = await take.one_that_waits(engine, merchant_id, arrival)
    if found is None:
        known = [one.arrival_id for one in await take.waiting(engine, merchant_id)]
        no_such("arrival that waits", arrival, known, "gerai payments arrivals list", "nothing waits")
    return found
