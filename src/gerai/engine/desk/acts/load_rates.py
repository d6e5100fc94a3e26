"""Store a whole rate table."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.shipping import districts_of, rates_in
from gerai.engine.merchants.open import changing, note
from gerai.engine.shipping.rate_file import read_rates
from gerai.kit.bilingual import Bilingual
from gerai.store.lookup_table import values_of
from gerai.store.rates import put_rates, remove_other_rates

#: What a request of the usual size holds; the terminal reads files of any.
Csv = Annotated[str, Meta(min_length=1, max_length=200_000)]
_EXAMPLE = "courier,service,destination,per_kg"


class RateFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``table``: CSV whose first line names the columns: courier, service, destination and per_kg (rupiah), and as you
    like aggregator, origin, days_min, days_max and cod. ``replace``: rates of the services in it that it does not name
    are removed; else they stay."""

    table: Annotated[Csv, words("Tabel tarif (CSV)", "Rate table (CSV)", _EXAMPLE)]
    replace: Annotated[bool, words("Ganti semua tarif layanan itu", "Replace all rates of those services")] = False


async def run(within: Within, given: RateFile) -> Done:
    """All of it or nothing. Refuses InputInvalid with the line of each fault: a service or region that there is not, an
    amount or days that are none, a rate that stands twice."""
    regions = districts_of(within).regions
    async with changing(within.engine, within.merchant_id) as connection:
        there = (await rates_in(within, connection)).services
        rates = read_rates(given.table, there, regions)
        rows = [values_of(rate) for rate in rates]
        services = sorted({rate.service_id for rate in rates})
        removed = 0
        if given.replace:
            removed = await remove_other_rates(connection, within.merchant_id, services, rows)
        await put_rates(connection, within.merchant_id, rows)
        note("rates", rates=len(rows), removed=removed, services=services)
    return Done(details={"rates": len(rows), "removed": removed})


ACT = Act("rates.load", "catalogue:write", Bilingual("Isi tabel tarif", "Load a rate table"), RateFile, run)
