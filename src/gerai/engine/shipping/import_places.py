"""Store districts: the same for every merchant. An act of whoever runs the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import structlog

from gerai.engine.core import Engine
from gerai.engine.shipping.place_files import NamedPlace
from gerai.engine.shipping.places import Gazetteer, Place
from gerai.store import directory
from gerai.store import locations as sql
from gerai.store.lookup_table import record, rows, values_of

log = structlog.get_logger("gerai.districts")


class PlacesImported(NamedTuple):
    """How many districts came new, how many changed, and how many there are now."""

    added: int
    changed: int
    known: int


async def import_places(
    engine: Engine, named: Sequence[NamedPlace], postal_codes: Mapping[str, tuple[str, ...]]
) -> PlacesImported:
    """Add what is new and rename what is called otherwise now; a district keeps its id as long as it keeps its code,
    its coordinates, and its postal codes where none are given. None is taken away: warehouses and orders name them.
    All of it or nothing; every process follows within a second."""
    async with engine.connection() as connection:
        async with connection.transaction():
            await directory.in_turn(connection, sql.EVERYBODY)
            found = (await rows(connection, sql.LOCATIONS, [sql.EVERYBODY]))[sql.EVERYBODY]
            there = {place.code: place for place in (record(Place, *row) for row in found)}
            added, changed = _compared(there, named, postal_codes)
            await sql.put_locations(connection, [values_of(place) for place in (*added, *changed)])
            for merchant in engine.directory.merchants():
                await directory.changed(connection, merchant.merchant_id)
        await engine.directory.refresh(connection, [one.merchant_id for one in engine.directory.merchants()])
    log.info("districts.imported", added=len(added), changed=len(changed))
    return PlacesImported(len(added), len(changed), len(there) + len(added))


async def known_places(engine: Engine) -> Gazetteer:
    """Every district, also where there is no merchant yet."""
    async with engine.connection() as connection:
        found = (await rows(connection, sql.LOCATIONS, [sql.EVERYBODY]))[sql.EVERYBODY]
    return Gazetteer.of(record(Place, *row) for row in found)


def _compared(
    there: Mapping[str, Place], named: Sequence[NamedPlace], postal_codes: Mapping[str, tuple[str, ...]]
) -> tuple[list[Place], list[Place]]:
    """The new ones, numbered on in the order of their codes, and those that are otherwise than they were."""
    number = max((place.location_id for place in there.values()), default=0)
    added, changed = list[Place](), list[Place]()
    for one in sorted(named, key=lambda place: place.code):
        before = there.get(one.code)
        codes = one.postal_codes or postal_codes.get(one.code, ())
        if before is None:
            number += 1
            added.append(Place(number, one.code, one.district, one.city, one.province, None, None, codes))
            continue
        after = Place(
            before.location_id, one.code, one.district, one.city, one.province, before.latitude, before.longitude,
            codes or before.postal_codes,
        )  # fmt: skip
        if after != before:
            changed.append(after)
    return added, changed
