"""What tests of the desk share: callers of each role, a shop's desk, looking and doing by name."""

from __future__ import annotations

import itertools
from typing import Any, Final

from gerai.app import App
from gerai.domain.permissions import ROLES
from gerai.domain.records import Environment
from gerai.engine.acting import Actor
from gerai.engine.catalogue.extend import CatalogueAdditions, extend_catalogue
from gerai.engine.desk.house import House, Within
from gerai.engine.desk.registry import DeskCaller, Done, acts, look, perform, views
from gerai.engine.merchants.open import open_merchant
from gerai.engine.shipping.places import Place
from gerai.store.audit import StoredEntry, entries

OWNER: Final = DeskCaller(Actor("person", "7", "Ani"), ROLES["owner"], "request-1")
OPERATOR: Final = DeskCaller(Actor("person", "9", "Cici"), ROLES["operator"])
VIEWER: Final = DeskCaller(Actor("person", "8", "Budi"), ROLES["viewer"])
DISTRICT: Final = Place(6, "35.78.05", "Wonokromo", "Kota Surabaya", "Jawa Timur", None, None, ("60241",))
_numbers = itertools.count(1)


async def open_desk(house: House, environment: Environment = "production", *, simulated: bool = True) -> Within:
    """The desk of a new shop, with one district to send from."""
    code = f"meja{next(_numbers)}"
    merchant_id = await open_merchant(house.engine, code, f"Toko {code}", simulated=simulated)
    await extend_catalogue(house.engine, merchant_id, CatalogueAdditions(districts=[DISTRICT]))
    return Within(house, merchant_id, environment)


def house_of(app: App) -> House:
    """What the application's desk works with."""
    return app.house


async def do(within: Within, name: str, given: Any, caller: DeskCaller = OWNER, **how: str) -> Done:
    """Perform an act by its name."""
    return await perform(acts()[name], within, given, caller, **how)


async def seen(within: Within, name: str, caller: DeskCaller = OWNER, **wanted: Any) -> list[Any]:
    """The rows of a view by its name."""
    view = views()[name]
    return list((await look(view, within, view.filter(**wanted), caller)).rows)


async def written(within: Within) -> list[StoredEntry]:
    """The shop's audit, newest first."""
    async with within.engine.connection() as connection:
        return await entries(connection, within.merchant_id, 2**62, 100)
