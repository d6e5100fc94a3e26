"""The desk of one shop, opened for whoever is at this terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from gerai.app import FoundPartners, make_desk, make_house
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import operator, with_settings
from gerai.domain.permissions import PERMISSIONS
from gerai.domain.records import Environment
from gerai.engine.acting import Actor
from gerai.engine.core import Engine
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.kit.ids import quick_uuid
from gerai.settings import Settings

EnvironmentOption = Annotated[str, typer.Option("--environment", help="sandbox or production.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept with it.")]
KeyOption = Annotated[str, typer.Option("--once", metavar="KEY", help="Done once under this name, however often.")]


def at_desk(given: dict[str, Any], ask: Callable[[Within, DeskCaller], Any], *, outside: bool = False) -> Any:
    """Open the desk of the chosen merchant, as whoever is at this terminal, and ask."""
    environment: Environment = one_of(given["environment"], ENVIRONMENTS, "environment")
    kind, _, name = operator().partition(":")
    caller = DeskCaller(Actor("operator", name, name), frozenset(PERMISSIONS), f"{kind}-{quick_uuid()}")

    async def act(engine: Engine, settings: Settings) -> Any:
        async with FoundPartners(settings) as partners, make_desk(engine, partners, settings) as desk:
            merchant_id = 0 if outside else await merchant_named(engine, given["merchant"])
            return await ask(Within(make_house(engine, desk, partners, settings), merchant_id, environment), caller)

    return with_settings(act, given["data"], given["settings_file"])
