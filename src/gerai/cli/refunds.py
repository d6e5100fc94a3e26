"""`gerai payments refunds`: real money that goes back to its payer, by somebody's hand or through its gateway."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.money_acts import money_act
from gerai.cli.names import merchant_named, no_such
from gerai.cli.on_engine import MerchantOption, on_engine, with_settings
from gerai.cli.terminal import Grid, console, to_the_minute
from gerai.cli.values import read_pairs
from gerai.domain.money import display
from gerai.domain.records import RefundTask
from gerai.engine.core import Engine
from gerai.engine.desk.registry import Done
from gerai.engine.payments.end_refund import DESTINATION
from gerai.engine.payments.find import ListedRefund
from gerai.settings import Settings

refunds = typer.Typer(no_args_is_help=True, help="Money that goes back to its payer: you send it, or its gateway does.")

TaskArgument = Annotated[int, typer.Argument(min=1, metavar="TASK", help="As `gerai payments refunds list` shows.")]
_SHOWN: Final = 200
_WHERE: Final = " ".join(f"{name}=…" for name in DESTINATION)


@refunds.command("list")
def show(
    ended: Annotated[bool, typer.Option("--all", help="The newest, also those that were sent or withdrawn.")] = False,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """List the refunds that are still to be sent, by you or by a gateway, what waits longest first."""

    async def act(engine: Engine) -> list[ListedRefund]:
        return await engine.payments.refunds(await merchant_named(engine, merchant), _SHOWN + 1, ended=ended)

    found = on_engine(act, data, settings_file)
    if not found:
        console.line("no refund is to be sent / tidak ada dana yang harus dikembalikan")
        return
    begun = ("sent by", "method", "why", "asked by", "since (WIB)")
    more = ("state", "reference", "when (WIB)", "by") if ended else begun
    grid = Grid("task", "amount", "order", "payment", "to", *more, right=("amount",))
    for one in found[-_SHOWN:] if ended else found[:_SHOWN]:
        task = one.task
        named = (str(task.task_id), display(task.amount_sen), _order(one), one.payment, _where(task))
        grid.add(*named, *(_end(task) if ended else (_sender(task), one.method, task.reason, *_begin(task))))
    console.grid(grid)
    for one in found:
        if one.task.fault:
            console.line(f"{one.task.task_id}: {one.task.fault}")
    if len(found) > _SHOWN:
        console.line(f"{_SHOWN} are shown; there are more / {_SHOWN} yang tampil; masih ada lagi")
    console.line(
        "sent / sudah dikirim: gerai payments refunds done TASK --reference TEXT; "
        "not to be sent / batal: gerai payments refunds withdraw TASK; "
        "through the gateway again / lewat gateway lagi: gerai payments refunds again TASK; "
        "you instead of its gateway / Anda, bukan gateway: gerai payments refunds take TASK"
    )


@refunds.command(epilog="Example: gerai payments refunds done 9001 --reference BCA-3011-12 --merchant toko")
def done(
    task: TaskArgument,
    reference: Annotated[str, typer.Option("--reference", help="The bank's, of the transfer that you made.")],
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """You have sent it: it is booked out, once however often you say so."""

    async def act(engine: Engine, settings: Settings) -> str:
        listed, done = await _done(engine, settings, merchant, task, "refunds.done", reference=reference.strip())
        sent = (await _task_named(engine, merchant, task)).task
        if not done.replayed:
            return (
                f"{task}: {display(sent.amount_sen)} of {_named(listed)} is booked as sent / dibukukan sebagai terkirim"
            )
        when = f" at {to_the_minute(sent.ended_at)} WIB" if sent.ended_at else ""
        return (
            f"{task} is booked already ({sent.reference}, by {sent.ended_by}{when}): nothing is booked now "
            "/ sudah dibukukan: tidak ada yang dibukukan lagi"
        )

    console.line(with_settings(act, data, settings_file))


@refunds.command(
    epilog="Example: gerai payments refunds destination 9001 bank=BCA number=1234567890 holder='Ani' --merchant toko"
)
def destination(
    task: TaskArgument,
    said: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help=f"What you know of it: {_WHERE}.")],
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Keep where its payer wants the money; what is not named stays as it was."""
    given = {name: value.strip() for name, value in read_pairs(said, "NAME=VALUE", _WHERE, DESTINATION).items()}

    async def act(engine: Engine, settings: Settings) -> RefundTask:
        await _done(engine, settings, merchant, task, "refunds.destination", **given)
        return (await _task_named(engine, merchant, task)).task

    kept = with_settings(act, data, settings_file)
    console.line(f"{task}: {display(kept.amount_sen)} goes to / dikirim ke {_where(kept)}")


@refunds.command(
    epilog="Example: gerai payments refunds withdraw 9001 --note 'wants the goods after all' --merchant toko"
)
def withdraw(
    task: TaskArgument,
    note: Annotated[str, typer.Option("--note", help="Why; kept with the transfer.")] = "",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """It will not be sent: its payment is what it was before the refund."""

    listed = _moved(merchant, task, "refunds.withdraw", data, settings_file, note)
    amount = display(listed.task.amount_sen)
    console.line(f"{task} is withdrawn: {amount} of {_named(listed)} is not to be sent any more / batal dikirim")


@refunds.command(epilog="Example: gerai payments refunds again 9001 --merchant toko")
def again(
    task: TaskArgument,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Ask its gateway once more to send what it would not, or what you took back."""

    listed = _moved(merchant, task, "refunds.again", data, settings_file)
    amount = display(listed.task.amount_sen)
    console.line(f"{task}: its gateway is asked again to send {amount} / gateway diminta lagi mengirim {amount}")


@refunds.command(epilog="Example: gerai payments refunds take 9001 --merchant toko")
def take(
    task: TaskArgument,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """You send what its gateway was asked to. Look in its dashboard first, so that it is not sent twice."""

    listed = _moved(merchant, task, "refunds.take", data, settings_file)
    amount = display(listed.task.amount_sen)
    console.line(f"{task}: you send {amount} now / Anda yang mengirim {amount}: gerai payments refunds done {task} …")


def _moved(
    merchant: str, task: int, name: str, data: DataOption, settings_file: SettingsOption, note: str = ""
) -> ListedRefund:
    """Perform an act about the refund that takes nothing else; returns it as it was listed before."""

    async def act(engine: Engine, settings: Settings) -> ListedRefund:
        return (await _done(engine, settings, merchant, task, name, note))[0]

    return with_settings(act, data, settings_file)


async def _done(
    engine: Engine, settings: Settings, merchant: str, task: int, name: str, note: str = "", **given: Any
) -> tuple[ListedRefund, Done]:
    """Perform an act about the refund; returns it as it was listed before, and what came of it."""
    listed = await _task_named(engine, merchant, task)
    here = (listed.task.merchant_id, listed.task.environment)
    return listed, await money_act(engine, settings, *here, name, note, id=task, **given)


async def _task_named(engine: Engine, merchant: str, task_id: int) -> ListedRefund:
    merchant_id = await merchant_named(engine, merchant)
    found = await engine.payments.refund(merchant_id, task_id)
    if found is None:
        known = [one.task.task_id for one in await engine.payments.refunds(merchant_id)]
        no_such("refund", task_id, known, "gerai payments refunds list", "no refund is to be sent")
    return found


def _order(listed: ListedRefund) -> str:
    """What stands in the column of orders."""
    return listed.order_number or "top-up"


def _named(listed: ListedRefund) -> str:
    return f"order {listed.order_number}" if listed.order_number else f"top-up {listed.payment}"


def _sender(task: RefundTask) -> str:
    return "its gateway" if task.status == "sending" else "you"


def _begin(task: RefundTask) -> tuple[str, str]:
    """Who asked for it, and when."""
    return task.asked_by, to_the_minute(task.created_at)


def _end(task: RefundTask) -> tuple[str, str, str, str]:
    """What became of it, by which transfer, when, and by whom."""
    ended_at = to_the_minute(task.ended_at) if task.ended_at else ""
    return task.status, task.reference, ended_at, task.ended_by


def _where(task: RefundTask) -> str:
    return ", ".join(task.destination[name] for name in DESTINATION if task.destination.get(name)) or "not known yet"
