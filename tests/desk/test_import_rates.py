"""Shipping rates of a file: what is set so is what a buyer is quoted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from files_kit import brought, csv_of, faults, figures, taken
from test_couriers import new_courier, set_rate

from desk_kit import VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import PermissionMissing
from gerai.engine.desk.acts.load_rates import RateFile
from gerai.engine.desk.export import MEDIA_TYPES
from gerai.engine.desk.house import Within

RATE: dict[str, Any] = {"courier": "JNE", "service": "reg", "destination": "35", "per_kg": "Rp12.000", "cod": "ya"}


async def rates_of(within: Within) -> list[tuple[str, str, int, int, int, bool]]:
    """Service, destination, price, days and cash of every rate."""
    rows = await seen(within, "rates.list", limit=200)
    return [(r.service, r.destination, r.per_kg_sen, r.days_min, r.days_max, r.cod) for r in rows]


async def test_rates_are_set_and_changed_by_a_file(within: Within) -> None:
    """A new rate promises no days that are not given; one that is there keeps what the file does not name. The file of
    the list, of either kind, changes nothing. A trial neither. The audit has each rate with what it was."""
    service_id = await new_courier(within)
    await set_rate(within, service_id, 9_000_00, "35.78", days_min=2, days_max=4, cod=True)
    file = csv_of(RATE, {"courier": "jne", "service": "REG", "destination": "35.78", "per_kg": "8000"})
    assert figures(await brought(within, "rates", file, dry_run=True)) == (1, 1, 0, 0, False)
    assert await rates_of(within) == [("REG", "35.78", 9_000_00, 2, 4, True)]
    assert figures(await brought(within, "rates", file)) == (1, 1, 0, 0, True)
    after = [("REG", "35", 12_000_00, 0, 0, True), ("REG", "35.78", 8_000_00, 2, 4, True)]
    assert await rates_of(within) == after
    entries = [
        entry for _, entry in await written(within) if entry.act == "rates.import" and entry.target != "rates.import"
    ]
    assert sorted(entry.facts["per_kg_sen"][1] for entry in entries) == [8_000_00, 12_000_00]
    assert {entry.target for entry in entries} == {str(service_id)}
    for kind in MEDIA_TYPES:
        assert figures(await brought(within, "rates", await taken(within, "rates.list", kind))) == (0, 0, 2, 0, True)
    assert await rates_of(within) == after


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"service": "OKE"}, "service"), ({"courier": "pos"}, "service"), ({"destination": "99"}, "destination"),
        ({"origin": "35"}, "origin"), ({"per_kg": "mahal"}, "per_kg"), ({"per_kg": ""}, "per_kg"),
        ({"days_min": "5", "days_max": "2"}, "days_max"), ({"cod": "mungkin"}, "cod"), ({}, "destination"),
        ({"aggregator": "shipper"}, "service"),
    ],
)  # fmt: skip
async def test_a_rate_that_does_not_fit_is_named(within: Within, change: dict[str, Any], column: str) -> None:
    """By its row and column, also where it stands twice; none of the file is stored."""
    await new_courier(within)
    report = await brought(within, "rates", csv_of(RATE | {"origin": ""}, RATE | change))
    assert (report.applied, faults(report)) == (False, [(3, column)])
    assert await rates_of(within) == []


async def test_all_that_is_wrong_with_a_row_is_named_at_once(within: Within) -> None:
    """Its service, both places and its days, of every row, at the first look; once they are right, all is set."""
    service_id = await new_courier(within)
    await set_rate(within, service_id, 9_000_00, "35.78", days_min=2, days_max=4)
    wrong = {"origin": "35", "destination": "99", "days_min": "5", "days_max": "2"}
    rows = [RATE | wrong | {"service": "OKE"}, RATE | wrong, RATE | {"days_min": "", "days_max": "1", "origin": "99"}]
    rows.append(RATE | {"destination": "35.78", "origin": "98", "days_min": "", "days_max": "1"})
    report = await brought(within, "rates", csv_of(*rows), dry_run=True)
    assert faults(report) == [
        (2, "service"), (2, "origin"), (2, "destination"), (2, "days_max"),
        (3, "origin"), (3, "destination"), (3, "days_max"), (4, "origin"), (5, "origin"),
    ]  # fmt: skip
    assert (report.rows, report.faulty) == (4, 4)
    assert [price for _, _, price, *_ in await rates_of(within)] == [9_000_00]


async def test_a_service_that_several_book_is_named_by_them(within: Within) -> None:
    """Without who books it, the row is a fault, but where one alone does; with it, the right one has the rate; an empty
    cell is the shop itself."""
    other = await new_courier(within, aggregator="shipper")
    assert (await brought(within, "rates", csv_of(RATE | {"aggregator": ""}), dry_run=True)).added == 1
    own = await new_courier(within)
    assert faults(await brought(within, "rates", csv_of(RATE))) == [(2, "aggregator")]
    assert (await brought(within, "rates", csv_of(RATE | {"aggregator": "shipper"}))).applied
    assert (await brought(within, "rates", csv_of(RATE | {"aggregator": "", "destination": ""}))).applied
    assert {row.service_id: row.destination for row in await seen(within, "rates.list")} == {other: "35", own: ""}


async def test_two_files_at_once_leave_one_whole(within: Within) -> None:
    """One after the other: what stays is all of one of them, and nothing is lost."""
    await new_courier(within)
    places = ("", "35", "35.78", "35.78.05")
    files = [csv_of(*(RATE | {"destination": at, "per_kg": price} for at in places)) for price in ("1000", "2000")]
    reports = await asyncio.gather(*(brought(within, "rates", file) for file in files))
    assert sorted(figures(one) for one in reports) == [(0, 4, 0, 0, True), (4, 0, 0, 0, True)]
    assert len({price for _, _, price, *_ in await rates_of(within)}) == 1


async def test_who_may_not_and_another_shop(within: Within) -> None:
    """A viewer is refused; another shop knows none of the services, and what is loaded there by the act is decided
    alike."""
    await new_courier(within)
    with pytest.raises(PermissionMissing):
        await brought(within, "rates", csv_of(RATE), VIEWER)
    other = await open_desk(within.house)
    assert faults(await brought(other, "rates", csv_of(RATE))) == [(2, "service")]
    await do(within, "rates.load", RateFile(table=csv_of(RATE).decode()))
    assert await rates_of(within) == [("REG", "35", 12_000_00, 0, 0, True)]
    assert await rates_of(other) == []
