"""What commands share that ask the engine of a database for something and leave."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from gerai.app import make_engine
from gerai.cli.completing import merchants_of
from gerai.cli.database import DataOption, SettingsOption, chosen_database, read_settings, require_migrated
from gerai.cli.terminal import fail
from gerai.domain.records import Order
from gerai.domain.refusals import Busy, NotFound, Refusal, StateConflict
from gerai.engine.command import Idempotency
from gerai.engine.core import Engine
from gerai.engine.desk.refusal_words import sentence
from gerai.engine.made import Made
from gerai.kit import log
from gerai.settings import Settings

MerchantOption = Annotated[
    str,
    typer.Option(
        "--merchant",
        help="Code of the merchant; need not be named when there is only one.",
        autocompletion=merchants_of,
    ),
]
T = TypeVar("T")
_SOMETHING_DONE: ContextVar[bool] = ContextVar("gerai_something_done", default=False)
_UNREAD = (
    "it is done; what came of it could not be read now, look before you do it again "
    "/ sudah dilakukan, hasilnya belum terbaca: periksa dulu sebelum mengulang"
)


def on_engine(act: Callable[[Engine], Coroutine[Any, Any, T]], data: DataOption, settings_file: SettingsOption) -> T:
    """Run ``act`` on the engine of the chosen database. A refusal is printed as one sentence, exit code 1."""
    return with_settings(lambda engine, _: act(engine), data, settings_file)


def with_settings(
    act: Callable[[Engine, Settings], Coroutine[Any, Any, T]], data: DataOption, settings_file: SettingsOption
) -> T:
    """Like :func:`on_engine`, for an act that needs the settings too."""
    with chosen_database(read_settings(settings_file), data) as settings:
        require_migrated(settings, data)
        # The answer belongs to the person at the terminal; everyday notes would bury it.
        log.configure("warning", settings.log.format)

        async def main() -> T:
            engine = make_engine(settings)
            async with engine.running():
                try:
                    return await act(engine, settings)
                except Busy:
                    # Only what is read after it was busy: "nothing is done" would have it done twice.
                    if _SOMETHING_DONE.get():
                        fail(_UNREAD)
                    raise

        try:
            return asyncio.run(main())
        except Refusal as refusal:
            fail(sentence(refusal))


async def noted(doing: Awaitable[T]) -> T:
    """Do what changes something, and keep in mind that it is done, whatever reading after it may come to."""
    done = await doing
    _SOMETHING_DONE.set(True)
    return done


def operator() -> str:
    """Who acts at this terminal, as events keep it."""
    return f"operator:{getpass.getuser()}"


async def name_earlier(
    engine: Engine, merchant_id: int, environment: str, reference: str, key: Idempotency | None
) -> NoReturn:
    """Leave: money was booked under this reference already, for something else, which is named."""
    earlier = None if key is None else await engine.made_under(merchant_id, environment, key)
    what = await _named(engine, merchant_id, earlier)
    fail(f"{reference} was booked already, for {what}: nothing is booked")


async def _named(engine: Engine, merchant_id: int, made: Made | None) -> str:
    view = None if made is None or made.order_id is None else await engine.orders.by_id(merchant_id, made.order_id)
    return "a top-up with another amount or member" if view is None else f"order {view.order.number}"


@contextmanager
def called(name: str, order: Order) -> Generator[None]:
    """A refusal about the order calls it as the person at the terminal did."""
    try:
        yield
    except (NotFound, StateConflict) as refusal:
        if refusal.id in (order.public_id, str(order.order_id)):
            refusal.id = name
        raise
