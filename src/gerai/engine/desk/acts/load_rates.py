"""Store a whole rate table."""

from __future__ import annotations

import asyncio
import io
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.export import columns_of_file
from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.lines import FileColumns, Line, LineFault, faults_of
from gerai.engine.desk.rate_job import RateJob, RateLine, begin_rates
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.views.rates import RateRow
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.kit.sheets.reading import sheet_rows
from gerai.kit.sheets.values import SheetBroken, SheetRow
from gerai.store.lookup_table import values_of
from gerai.store.rates import remove_other_rates

#: What a request of the usual size holds; the terminal reads files of any.
Csv = Annotated[str, Meta(min_length=1, max_length=200_000)]
_EXAMPLE = "courier,service,destination,per_kg"
#: Of a table full of faults, so many are named.
_NAMED: Final = 20


class RateFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``table``: CSV whose first line names the columns, as ``rates.import`` takes them: courier, service and per_kg
    (rupiah), and as you like aggregator, origin, destination, days_min, days_max and cod. ``replace``: rates of the
    services in it that it does not name are removed; else they stay."""

    table: Annotated[Csv, words("Tabel tarif (CSV)", "Rate table (CSV)", _EXAMPLE)]
    replace: Annotated[bool, words("Ganti semua tarif layanan itu", "Replace all rates of those services")] = False


async def run(within: Within, given: RateFile) -> Done:
    """All of it or nothing. Refuses InputInvalid with the line of each fault: a service or region that there is not, an
    amount or days that are none, a rate that stands twice."""
    lines, faults = await asyncio.to_thread(_lines, given.table)
    async with changing(within.engine, within.merchant_id) as connection:
        job = await begin_rates(within, connection)
        _decide(job, lines, faults)
        removed = 0
        if given.replace:
            kept = [values_of(rate) for rate in job.rates]
            removed = await remove_other_rates(connection, within.merchant_id, job.services, kept)
        await job.write()
        note("rates", rates=len(job.rates), removed=removed, services=job.services)
    return Done(details={"rates": len(job.rates), "removed": removed})


def _lines(table: str) -> tuple[list[Line[RateLine]], list[LineFault]]:
    """The rows that can be read, and the faults of others. Refuses InputInvalid: no such head, or no CSV at all."""
    try:
        [head, *rows] = [*sheet_rows(io.BytesIO(table.encode()))] or [SheetRow(1, [])]
    except SheetBroken as broken:
        raise InputInvalid({"table": [str(broken)]}) from broken
    lines: list[Line[RateLine]] = []
    faults: list[LineFault] = []
    try:
        columns = FileColumns(head.cells, RateLine, columns_of_file(RateRow))
    except InputInvalid as refusal:
        raise InputInvalid({"table": refusal.fields["file"]}) from None
    for row in rows:
        if not columns.is_empty(row.cells):
            try:
                lines.append(Line(row.number, columns.read(RateLine, row.cells)))
            except InputInvalid as refusal:
                faults += faults_of(row.number, refusal)
    return lines, faults


def _decide(job: RateJob, lines: list[Line[RateLine]], faults: list[LineFault]) -> None:
    for line in lines:
        try:
            job.decide(line)
        except InputInvalid as refusal:
            faults += faults_of(line.row, refusal)
    if faults:
        told = [f"line {one.row}: {one.column}: {one.text}" for one in sorted(faults, key=lambda one: one.row)]
        more = [f"and {len(told) - _NAMED} more faults"] if len(told) > _NAMED else []
        raise InputInvalid({"table": told[:_NAMED] + more})
    if not job.rates:
        raise InputInvalid({"table": ["it has no row"]})


ACT = Act("rates.load", "catalogue:write", Bilingual("Isi tabel tarif", "Load a rate table"), RateFile, run)
