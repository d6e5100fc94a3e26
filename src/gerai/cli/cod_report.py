"""`gerai payments cod import`: a courier's list of what it paid out, as a CSV file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from gerai.cli.csv_files import CsvTable, read_csv
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named
from gerai.cli.on_engine import MerchantOption, on_engine, operator
from gerai.cli.parcels import parcels_grid
from gerai.cli.terminal import console, fail
from gerai.cli.values import read_amount, read_pairs
from gerai.domain.money import printed_sen
from gerai.engine.core import Engine
from gerai.engine.notices.couriers import SeenParcel, book, look
from gerai.kit.clock import real_now
from gerai.ports.notices import CourierPayout, PaidParcel

#: What is read of each line, and whether it must be there.
_COLUMNS: Final = {"receipt": True, "collected": True, "fee": False}
_MARK: Final = re.compile(r"^(?:Rp|IDR)\.?\s*", re.I)
_ALL: Final = ", ".join(f"{name}=…" if must else f"[{name}=…]" for name, must in _COLUMNS.items())


def import_report(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The courier's list as CSV, as it was downloaded.")],
    reference: Annotated[str, typer.Option("--reference", help="The payout's; under the same one it is booked once.")],
    columns: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHAT=COLUMN...]",
            show_default=False,
            help=f"Which column is what: {_ALL}. Not needed where the columns have these names.",
        ),
    ] = None,
    fee: Annotated[str, typer.Option("--fee", help="What was kept of all of them, where no column says it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Read a courier's list of parcels whose cash it paid out: each order that it fits is paid, the rest is named.

    A list that is read again under the same reference pays nothing twice.
    """
    named = read_pairs(columns, "WHAT=COLUMN", _ALL, _COLUMNS) if columns else {}
    fee_sen = read_amount(fee) if fee else None

    async def act(engine: Engine) -> tuple[list[SeenParcel], int]:
        merchant_id = await merchant_named(engine, merchant)
        parcels = _parcels(file, named, own_fee=not fee)
        if fee_sen is not None and fee_sen > sum(one.collected_sen for one in parcels):
            fail("the fee is more than what was collected: nothing is booked")
        payout = CourierPayout(reference.strip(), real_now(), tuple(parcels), fee_sen)
        before = await look(engine, merchant_id, payout)
        known = sum(one.booked for one in before)
        return (before if dry_run else await book(engine, merchant_id, payout, operator())), known

    seen, known = on_engine(act, data, settings_file)
    console.grid(parcels_grid(seen, "would be paid / akan lunas"))
    waits = sum(bool(one.why) for one in seen)
    paid, would, akan = len(seen) - waits - known, "would be " if dry_run else "", "akan " if dry_run else ""
    console.line(
        f"{paid} {would}paid, {waits} left for you, {known} paid already "
        f"/ {paid} {akan}lunas, {waits} untuk Anda periksa, {known} sudah lunas"
    )
    if waits:
        raise typer.Exit(1)


def _parcels(file: Path, named: Mapping[str, str], *, own_fee: bool) -> list[PaidParcel]:
    """The parcels of a list for which something was collected, in its order. Leaves with exit code 2 when the file, its
    head or any line cannot be read: nothing is guessed."""
    table = _table(file, named)
    at = {what: table.head.index(name) for what, name in table.layout.columns.items()}
    if not own_fee and "fee" in at:
        fail(f"{file} has a column of fees: leave --fee out", 2)
    found: list[PaidParcel] = []
    for number, cells in enumerate(table.rows[table.head_at + 1 :], start=table.head_at + 2):
        if not any(cells):
            continue
        if len(cells) <= max(at.values()) or any(cells[len(table.head) :]):
            fail(f"{file}, line {number}: it has {len(cells)} columns, the line with their names {len(table.head)}", 2)
        one = _parcel(f"{file}, line {number}", {what: cells[index] for what, index in at.items()})
        if one.collected_sen:
            found.append(one)
    return found or fail(f"{file} names no parcel", 2)


class _Layout(NamedTuple):
    """Which column is what."""

    columns: Mapping[str, str]


def _table(file: Path, named: Mapping[str, str]) -> CsvTable[_Layout]:
    columns = {what: named.get(what, what) for what in _COLUMNS}
    must = [columns[what] for what, needed in _COLUMNS.items() if needed or what in named]

    def layout(names: Sequence[str]) -> _Layout | None:
        there = {what: name for what, name in columns.items() if name in names}
        return _Layout(there) if {*must} <= {*names} else None

    found = read_csv(file, "courier", layout)
    if isinstance(found, CsvTable):
        return found
    return fail(f"{file} has no line with {', '.join(must)}: say which column is what; it has: {found.first}", 2)


def _parcel(where: str, texts: Mapping[str, str]) -> PaidParcel:
    receipt = texts["receipt"].strip("'")
    collected_sen, fee_sen = _amount(where, texts["collected"]), _amount(where, texts.get("fee", "0"))
    if collected_sen and (not receipt or fee_sen > collected_sen):
        fail(f"{where}: it has no receipt, or a fee of more than was collected", 2)
    return PaidParcel(receipt, collected_sen, fee_sen)


def _amount(where: str, text: str) -> int:
    amount_sen = printed_sen(_MARK.sub("", text)) if text else 0
    return fail(f"{where}: {text!r} is no amount", 2) if amount_sen is None else amount_sen
