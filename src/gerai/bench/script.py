"""The other side's script: what the requests of a case write, one prepared transaction for each of them.

It is made from two units that were really placed: what is the same in both is repeated, and what tells them apart gets
values of the same form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gerai.bench.case import BenchError, Case
from gerai.bench.reads import WHOLE_ORDER
from gerai.bench.rows import JOBS, SHARED
from gerai.bench.sample import RowChange, Sample, StepRows
from gerai.bench.shop import Shop
from gerai.bench.values import Values, literal

#: Written last: between what is locked for many orders and the commit stands nothing else.
_LAST: Final = "transfers"


@dataclass(frozen=True)
class Script:
    """``ids``: how many ids a unit takes; ``rows``: how many rows of each table it inserts."""

    text: str
    ids: int
    rows: dict[str, int]


def writing(case: Case, shop: Shop, samples: tuple[Sample, Sample], keys: dict[str, list[str]]) -> Script:
    """The script of a case that writes. pgbench must be given ``base`` (a first free id) and ``n=0``. ``keys``: the
    columns of each table's primary key.

    What many orders share is changed as late as it can be, by one statement: only the transfer and the commit follow.
    That is the quickest of the sequences tried, and so the fairest to compare with.
    """
    values = Values(case, shop, samples)
    lines = values.variables()
    rows: dict[str, int] = {}
    for first, second in zip(samples[0].steps, samples[1].steps, strict=True):
        if second.nothing:
            lines.append(WHOLE_ORDER.replace("$merchant", str(shop.merchant_id)).replace("$order", ":id0") + ";")
            continue
        lines += ["BEGIN;", *_statements(case, values, first, second, keys), "COMMIT;"]
        for table, inserted in second.inserted.items():
            rows[table] = rows.get(table, 0) + len(inserted)
        for table, deleted in second.deleted.items():
            rows[table] = rows.get(table, 0) - len(deleted)
    return Script("\n".join([*lines, ""]), len(values.ids), rows)


def reading(case: Case, shop: Shop, asked: list[str]) -> Script:
    """The script of a case that reads: its statement, each time with another of the values asked for."""
    assert case.read is not None
    lines: list[str] = []
    value = "NULL::text"
    if asked:
        lines.append(rf"\set i random(1, {len(asked)})")
        value = f"(ARRAY[{', '.join(map(literal, asked))}]::text[])[:i]"
    text = case.read.statement.replace("$1", value).replace("$merchant", str(shop.merchant_id))
    text = text.replace("$buyer", str(shop.buyer)).replace("$reader", str(shop.reader))
    return Script("\n".join([*lines, f"{text};", ""]), 0, {})


def _statements(case: Case, values: Values, first: StepRows, second: StepRows, keys: dict[str, list[str]]) -> list[str]:
    now = _moment_of(second)
    lines: list[str] = []
    for table, gone in second.deleted.items():
        twins = first.deleted.get(table, [])
        lines += [values.delete(table, keys[table], *pair) for pair in zip(twins, gone, strict=True)]
    for table, rows in second.inserted.items():
        twins = first.inserted.get(table, [])
        if len(twins) != len(rows) or table in SHARED:
            raise BenchError(f"{case.name}: two orders did not leave the same rows in {table}")
        pairs = list(zip(twins, rows, strict=True))
        if table == JOBS:
            lines += [values.defer(*pair, now) for pair in pairs]
        elif table != _LAST:
            lines.append(values.insert(table, pairs, now))
    changes = [(table, *pair) for table in second.changed for pair in _pairs(case, table, first, second)]
    for table, earlier, later in sorted(changes, key=lambda change: change[0] in SHARED):
        lines.append(values.update(table, keys[table], earlier, later, now))
    if _LAST in second.inserted:
        lines.append(values.insert(_LAST, list(zip(first.inserted[_LAST], second.inserted[_LAST], strict=True)), now))
    return lines


def _pairs(case: Case, table: str, first: StepRows, second: StepRows) -> list[tuple[RowChange, RowChange]]:
    twins = first.changed.get(table, [])
    if len(twins) != len(second.changed[table]):
        raise BenchError(f"{case.name}: two orders did not change the same rows of {table}")
    return list(zip(twins, second.changed[table], strict=True))


def _moment_of(written: StepRows) -> datetime | None:
    """When it was, by its events."""
    events = [row["created_at"].text for row in written.inserted.get("events", [])]
    return max((datetime.fromisoformat(text) for text in events if text), default=None)
