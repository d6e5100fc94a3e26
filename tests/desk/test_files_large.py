"""Files as large as a shop: within a minute, and in memory that does not grow with them beyond what the shop's own
catalogue takes."""

from __future__ import annotations

import io
import resource
from time import perf_counter, process_time

import pytest
from files_kit import figures
from goods_kit import new_store, new_warehouse

from desk_kit import OWNER, open_desk
from gerai.app import App
from gerai.engine.desk.bring_in import bring_in
from gerai.engine.desk.export import open_export
from gerai.engine.desk.importing import imports
from gerai.engine.desk.registry import views
from gerai.kit.sheets.writing import CsvWriter, XlsxWriter

#: As large as is promised, and the short form of every day.
WHOLE, SHORT = 50_000, 10_000
#: For the whole one, of this process's work: what others do on the machine is not the file's.
WITHIN_S = 60.0
#: The catalogue in memory: as it is, and as it is read anew beside that, twice.
GROWTH_KB = 700_000


def goods(count: int) -> bytes:
    """So many variants, five of each product."""
    writer = XlsxWriter(["sku", "name", "differ_in", "options", "price", "weight_g", "counted", "labels"])
    rows = [
        [f"SKU-{n:06}", f"Barang {n // 5}", "Ukuran", f"U{n % 5}", 10_000 + n, 250, "yes", "baru, diskon"]
        for n in range(count)
    ]
    return writer.rows(rows) + writer.end()


def counts(count: int) -> bytes:
    """A count of each."""
    writer = CsvWriter(["sku", "on_hand"])
    return writer.rows([[f"SKU-{n:06}", n % 50 + 1] for n in range(count)]) + writer.end()


@pytest.mark.slow
async def test_a_whole_shop_comes_and_goes(app: App, request: pytest.FixtureRequest) -> None:
    """Ten thousand variants and their counts are brought in, changed by the same file (nothing), and taken away: each
    within the fifth part of a minute; with ``--whole-shop`` fifty thousand, within a minute."""
    count = WHOLE if request.config.getoption("whole_shop") else SHORT
    within = await open_desk(app.house)
    await new_store(within)
    await new_warehouse(within)
    before, took = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, dict[str, float]()
    files = {"products": goods(count), "stock": counts(count)}
    for name, things, wanted in (
        ("new goods", "products", (count, 0, 0, 0, True)),
        ("same goods", "products", (0, 0, count, 0, True)),
        ("counts", "stock", (0, count, 0, 0, True)),
        ("same counts", "stock", (0, 0, count, 0, True)),
    ):
        begun, worked = perf_counter(), process_time()
        report = await bring_in(imports()[things], within, OWNER, io.BytesIO(files[things]), reason="opname")
        took[name] = process_time() - worked
        print(name, round(perf_counter() - begun, 1), "s")
        assert figures(report) == wanted
    view = views()["variants.list"]
    for kind in ("csv", "xlsx"):
        begun, worked = perf_counter(), process_time()
        made = await open_export(view, within, view.filter(), OWNER, kind)
        sizes = [len(piece) async for piece in made.pieces]
        took[kind] = process_time() - worked
        print(kind, round(perf_counter() - begun, 1), "s")
        assert max(sizes) < 500_000
    print({name: round(seconds, 1) for name, seconds in took.items()})
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, "kB")
    assert {name: seconds for name, seconds in took.items() if seconds >= WITHIN_S * count / WHOLE} == {}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KB
