"""A bank's list as a CSV file: which lines are money that came in, of how much and when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Final, NamedTuple

from gerai.cli.bank_layouts import LAYOUTS, Layout, Years, layout_of
from gerai.cli.csv_files import CsvTable, read_csv
from gerai.cli.terminal import fail
from gerai.domain.money import printed_sen
from gerai.engine.arrivals.take import BankLine
from gerai.kit.moments import jakarta_time
from gerai.kit.wire import key_of

#: What is read of each line, and whether it must be named.
COLUMNS: Final = {"date": True, "amount": True, "description": False, "reference": False, "kind": False}
_LONGEST: Final = 500
_MIDNIGHT: Final = time(0)
_MARKS: Final = re.compile(r"^(?:Rp|IDR)\.?\s*|\s*(?:CR|K)$", re.I)
_WORDS: Final = re.compile(r"[A-Za-z]+")
_IN_WORDS, _OUT_WORDS = frozenset({"CR", "K"}), frozenset({"DB", "DR", "D"})
_OUT: Final = re.compile(r"^-|^\(|\s*(?:DB|DR|D)$", re.I)
#: What banks write into a column that says which way money went.
_KINDS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("cr", "c", "credit", "k", "kredit", "masuk", "in"), True),
    **dict.fromkeys(("db", "d", "dr", "debit", "debet", "keluar", "out"), False),
}


class Statement(NamedTuple):
    """Money that came in, in the file's order. ``bank``: whose list it is, where that is known."""

    bank: str
    lines: list[BankLine]


def read_statement(file: Path, columns: Mapping[str, str]) -> Statement:
    """What a bank's list tells of money that came in. ``columns``: what the file's head calls each of :data:`COLUMNS`;
    none: the head must be one of :mod:`gerai.cli.bank_layouts`. What stands above the head is passed over. Leaves with
    exit code 2 when the file, its head or any line cannot be read, or two lines have one reference: nothing is
    guessed."""
    table = _table(file, columns)
    layout, head, begin = table.layout, table.head, table.head_at + 1
    years = Years([" ".join(row) for row in table.rows[: table.head_at]])
    at = {what: head.index(name) for what, name in layout.columns.items()}
    if layout.kind_beside_amount and head[at["amount"] + 1 : at["amount"] + 2] == [""]:
        at["kind"] = at["amount"] + 1
    found: list[BankLine] = []
    times, named = Counter[tuple[str, ...]](), dict[str, int]()
    for number, cells in enumerate(table.rows[begin:], start=begin + 1):
        if not any(cells) or (layout.ends and cells[0].startswith(layout.ends)):
            continue
        where = f"{file}, line {number}"
        # More cells than names: a mark between columns stands in what the payer wrote, and nothing is where it belongs.
        if len(cells) <= max(at.values()) or any(cells[len(head) :]):
            fail(f"{where}: it has {len(cells)} columns, the line with their names {len(head)}", 2)
        texts = {what: cells[index] for what, index in at.items()}
        if layout.not_yet and texts["date"].strip("'") == layout.not_yet:
            continue
        line = _line(where, texts | {"date": years.complete(texts["date"])}, times)
        if line is None:
            continue
        if (before := named.setdefault(line.key, number)) != number:
            told = f"{where}: its reference {line.key} is that of line {before}, too, so it names no payment"
            fail(f"{told}: say which column does, or leave reference=… out", 2)
        found.append(line)
    return Statement(layout.bank, found)


def _table(file: Path, columns: Mapping[str, str]) -> CsvTable[Layout]:
    found = read_csv(file, "bank", lambda names: _layout(names, columns))
    if isinstance(found, CsvTable):
        return found
    banks = ", ".join(dict.fromkeys(one.bank for one in LAYOUTS))
    fault = f"is no list of {banks} as it is known here: say which column is what"
    if columns:
        lacking = next((name for name in columns.values() if name not in found.names), "")
        fault = f"has no column {lacking}" if lacking else f"has no line with {', '.join(columns.values())}"
    return fail(f"{file} {fault}; its first line has: {found.first}", 2)


def _layout(names: Sequence[str], columns: Mapping[str, str]) -> Layout | None:
    if not columns:
        return layout_of(names)
    return Layout("", columns) if {*columns.values()} <= {*names} else None


def _line(where: str, texts: Mapping[str, str], times: Counter[tuple[str, ...]]) -> BankLine | None:
    """The money of one line; None where none came in. ``times``: how often such a line was there before."""
    if (comes_in := _KINDS.get(texts.get("kind", "cr").lower())) is None:
        fail(f"{where}: {texts['kind']!r} says neither that money came in (CR) nor out (DB)", 2)
    amount_sen = _amount_in(texts["amount"], comes_in=comes_in)
    if amount_sen is None:
        fail(f"{where}: {texts['amount']!r} is no amount", 2)
    if (moment := jakarta_time(texts["date"])) is None:
        fail(f"{where}: {texts['date']!r} is no date that is read here (31/12/2026, 2026-12-31)", 2)
    if amount_sen == 0:
        return None
    description = " ".join(texts.get("description", "").split())[:_LONGEST]
    # The same line in other letters is the same money.
    same = (moment.isoformat(), str(amount_sen), description.casefold())
    times[same] += 1
    key = texts.get("reference") or key_of(*same, str(times[same]))
    # Some banks write midnight where they mean the day.
    return BankLine(key[:_LONGEST], amount_sen, moment, description, moment.time() == _MIDNIGHT)


def _amount_in(text: str, *, comes_in: bool) -> int | None:
    """In sen; 0 for money that went out or an empty cell, None for what is no amount."""
    if not text.strip("0.,"):
        return 0
    words = {word.upper() for word in _WORDS.findall(text)}
    if words & _IN_WORDS and words & _OUT_WORDS:
        return None
    goes_out = not comes_in or _OUT.search(text) is not None or "(" in text or "-" in text
    plain = _MARKS.sub("", _OUT.sub("", text)).strip(" +()-")
    amount_sen = printed_sen(plain)
    return 0 if goes_out and amount_sen is not None else amount_sen
