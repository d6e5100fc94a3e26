"""Districts: imported from public data, the same for every shop, found by what a person types."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest

from desk_kit import DISTRICT, VIEWER, open_desk, seen
from gerai.app import App
from gerai.engine.desk.house import Within
from gerai.engine.shipping.import_places import PlacesImported, import_places
from gerai.engine.shipping.place_files import (
    NamedPlace,
    PlaceFault,
    read_postal_codes,
    read_three,
    read_whole,
)

PROVINCES: Final = "code,name\n31,Daerah Khusus Ibukota Jakarta\n35,Jawa Timur\n"
REGENCIES: Final = (
    "code,province_code,name\n31.71,31,Kota Administrasi Jakarta Pusat\n35.78,35,Kota Surabaya\n"
    "35.29,35,Kabupaten Sumenep\n"
)
DISTRICTS: Final = (
    'code,regency_code,name\n31.71.01,31.71,Gambir\n35.78.05,35.78,Wonokromo Baru\n35.29.22,35.29,"Ra""as"\n'
    "35.78.04,35.78,Gubeng\n"
)


def test_three_tables_are_one_list() -> None:
    """Registers' names become those people use; a quotation mark in a name stays."""
    named = read_three(PROVINCES, REGENCIES, DISTRICTS)
    assert [msgspec.structs.astuple(one)[:4] for one in named] == [
        ("31.71.01", "Gambir", "Kota Jakarta Pusat", "DKI Jakarta"),
        ("35.78.05", "Wonokromo Baru", "Kota Surabaya", "Jawa Timur"),
        ("35.29.22", 'Ra"as', "Kabupaten Sumenep", "Jawa Timur"),
        ("35.78.04", "Gubeng", "Kota Surabaya", "Jawa Timur"),
    ]


@pytest.mark.parametrize(
    ("tables", "fault"),
    [
        ((PROVINCES, REGENCIES, "code,name\n"), "its first line must name the columns: code, regency_code, name"),
        ((PROVINCES, REGENCIES, DISTRICTS + "99.01.01,99.01,X\n"), r"districts, line 6: there is no regency 99\.01"),
        ((PROVINCES, REGENCIES + "99.01,99,X\n", DISTRICTS), "regencies, line 5: there is no province 99"),
        ((PROVINCES, REGENCIES, DISTRICTS + "31.71.01,31.71,Gambir\n"), r"line 6: 31\.71\.01 stands twice"),
        ((PROVINCES, REGENCIES, DISTRICTS + "31.71,31.71,Gambir\n"), r"line 6: 31\.71 is no code of a district"),
        ((PROVINCES, REGENCIES, DISTRICTS + "31.71.02,31.71,\n"), "line 6: name is empty"),
        ((PROVINCES, REGENCIES, DISTRICTS + "31.71.02,31.71\n"), "line 6: it has 2 columns, not 3"),
    ],
)
def test_a_table_that_does_not_fit_says_where(tables: tuple[str, str, str], fault: str) -> None:
    """With the line."""
    with pytest.raises(PlaceFault, match=fault):
        read_three(*tables)


def test_postal_codes_of_another_place_are_left_out() -> None:
    """A code that begins unlike most of its regency is another place's of the same name; one without figures is none;
    a table is read as well as JSON."""
    told: dict[str, dict[str, str]] = {
        "kecamatan": {
            "357801": "KARANGPILANG -- 60221", "357804": "WONOKROMO -- 60241", "357808": "GUBENG -- 60281 - 60286",
            "357805": "TEGALSARI -- 68485", "357806": "SAWAHAN -- -", "35": "JAWA TIMUR -- 60000",
        }
    }  # fmt: skip
    wanted = {"35.78.01": ("60221",), "35.78.04": ("60241",), "35.78.08": ("60281", "60286")}
    assert read_postal_codes(msgspec.json.encode(told).decode()) == wanted
    table = "code;postal_codes\n" + "".join(f"{code};{' '.join(codes)}\n" for code, codes in wanted.items())
    assert read_postal_codes(table) == wanted
    with pytest.raises(PlaceFault):
        read_postal_codes("{broken")


async def test_an_import_is_known_to_every_shop(app: App) -> None:
    """What is new has a number of its own, what is known keeps it, under another name; imported again, nothing changes.
    Both shops find it; a viewer may look."""
    first = await open_desk(app.house)
    second = await open_desk(app.house)
    [before] = await seen(first, "locations.list", search=DISTRICT.code)
    named = read_three(PROVINCES, REGENCIES, DISTRICTS)
    done = await import_places(app.engine, named, {"31.71.01": ("10110", "10120")})
    assert (done.added, done.changed) == (3, 1)
    again = await import_places(app.engine, named, {"31.71.01": ("10110", "10120")})
    assert again == PlacesImported(0, 0, done.known)
    for shop in (first, second):
        [row] = await seen(shop, "locations.list", search="gambir", caller=VIEWER)
        assert (row.code, row.city, row.postal_codes) == ("31.71.01", "Kota Jakarta Pusat", ("10110", "10120"))
        [renamed] = await seen(shop, "locations.list", search=DISTRICT.code)
        assert (renamed.id, renamed.district, renamed.postal_codes) == (before.id, "Wonokromo Baru", ("60241",))
    back = [NamedPlace(DISTRICT.code, DISTRICT.district, DISTRICT.city, DISTRICT.province)]
    await import_places(app.engine, back, {})


async def test_pages_go_on_where_they_ended(app: App, within: Within) -> None:
    """The best match first; no district is lost or repeated, and a code finds all that lie in it."""
    rows = "".join(f"32.01.{n:02},Cempaka {n},Kabupaten Bogor,Jawa Barat,16{n:03}\n" for n in range(1, 8))
    await import_places(app.engine, read_whole("code,district,city,province,postal_codes\n" + rows), {})
    found: list[Any] = []
    after = ""
    while page := await seen(within, "locations.list", search="cempaka", limit=3, after=after):
        found += page
        after = str(page[-1].id)
    assert [row.code for row in found] == [f"32.01.{n:02}" for n in range(1, 8)]
    assert [row.code for row in await seen(within, "locations.list", search="32.01")] == [row.code for row in found]
    assert found[0].postal_codes == ("16001",)
    assert await seen(within, "locations.list", search="tidak ada") == []
