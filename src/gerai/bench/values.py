"""The values of the other side's script: each as it was in two units that were really placed, or of the same form."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from gerai.bench.case import NUMBER_DIGITS, BenchError, Case
from gerai.bench.rows import Row, Value
from gerai.bench.sample import RowChange, Sample
from gerai.bench.shop import Shop

_MD5_LENGTH: Final = 32
_SHA256_TEXT: Final = len("\\x") + 64
_TIME: Final = "timestamp with time zone"
_NUMBERS: Final = ("bigint", "integer")


def literal(text: str) -> str:
    """A text of SQL. Colons are written as escapes, because pgbench takes ``:name`` for a variable anywhere."""
    quoted = text.replace("'", "''")
    if ":" not in text:
        return f"'{quoted}'"
    return "E'" + quoted.replace("\\", "\\\\").replace(":", "\\x3a") + "'"


class Values:
    """``ids``: those the second unit drew, each a variable ``id0``, ``id1`` … of the script."""

    def __init__(self, case: Case, shop: Shop, samples: tuple[Sample, Sample]) -> None:
        self._case, self._shop = case, shop
        both = [_ids(sample) for sample in samples]
        # What is in both was there before.
        ids = [[str(one) for one in sorted(mine - its)] for mine, its in (both, both[::-1])]
        if len(ids[0]) != len(ids[1]):
            raise BenchError(f"{case.name}: one order drew {len(ids[0])} ids, the next one {len(ids[1])}")
        self.ids = ids[1]
        self._known = [self._variables_of(sample, own) for sample, own in zip(samples, ids, strict=True)]
        self._patterns = [re.compile("(" + "|".join(map(re.escape, known)) + ")") for known in self._known]

    def _variables_of(self, sample: Sample, ids: list[str]) -> dict[str, str]:
        """What stands for the unit's own texts: its ids, its number, and those of whose turn it is."""
        found = {text: f":id{place}" for place, text in enumerate(ids)}
        found[str(sample.number)] = f"lpad(:id0::text, {NUMBER_DIGITS}, '0')"
        return found | {str(first): f":{name}" for name, first in self._turns()}

    def _turns(self) -> list[tuple[str, int]]:
        """Ids that rise with the turn, and those of the first."""
        shop, door = self._shop, self._case.door
        if door in shop.first_customer:
            return [("member_id", shop.first_customer[door])]
        return [("member_id", shop.first_member), ("key_id", shop.first_key), ("account_id", shop.first_wallet)]

    def variables(self) -> list[str]:
        """Lines that give the variables their values. pgbench is given ``base`` and ``n=0``."""
        clients, count = self._case.clients, len(self.ids)
        turn = rf"\set turn (:n * {clients} + :client_id) % {self._case.members}"
        first = rf"\set id0 :base + (:n * {clients} + :client_id) * {count}"
        rest = [rf"\set id{place} :id0 + {place}" for place in range(1, count)]
        return [r"\set n :n + 1", first, *rest, turn, *(rf"\set {name} {at} + :turn" for name, at in self._turns())]

    def insert(self, table: str, pairs: list[tuple[Row, Row]], now: datetime | None) -> str:
        """All rows of one table in one statement; each as it was in both units."""
        rows = [[self.value(name, first[name], second[name], now) for name in second] for first, second in pairs]
        values = ", ".join(f"({', '.join(row)})" for row in rows)
        return f"INSERT INTO {table} ({', '.join(pairs[0][1])}) VALUES {values};"

    def defer(self, first: Row, second: Row, now: datetime | None) -> str:
        """A job, deferred with the queue's own function."""
        names = ("queue_name", "task_name", "priority", "lock", "queueing_lock", "args", "scheduled_at")
        values = ", ".join(self.value(name, first[name], second[name], now) for name in names)
        return f"SELECT procrastinate_defer_jobs_v1(ARRAY[ROW({values})::procrastinate_job_to_defer_v1]);"

    def update(self, table: str, keys: list[str], first: RowChange, second: RowChange, now: datetime | None) -> str:
        """The columns that changed; totals by how much. Of a wallet what is left stays known as ``available``."""
        sets: list[str] = []
        for name, after in second.after.items():
            before = second.before[name]
            if after == before:
                continue
            if after.type in _NUMBERS and before.text and after.text and after.text not in self._known[1]:
                sets.append(f"{name} = {name} + {int(after.text) - int(before.text)}")
            else:
                sets.append(f"{name} = {self.value(name, first.after[name], after, now)}")
        named = [(name, self.value(name, first.after[name], second.after[name], now)) for name in keys]
        where = " AND ".join(f"{name} = {value}" for name, value in named)
        statement = f"UPDATE {table} SET {', '.join(sets)} WHERE {where}"
        if table != "accounts":
            return f"{statement};"
        return rf"{statement} RETURNING credits_posted - debits_posted - debits_pending AS available \gset"

    def delete(self, table: str, keys: list[str], first: Row, second: Row) -> str:
        """One row, by its key."""
        named = [(name, self.value(name, first[name], second[name], None)) for name in keys]
        known = [(name, self._placed_at if second[name].type == _TIME else value) for name, value in named]
        return f"DELETE FROM {table} WHERE {' AND '.join(f'{name} = {value}' for name, value in known)};"

    @property
    def _placed_at(self) -> str:
        """A time of an earlier step cannot be made up again: it is the order's own."""
        at = f"SELECT created_at FROM orders WHERE merchant_id = {self._shop.merchant_id} AND order_id = :id0"
        return f"({at})"

    def value(self, name: str, first: Value, second: Value, now: datetime | None) -> str:
        """A column's value as an expression."""
        text, kind = second.text, second.type
        if text is None:
            return "NULL"
        if name.endswith("_available_after"):
            return ":available"
        if kind == _TIME:
            at = datetime.fromisoformat(text)
            if name == "created_at" and now is not None and at < now:
                return self._placed_at
            after_s = (at - now).total_seconds() if now else 0
            return f"now() + interval '{after_s:.0f} seconds'"
        if kind in _NUMBERS:
            return self._known[1].get(text, literal(text))
        expression = self._text(first.text or "", text, kind)
        return expression if kind == "text" or expression == literal(text) else f"({expression})::{kind}"

    def _text(self, first: str, second: str, kind: str) -> str:
        if kind == "bytea" and first != second and len(second) == _SHA256_TEXT:
            return "sha256(:id0::text::bytea)"
        # At odd places what was known.
        parts, twin = self._patterns[1].split(second), self._patterns[0].split(first)
        same = parts[::2] == twin[::2] and len(parts) == len(twin)
        if kind == "text" and not same:
            return _alike(first, second)
        known = self._known[1]
        composed = [
            (known[part] if known[part].startswith("lpad") else f"{known[part]}::text") if place % 2 else literal(part)
            for place, part in enumerate(parts)
            if part
        ]
        return " || ".join(composed) or "''"


def _alike(first: str, second: str) -> str:
    """A text as long as these two, with the beginning they share, that differs for every order."""
    shared = next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), 0)
    kept, length = second[:shared], len(second) - shared
    tail = f"left(md5(:id0::text), {length})"
    if length > _MD5_LENGTH:
        tail = f"rpad(md5(:id0::text), {length}, md5(:client_id::text))"
    return f"{literal(kept)} || {tail}"


def _ids(sample: Sample) -> set[int]:
    """Every id in the rows that a unit inserted."""
    return {
        int(value.text)
        for step in sample.steps
        for rows in step.inserted.values()
        for row in rows
        for name, value in row.items()
        if name.endswith("_id") and value.type == "bigint" and value.text is not None
    }
