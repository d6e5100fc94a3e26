"""The desk as whoever sits at this terminal works at it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any

import msgspec
import typer

from gerai.app import make_desk, make_house
from gerai.cli.completing import among
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import noted, operator, with_settings
from gerai.domain.permissions import PERMISSIONS
from gerai.domain.records import Environment
from gerai.engine.acting import Acting, Actor, acting
from gerai.engine.core import Engine
from gerai.engine.desk.house import House, Within
from gerai.engine.desk.registry import DeskCaller, Done, acts, perform
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.found import FoundPartners
from gerai.kit.ids import quick_uuid
from gerai.settings import Settings

EnvironmentOption = Annotated[
    str, typer.Option("--environment", help="sandbox or production.", autocompletion=among(ENVIRONMENTS))
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept with it.")]
KeyOption = Annotated[str, typer.Option("--once", metavar="KEY", help="Done once under this name, however often.")]


def caller_here() -> DeskCaller:
    """Who sits here, with every permission there is, at every merchant."""
    kind, _, name = operator().partition(":")
    return DeskCaller(Actor("operator", name, name), frozenset(PERMISSIONS), f"{kind}-{quick_uuid()}", None)


@contextmanager
def acting_here(name: str, environment: str = "production", reason: str = "") -> Generator[None]:
    """What is changed in this block is written down as this act of the registry, done by whoever sits here."""
    caller = caller_here()
    under_way = Acting(
        caller.actor, acts()[name].name, environment, reason, caller.request_id, permissions=frozenset(PERMISSIONS)
    )
    with acting(under_way):
        yield


@asynccontextmanager
async def house_of(engine: Engine, settings: Settings) -> AsyncGenerator[House]:
    """What the desk works with at this terminal."""
    async with FoundPartners(settings) as partners, make_desk(engine, partners, settings) as desk:
        yield make_house(engine, desk, partners, settings)


def at_desk(given: dict[str, Any], ask: Callable[[Within, DeskCaller], Any], *, outside: bool = False) -> Any:
    """Open the desk of the chosen merchant, as whoever is at this terminal, and ask."""
    environment: Environment = one_of(given["environment"], ENVIRONMENTS, "environment")

    async def act(engine: Engine, settings: Settings) -> Any:
        merchant_id = 0 if outside else await merchant_named(engine, given["merchant"])
        async with house_of(engine, settings) as house:
            return await ask(Within(house, merchant_id, environment), caller_here())

    return with_settings(act, given["data"], given["settings_file"])


async def do_here(
    engine: Engine,
    settings: Settings,
    merchant_id: int,
    environment: Environment,
    name: str,
    given: msgspec.Struct,
    reason: str = "",
) -> Done:
    """Perform an act of the registry, written down as this terminal's. Refuses what the act refuses."""
    async with house_of(engine, settings) as house:
        here = Within(house, merchant_id, environment)
        return await noted(perform(acts()[name], here, given, caller_here(), reason=reason))


def money_input(name: str, said: Mapping[str, str], **given: Any) -> Any:
    """The input of an act that takes what a payment method or a gateway asks (``desk/accounts.py``): in fields where it
    has them, the rest as ``more``."""
    struct = acts()[name].input
    own = {asked: value for asked, value in said.items() if asked in struct.__struct_fields__}
    more = tuple(f"{asked}={value}" for asked, value in said.items() if asked not in own)
    return struct(**given, **own, more=more)
