"""A gateway's list of transactions as a CSV file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gerai.cli.csv_files import CsvTable, read_csv
from gerai.cli.terminal import fail
from gerai.cli.transaction_layouts import COLUMNS, TransactionLayout, is_payment, layout_of, status_of
from gerai.domain.money import printed_sen
from gerai.engine.payouts.reconcile import TheirLine
from gerai.kit.moments import jakarta_time

_MARKS: Final = re.compile(r"^(?:Rp|IDR)\.?\s*", re.I)
_LONGEST: Final = 200
_ALL: Final = ", ".join(f"{name}=…" if must else f"[{name}=…]" for name, must in COLUMNS.items())


def read_transactions(file: Path, gateway: str, columns: Mapping[str, str]) -> list[TheirLine]:
    """What a gateway lists of payments, in the file's order. ``columns``: what the file's head calls each of
    ``COLUMNS``; none: its head must be the one that is known of this gateway. Leaves with exit code 2 when the file,
    its head or any line cannot be read: nothing is guessed."""
    table = _table(file, gateway, columns)
    at = {what: table.head.index(name) for what, name in table.layout.columns.items()}
    begin, found = table.head_at + 1, list[TheirLine]()
    for number, cells in enumerate(table.rows[begin:], start=begin + 1):
        if not any(cells):
            continue
        where = f"{file}, line {number}"
        if len(cells) <= max(at.values()) or any(cells[len(table.head) :]):
            fail(f"{where}: it has {len(cells)} columns, the line with their names {len(table.head)}", 2)
        texts = {what: cells[index][:_LONGEST] for what, index in at.items()}
        if "type" not in texts or is_payment(texts["type"]):
            found.append(_line(where, number, texts))
    return found


def _line(where: str, number: int, texts: Mapping[str, str]) -> TheirLine:
    status = status_of(texts["status"]) if "status" in texts else "paid"
    if status is None:
        fail(f"{where}: {texts['status']!r} is no status that is known here", 2)
    if not texts["reference"] and not texts.get("id"):
        fail(f"{where}: it names no transaction", 2)
    time = texts.get("time", "")
    at = jakarta_time(time) if time else None
    if time and at is None:
        fail(f"{where}: {time!r} is no time that is read here (31/12/2026 14:05, 2026-12-31T14:05:00Z)", 2)
    fees = [_amount(where, texts[what]) for what in ("fee", "tax") if what in texts]
    return TheirLine(
        number, texts["reference"], texts.get("id", ""), _amount(where, texts["amount"]), sum(fees) if fees else None,
        status, at,
    )  # fmt: skip


def _amount(where: str, text: str) -> int:
    """In sen; an empty cell is nothing."""
    if not text.strip("0.,"):
        return 0
    amount_sen = printed_sen(_MARKS.sub("", text))
    return fail(f"{where}: {text!r} is no amount", 2) if amount_sen is None else amount_sen


def _table(file: Path, gateway: str, columns: Mapping[str, str]) -> CsvTable[TransactionLayout]:
    found = read_csv(file, "gateway", lambda names: _layout(gateway, names, columns))
    if isinstance(found, CsvTable):
        return found
    fault = f"is no list of {gateway} as it is known here: say which column is what ({_ALL})"
    if columns:
        lacking = next((name for name in columns.values() if name not in found.names), "")
        fault = f"has no column {lacking}" if lacking else f"has no line with {', '.join(columns.values())}"
    return fail(f"{file} {fault}; its first line has: {found.first}", 2)


def _layout(gateway: str, names: Sequence[str], columns: Mapping[str, str]) -> TransactionLayout | None:
    if not columns:
        return layout_of(gateway, names)
    return TransactionLayout(gateway, columns) if {*columns.values()} <= {*names} else None
