"""A bank's list as a CSV file: which lines are money that came in, of how much and when."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from gerai.cli.terminal import fail
from gerai.domain.money import MAX_SEN, SEN_PER_RUPIAH
from gerai.engine.arrivals.take import BankLine
from gerai.kit.clock import JAKARTA

#: What is read of each line, and whether it must be named.
COLUMNS: Final = {"date": True, "amount": True, "description": False, "reference": False, "kind": False}
_AT_MOST_BYTES: Final = 8 * 2**20
_LONGEST: Final = 500
_FORMATS: Final = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y", "%d/%m/%y", "%d-%m-%y",
)  # fmt: skip
#: Rupiah with either mark for thousands and the other for sen.
_AMOUNTS: Final = (
    (re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{2}))?"), "."),
    (re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]{2}))?"), ","),
)
_MARKS: Final = re.compile(r"^(?:Rp|IDR)\.?\s*|\s*(?:CR|K)$", re.I)
_OUT: Final = re.compile(r"^-|^\(|\s*(?:DB|DR|D)$", re.I)
#: What banks write into a column that says which way money went.
_KINDS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("cr", "c", "credit", "k", "kredit", "masuk", "in"), True),
    **dict.fromkeys(("db", "d", "dr", "debit", "debet", "keluar", "out"), False),
}


def read_statement(file: Path, columns: Mapping[str, str]) -> list[BankLine]:
    """The lines of money that came in, in the file's order. ``columns``: what the file's head calls each of
    :data:`COLUMNS`. Leaves with exit code 2 when the file, its head or any line cannot be read: nothing is guessed."""
    rows = _rows(file)
    head = [name.strip() for name in (rows[0] if rows else [])]
    if missing := [name for name in columns.values() if name not in head]:
        fail(f"{file} has no column {missing[0]}; its first line has: {', '.join(head) or 'nothing'}", 2)
    at = {what: head.index(name) for what, name in columns.items()}
    found: list[BankLine] = []
    times = Counter[tuple[str, ...]]()
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(at.values()):
            fail(f"{file}, line {number}: it has {len(row)} columns, the first line {len(head)}", 2)
        texts = {what: row[index].strip() for what, index in at.items()}
        if (comes_in := _KINDS.get(texts.get("kind", "cr").lower())) is None:
            fail(f"{file}, line {number}: {texts['kind']!r} says neither that money came in (CR) nor out (DB)", 2)
        amount_sen = _amount_in(texts["amount"], comes_in=comes_in)
        if amount_sen is None:
            fail(f"{file}, line {number}: {texts['amount']!r} is no amount", 2)
        if (moment := _moment(texts["date"])) is None:
            fail(f"{file}, line {number}: {texts['date']!r} is no date that is read here (31/12/2026, 2026-12-31)", 2)
        if amount_sen == 0:
            continue
        description = " ".join(texts.get("description", "").split())[:_LONGEST]
        same = (moment.isoformat(), str(amount_sen), description)
        times[same] += 1
        key = texts.get("reference") or hashlib.sha256("\n".join((*same, str(times[same]))).encode()).hexdigest()[:32]
        found.append(BankLine(key[:_LONGEST], amount_sen, moment, description))
    return found


def _rows(file: Path) -> list[list[str]]:
    try:
        data = file.read_bytes()[: _AT_MOST_BYTES + 1]
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeError) as error:
        fail(f"cannot read {file}: {error}", 2)
    if len(data) > _AT_MOST_BYTES or "\0" in text:
        fail(f"{file} is no list of a bank: it is larger than 8 MB, or no text", 2)
    first = text.partition("\n")[0]
    mark = max(",;\t|", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        fail(f"cannot read {file}: {error}", 2)


def _amount_in(text: str, *, comes_in: bool) -> int | None:
    """In sen; 0 for money that went out or an empty cell, None for what is no amount."""
    if not text:
        return 0
    goes_out = not comes_in or _OUT.search(text) is not None
    plain = _MARKS.sub("", _OUT.sub("", text)).strip(" +()")
    for pattern, thousands in _AMOUNTS:
        if match := pattern.fullmatch(plain):
            whole, sen = match[1].replace(thousands, ""), match[2] or "00"
            amount_sen = int(whole) * SEN_PER_RUPIAH + int(sen) if len(whole) < 19 else MAX_SEN + 1
            return None if amount_sen > MAX_SEN else 0 if goes_out else amount_sen
    return None


def _moment(text: str) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=JAKARTA)
        except ValueError:
            continue
    return None
