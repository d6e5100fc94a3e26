"""A report as a file: whatever it is by, all its rows, and no page of it sums the whole again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from files_kit import table_of, taken
from sold_kit import NOON, at

from desk_kit import seen
from engine_kit import Shop
from gerai.engine.desk.house import Within
from gerai.engine.orders.lines import NewLine
from gerai.engine.reports.roll_up import roll_up
from gerai.store import reports


@pytest.mark.parametrize("by", ["day", "door", "method", "item", "member", "day_door"])
@pytest.mark.parametrize("range_", ["7d", "since"])
async def test_a_file_has_every_row_and_sums_once(
    sold: tuple[Within, Shop], monkeypatch: pytest.MonkeyPatch, by: str, range_: str
) -> None:
    """With a first page of one row: the file has what the page has, in its order, of days with lists and of others.
    Items and members behind the first page are summed once, not once for each page."""
    within, shop = sold
    await at(shop, NOON + timedelta(minutes=5))
    lines = tuple(NewLine("goods", 0, f"Barang {n}", 1, n * 1_000_00, n * 1_000_00) for n in range(1, 8))
    await shop.place("wallet", sum(line.total_sen for line in lines), channel="cekceir", lines=lines)
    await roll_up(shop.engine)
    asked: dict[str, Any] = {"range": "7d"} if range_ == "7d" else {"since": (NOON - timedelta(days=2)).date()}
    whole = await seen(within, "reports.sales", by=by, **asked)
    monkeypatch.setattr("gerai.engine.desk.export.LARGEST_PAGE", 1)
    monkeypatch.setattr(reports, "_AT_ONCE", 3)
    summed, every = list[str](), reports._every

    def counted(*given: Any) -> Any:
        summed.append(by)
        return every(*given)

    monkeypatch.setattr(reports, "_every", counted)
    rows = table_of(await taken(within, "reports.sales", "csv", by=by, **asked))
    assert [(row["what"], row["sales"]) for row in rows] == [(row.what, str(row.sales_sen // 100)) for row in whole]
    assert summed == ([by] if by in ("item", "member") and len(whole) > 1 else [])
    assert len(whole) > (8 if by == "item" else 0)
