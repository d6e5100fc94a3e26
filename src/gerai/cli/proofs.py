"""`gerai payments proofs`: what payers sent to show that they transferred. It books nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named, no_such
from gerai.cli.on_engine import MerchantOption, on_engine
from gerai.cli.terminal import Grid, console, fail, to_the_minute
from gerai.domain.money import display
from gerai.engine import proofs as kept
from gerai.engine.core import Engine
from gerai.engine.proofs import ProofRow

proofs = typer.Typer(no_args_is_help=True, help="What payers sent to show that they transferred.")

_SHOWN: Final = 200
ProofArgument = Annotated[int, typer.Argument(min=1, metavar="PROOF", help="As `gerai payments proofs list` shows.")]


@proofs.command("list")
def show(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """List the proofs of orders and top-ups that no money is known to have come for, newest first."""

    async def act(engine: Engine) -> list[ProofRow]:
        return await kept.waiting(engine, await merchant_named(engine, merchant), _SHOWN + 1)

    found = on_engine(act, data, settings_file)
    if not found:
        console.line("nothing waits / tidak ada yang menunggu")
        return
    grid = Grid("id", "order", "asked", "into", "its payment is", "file", "came (WIB)", right=("asked",))
    for one in found[:_SHOWN]:
        grid.add(
            str(one.proof_id), _whose(one), display(one.asked_sen), _account(one), one.payment_status, _file(one),
            to_the_minute(one.uploaded_at),
        )  # fmt: skip
    console.grid(grid)
    if len(found) > _SHOWN:
        console.line(f"the newest {_SHOWN} are shown; there are more")
    console.line("gerai payments proofs save PROOF FILE; when the money is there: gerai payments confirm ORDER|TOPUP")


@proofs.command("show", epilog="Example: gerai payments proofs show 8001 --merchant toko")
def show_one(
    proof: ProofArgument, merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None
) -> None:
    """Show what a proof is for and what kind of file it is. The file itself: save."""

    async def act(engine: Engine) -> ProofRow:
        return await _named(engine, await merchant_named(engine, merchant), proof)

    one = on_engine(act, data, settings_file)
    what = f"order {one.order_number}: payment" if one.order_number else "top-up"
    console.line(f"{what} {one.payment} is {one.payment_status}")
    console.line(f"asked: {display(one.asked_sen)} into {_account(one)}")
    console.line(f"file: {_file(one)}, came {to_the_minute(one.uploaded_at)} WIB")
    console.line(f"SHA-256: {one.digest.hex()}")


@proofs.command(epilog="Example: gerai payments proofs save 8001 bukti.jpg --merchant toko")
def save(
    proof: ProofArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="Where to; it must not be there yet.")],
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Write a proof into a file, as it came. A stranger sent it: open it with a program you trust."""

    async def act(engine: Engine) -> tuple[ProofRow, bytes]:
        merchant_id = await merchant_named(engine, merchant)
        one = await _named(engine, merchant_id, proof)
        return one, await kept.content_of(engine, merchant_id, proof)

    one, content = on_engine(act, data, settings_file)
    try:
        # Nothing that is there is written over: no file, no terminal, no link to either.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(content)
    except FileExistsError:
        fail(f"{file} is there already: nothing is written")
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")
    console.line(f"saved {file}: {_file(one)}")


async def _named(engine: Engine, merchant_id: int, proof: int) -> ProofRow:
    """The proof with this id, also one that waits no more. Leaves when there is none, and names those that wait."""
    found = await kept.proof_of(engine, merchant_id, proof)
    if found is None:
        known = [one.proof_id for one in await kept.waiting(engine, merchant_id, _SHOWN)]
        no_such("proof", proof, known, "gerai payments proofs list", "nothing waits")
    return found


def _whose(one: ProofRow) -> str:
    return one.order_number or f"top-up {one.payment}"


def _account(one: ProofRow) -> str:
    alone = not one.channel_code or one.channel_code.lower() == one.method
    return one.method if alone else f"{one.method} {one.channel_code}"


def _file(one: ProofRow) -> str:
    return f"{one.kind}, {max(1, round(one.size_bytes / 1024))} KiB"
