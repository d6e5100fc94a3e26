"""`gerai payments notices`: who may tell that money came in or was paid out, and notices that wait for a person."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.money_acts import money_act
from gerai.cli.names import merchant_named, no_such, one_of
from gerai.cli.on_engine import MerchantOption, on_engine, operator, with_settings
from gerai.cli.parcels import parcels_grid
from gerai.cli.terminal import Grid, console, fail, to_the_minute
from gerai.domain.records import Notice, NoticeSource
from gerai.domain.refusals import PartnerUnavailable
from gerai.doors.notices import PREFIX
from gerai.engine.arrivals.take import PRODUCTION
from gerai.engine.core import Engine
from gerai.engine.desk.registry import Done
from gerai.engine.notices import read
from gerai.engine.notices.couriers import SeenParcel
from gerai.engine.notices.sources import SOURCES, NewSource, close_source, open_source
from gerai.kit.discover import discover
from gerai.kit.secret_box import SecretBox, SecretBoxError
from gerai.ports.notices import NoticeForm
from gerai.settings import Settings

notices = typer.Typer(no_args_is_help=True, help="Services that tell when money came into your own accounts.")

_FORMS: Final[dict[str, NoticeForm]] = discover("gerai.partners.notices", "FORM")
_SHOWN: Final = 200
NoticeArgument = Annotated[
    int, typer.Argument(min=1, metavar="NOTICE", help="As `gerai payments notices waiting` shows.")
]


@notices.command(epilog="Example: gerai payments notices add moota --merchant toko")
def add(
    form: Annotated[str, typer.Argument(metavar="SENDER", help=f"One of {', '.join(_FORMS)}.")],
    account: Annotated[
        int | None,
        typer.Option("--account", min=1, help="Whose money it is, as `gerai payments accounts list` shows."),
    ] = None,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Make an address where a service tells that money came in. Shows it and the secret, this once.

    The secret of Mutasibank is asked for, or read from standard input; for the others one is made.
    """
    chosen = _FORMS[one_of(form, _FORMS, "sender")]
    secret = _ask_for_secret(chosen) if chosen.proven_by == "theirs" else ""

    async def act(engine: Engine, settings: Settings) -> tuple[str, NewSource]:
        merchant_id = await merchant_named(engine, merchant)
        if account is not None:
            known = [one.receiving_id for one in engine.directory.merchant(merchant_id).receiving]
            if account not in known:
                no_such("account", account, known, "gerai payments accounts list")
        try:
            sealer = SecretBox(settings.webhooks.seal_key)
            new = await open_source(
                engine, sealer, merchant_id, chosen, receiving_id=account, secret=secret, by=operator()
            )
        except SecretBoxError as error:
            fail(f"{error}: it is the setting webhooks.seal_key (`gerai webhooks new-key`)")
        return f"{settings.base_url}{PREFIX}/{merchant_id}/{new.token}", new

    address, new = with_settings(act, data, settings_file)
    console.line(f"added {new.source_id} / {new.source_id} ditambahkan")
    console.line("Shown only now; keep it / Hanya tampil sekali, simpan:", style="dim")
    typer.echo(address)
    if chosen.proven_by == "ours":
        console.line(f"secret / rahasia: {new.secret}")
    for line in (*chosen.steps["id"], *chosen.steps["en"]):
        console.line(line)


@notices.command("list")
def show(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """List who may tell of money that came in."""
    found = on_engine(lambda engine: _open(engine, merchant), data, settings_file)
    if not found:
        console.line("nobody yet: gerai payments notices add / belum ada")
        return
    grid = Grid("id", "sender", "account", "since (WIB)", "by")
    for one in found:
        form = _FORMS.get(one.form)
        account = "" if form is not None and not form.of_account else "as each notice says"
        account = account if one.receiving_id is None else str(one.receiving_id)
        grid.add(str(one.source_id), one.form, account, to_the_minute(one.created_at), one.created_by)
    console.grid(grid)


@notices.command(epilog="Example: gerai payments notices close 7001 --merchant toko")
def close(
    source: Annotated[int, typer.Argument(min=1, metavar="ID", help="As `gerai payments notices list` shows.")],
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Let an address lead nowhere any more: nothing that is sent there counts."""

    async def act(engine: Engine) -> None:
        known = [one.source_id for one in await _open(engine, merchant)]
        if source not in known:
            no_such("sender", source, known, "gerai payments notices list")
        await close_source(engine, await merchant_named(engine, merchant), source, operator())

    on_engine(act, data, settings_file)
    console.line(f"closed {source} / {source} ditutup")


@notices.command()
def waiting(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """List notices that could not be read, and why."""

    async def act(engine: Engine) -> list[Notice]:
        return await read.unread(engine, await merchant_named(engine, merchant), _SHOWN)

    found = on_engine(act, data, settings_file)
    if not found:
        console.line("nothing waits / tidak ada yang menunggu")
        return
    grid = Grid("id", "came (WIB)", "kept of it", "why it waits", right=("kept of it",))
    for one in found:
        why = one.fault or "not read yet: is a worker running? / belum dibaca: apakah worker berjalan?"
        grid.add(str(one.notice_id), to_the_minute(one.created_at), str(one.kept), why)
    console.grid(grid)
    console.line(
        "look at it / lihat: gerai payments notices show NOTICE; once it can be read / bila sudah bisa dibaca: read "
        "NOTICE; no money of yours / bukan uang Anda: dismiss NOTICE"
    )


@notices.command("show", epilog="Example: gerai payments notices show 8001 --merchant toko")
def show_one(
    notice: NoticeArgument, merchant: MerchantOption = "", data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:  # fmt: skip
    """Show a notice as it came, and how each parcel of a courier's payout stands now."""

    async def act(engine: Engine) -> tuple[Notice, list[SeenParcel]]:
        found = await _waiting(engine, merchant, notice)
        return found, await read.parcels_of(engine, _FORMS, found)

    found, parcels = on_engine(act, data, settings_file)
    if parcels:
        console.grid(parcels_grid(parcels))
    console.line(found.body.decode("utf-8", "replace"))


@notices.command("read", epilog="Example: gerai payments notices read 8001 --merchant toko")
def read_again(
    notice: NoticeArgument, merchant: MerchantOption = "", data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:  # fmt: skip
    """Read a notice again, once the account that it names is known."""

    async def act(engine: Engine, settings: Settings) -> Done:
        found = await _waiting(engine, merchant, notice)
        try:
            return await money_act(engine, settings, found.merchant_id, PRODUCTION, "notices.read", "", id=notice)
        except PartnerUnavailable:
            fail("its gateway does not answer: try again later / gateway tidak menjawab, coba lagi")

    fault = with_settings(act, data, settings_file).details["fault"]
    if fault:
        fail(f"it waits still / masih menunggu: {fault}")
    console.line(f"read {notice} / {notice} dibaca; what waits of it / yang menunggu: gerai payments arrivals list")


@notices.command(epilog="Example: gerai payments notices dismiss 8001 --merchant toko")
def dismiss(
    notice: NoticeArgument, merchant: MerchantOption = "", data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:  # fmt: skip
    """There is no money of yours in it; it stays written down."""

    async def act(engine: Engine, settings: Settings) -> None:
        found = await _waiting(engine, merchant, notice)
        await money_act(engine, settings, found.merchant_id, PRODUCTION, "notices.dismiss", "", id=notice)

    with_settings(act, data, settings_file)
    console.line(f"dismissed {notice} / {notice} diabaikan")


def _ask_for_secret(form: NoticeForm) -> str:
    """Typed unseen or read from standard input. Leaves with exit code 2 when there is none."""
    if sys.stdin.isatty():
        return typer.prompt(f"{form.title}: secret / rahasia", hide_input=True).strip()
    given = sys.stdin.readline().strip()
    return given or fail(
        f"{form.title} shows a secret: type it, or give it on standard input "
        f"/ {form.title} menampilkan rahasia: ketik, atau berikan lewat masukan standar",
        2,
    )


async def _open(engine: Engine, merchant: str) -> tuple[NoticeSource, ...]:
    return engine.directory.get(SOURCES, await merchant_named(engine, merchant))


async def _waiting(engine: Engine, merchant: str, notice: int) -> Notice:
    merchant_id = await merchant_named(engine, merchant)
    known = {one.notice_id: one for one in await read.unread(engine, merchant_id, _SHOWN)}
    return known.get(notice) or no_such(
        "notice that waits", notice, known, "gerai payments notices waiting", "nothing waits"
    )
