"""An engine for one act at the terminal, and the merchant it is about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import typer

from gerai.app import make_engine
from gerai.cli.database import DataOption, SettingsOption, chosen_database, read_settings
from gerai.cli.terminal import fail
from gerai.domain.refusals import NotFound, Refusal, StateConflict
from gerai.engine.core import Engine
from gerai.settings import Settings

MerchantOption = Annotated[str, typer.Option("--merchant", help="Code of the merchant.")]
T = TypeVar("T")


def on_engine(
    act: Callable[[Engine, Settings], Coroutine[Any, Any, T]], data: DataOption, settings_file: SettingsOption
) -> T:
    """What ``act`` answers; a refusal becomes a clear message and exit code 1."""
    with chosen_database(read_settings(settings_file), data) as settings:

        async def main() -> T:
            engine = make_engine(settings)
            async with engine.running():
                return await act(engine, settings)

        try:
            return asyncio.run(main())
        except NotFound as refusal:
            fail(f"no such {refusal.thing}: {refusal.id}")
        except StateConflict as refusal:
            fail(f"{refusal.thing} {refusal.id} is {refusal.state}: cannot {refusal.verb}")
        except Refusal as refusal:
            fail(str(refusal))


def merchant_id(engine: Engine, code: str) -> int:
    """The merchant with this code, or a message that names those there are."""
    merchants = {m.code: m.merchant_id for m in engine.directory.merchants()}
    if code not in merchants:
        fail(f"no such merchant: {code} (known: {', '.join(merchants) or 'none yet'})")
    return merchants[code]
