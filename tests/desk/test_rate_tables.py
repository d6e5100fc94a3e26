"""A whole rate table from CSV: all of it or, with the line of each fault, nothing."""

from __future__ import annotations

import asyncio
from time import perf_counter

import pytest
from test_couriers import new_courier, set_rate

from desk_kit import VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import InputInvalid, PermissionMissing
from gerai.engine.desk.acts.load_rates import RateFile
from gerai.engine.desk.house import Within
from gerai.engine.shipping.place_files import PlaceFault, read_whole
from gerai.store.rates import put_rates, remove_other_rates

TABLE = """courier,service,origin,destination,per_kg,days_min,days_max,cod
jne,REG,,35,12000,2,3,ya
JNE,reg,35.78,35.78.05,Rp7.500,1,1,no
jne,REG,,,20000,,,
"""
REGIONS = {"35": "Jawa Timur", "35.78": "Kota Surabaya", "35.78.05": "Wonokromo"}


async def table_of(within: Within) -> list[tuple[str, str, int, int, int, bool]]:
    """Origin, destination, price, days and cash of every rate."""
    rows = await seen(within, "rates.list", limit=200)
    return [(r.origin, r.destination, r.per_kg_sen, r.days_min, r.days_max, r.cod) for r in rows]


async def test_a_table_is_stored_beside_what_there_is(within: Within) -> None:
    """What it names has its price, days and cash; the rest stays, but where all is to be replaced. Other services are
    not touched."""
    service_id = await new_courier(within)
    other = await new_courier(within, code="YES")
    await set_rate(within, other, 1_00)
    await set_rate(within, service_id, 99_00, "35")
    await set_rate(within, service_id, 98_00, "35.78")
    done = await do(within, "rates.load", RateFile(table=TABLE))
    assert done.details == {"rates": 3, "removed": 0}
    mine = [
        ("", "", 20_000_00, 0, 0, False), ("", "35", 12_000_00, 2, 3, True), ("", "35.78", 98_00, 1, 3, False),
        ("35.78", "35.78.05", 7_500_00, 1, 1, False),
    ]  # fmt: skip
    assert await table_of(within) == [*mine, ("", "", 1_00, 1, 3, False)]
    done = await do(within, "rates.load", RateFile(table=TABLE, replace=True))
    assert done.details == {"rates": 3, "removed": 1}
    assert await table_of(within) == [*mine[:2], mine[3], ("", "", 1_00, 1, 3, False)]
    newest = (await written(within))[0].entry
    assert (newest.act, newest.facts["rates"], newest.facts["removed"]) == ("rates.load", 3, 1)


async def test_every_fault_is_named_by_its_line(within: Within) -> None:
    """A service, a region, an amount, days and a word that are none, and a rate that stands twice; nothing of the table
    is stored and nothing written down."""
    await new_courier(within)
    rows = (
        "jne,REG,,35,12000,2,3,ya", "jne,OKE,,35,1,,,", "jne,REG,,36,1,,,", "jne,REG,35,,1,,,",
        "jne,REG,,35.78,mahal,,,", "", "jne,REG,,35.78,1,4,3,", "jne,REG,,35.78,1,-1,,", "jne,REG,,35.78,1,,,mungkin",
        "jne,REG,,35,13000,,,",
    )  # fmt: skip
    table = "\n".join((TABLE.splitlines()[0], *rows))
    before = await written(within)
    with pytest.raises(InputInvalid) as refused:
        await do(within, "rates.load", RateFile(table=table))
    assert refused.value.fields["table"] == [
        "line 3: service: there is no service jne OKE", "line 4: destination: no region has the code 36",
        "line 5: origin: 35 is a province, not a regency",
        "line 6: per_kg: an amount is written 15000, 15000,50 or Rp15.000",
        "line 8: days_max: less than 4, which is the least", "line 9: days_min: a number is 0 or more",
        "line 10: cod: yes or no", "line 11: destination: row 2 is about it already",
    ]  # fmt: skip
    assert (await table_of(within), await written(within)) == ([], before)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("", "the column courier is missing"),
        ("courier,service,destination\n", "the column per_kg is missing"),
        ("courier,service,destination,per_kg,harga\n", "no such column: harga"),
        ("courier,service,destination,per_kg,per_kg\n", "two columns are called per_kg"),
        ("courier,service,destination,per_kg\n\n", "it has no row"),
    ],
)
async def test_a_head_that_is_none(within: Within, table: str, fault: str) -> None:
    """What is missing or unknown is said."""
    with pytest.raises(InputInvalid, match=fault):
        await do(within, "rates.load", RateFile(table=table))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
async def test_a_spreadsheets_way_of_writing(within: Within, mark: str) -> None:
    """Any mark between columns, a byte order mark, capitals in the head, Windows' line ends."""
    await new_courier(within)
    table = "\ufeff" + TABLE.replace(",", mark).replace("courier", "Courier").replace("\n", "\r\n")
    await do(within, "rates.load", RateFile(table=table))
    assert [price for _, _, price, *_ in await table_of(within)] == [20_000_00, 12_000_00, 7_500_00]


async def test_of_many_faults_the_first_are_named(within: Within) -> None:
    """Twenty, and how many more there are."""
    rows = "\n".join("jne,OKE,35,1" for _ in range(25))
    with pytest.raises(InputInvalid) as refused:
        await do(within, "rates.load", RateFile(table=f"courier,service,destination,per_kg\n{rows}"))
    assert len(refused.value.fields["table"]) == 21
    assert refused.value.fields["table"][-1] == "and 5 more faults"


async def test_two_tables_at_once_leave_one_whole(within: Within) -> None:
    """Both replace all rates of ten services: what is there afterwards is one of them."""
    for n in range(10):
        await new_courier(within, code=f"S{n}")
    rows = [f"jne,S{n},{origin},{place}," for n in range(10) for origin in ("", "35.78") for place in REGIONS]
    head = "courier,service,origin,destination,per_kg\n"
    tables = [head + "".join(f"{row}{price}\n" for row in rows) for price in (1000, 2000)]
    done = await asyncio.gather(*(do(within, "rates.load", RateFile(table=t, replace=True)) for t in tables))
    assert [one.details["rates"] for one in done] == [60, 60]
    assert len({row.per_kg_sen for row in await seen(within, "rates.list", limit=200)}) == 1


async def test_as_many_rates_as_a_country_needs(within: Within) -> None:
    """Seventy thousand in one statement, and as many removed by the next table: within seconds."""
    service_id = await new_courier(within)
    rows = [(service_id, f"{n % 10:02}.00", f"{n:06}", 1000_00, 1, 2, False) for n in range(70_000)]
    began = perf_counter()
    async with within.engine.connection() as connection, connection.transaction():
        await put_rates(connection, within.merchant_id, rows)
        removed = await remove_other_rates(connection, within.merchant_id, [service_id], rows[:7])
    assert removed == 69_993
    assert perf_counter() - began < 20


async def test_who_may_not_loads_nothing(within: Within) -> None:
    """A viewer is refused; another shop's services are not known."""
    await new_courier(within)
    with pytest.raises(PermissionMissing):
        await do(within, "rates.load", RateFile(table=TABLE), VIEWER)
    with pytest.raises(InputInvalid, match="there is no service jne REG"):
        await do(await open_desk(within.house), "rates.load", RateFile(table=TABLE))
    assert await table_of(within) == []


async def test_a_cell_without_end(within: Within) -> None:
    """It is refused with its line, and nothing is stored."""
    with pytest.raises(InputInvalid, match=r"the file is no CSV: field larger"):
        await do(within, "rates.load", RateFile(table="courier,service,destination,per_kg\n" + "x" * 140_000))
    with pytest.raises(PlaceFault, match=r"line 2: field larger"):
        read_whole("code,district,city,province\n" + "x" * 140_000)
    assert await written(within) == []
