"""The desk as whoever sits at this terminal works at it: for commands that were written by hand."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from gerai.app import FoundPartners, make_desk, make_house
from gerai.cli.on_engine import operator
from gerai.domain.permissions import PERMISSIONS
from gerai.domain.records import Environment
from gerai.engine.acting import Actor
from gerai.engine.core import Engine
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller, Done, acts, perform
from gerai.kit.ids import quick_uuid
from gerai.settings import Settings


def caller_here() -> DeskCaller:
    """Who sits here, with every permission there is."""
    kind, _, name = operator().partition(":")
    return DeskCaller(Actor("operator", name, name), frozenset(PERMISSIONS), f"{kind}-{quick_uuid()}")


@asynccontextmanager
async def desk_here(
    engine: Engine, settings: Settings, merchant_id: int, environment: Environment
) -> AsyncGenerator[Within]:
    """The merchant's desk; ``merchant_id`` 0: of none."""
    async with FoundPartners(settings) as partners, make_desk(engine, partners, settings) as desk:
        yield Within(make_house(engine, desk, partners, settings), merchant_id, environment)


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
    async with desk_here(engine, settings, merchant_id, environment) as within:
        act: Any = acts()[name]
        return await perform(act, within, given, caller_here(), reason=reason)
