"""What commands share that ask the engine of a database for something and leave."""

from __future__ import annotations

import asyncio
import getpass
import hashlib
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

import typer

from gerai.app import make_engine
from gerai.cli.database import DataOption, SettingsOption, chosen_database, read_settings, require_migrated
from gerai.cli.terminal import fail
from gerai.domain.money import display
from gerai.domain.records import Order
from gerai.domain.refusals import (
    IdempotencyKeyReused,
    InputInvalid,
    NotFound,
    RefundTooLarge,
    Refusal,
    StateConflict,
)
from gerai.engine.command import Idempotency
from gerai.engine.core import Engine
from gerai.kit import log
from gerai.settings import Settings

MerchantOption = Annotated[
    str, typer.Option("--merchant", help="Code of the merchant; need not be named when there is only one.")
]
T = TypeVar("T")


def on_engine(act: Callable[[Engine], Coroutine[Any, Any, T]], data: DataOption, settings_file: SettingsOption) -> T:
    """Run ``act`` on the engine of the chosen database. A refusal is printed as one sentence, exit code 1."""
    return with_settings(lambda engine, _: act(engine), data, settings_file)


def with_settings(
    act: Callable[[Engine, Settings], Coroutine[Any, Any, T]], data: DataOption, settings_file: SettingsOption
) -> T:
    """Like :func:`on_engine`, for an act that needs the settings too."""
    with chosen_database(read_settings(settings_file), data) as settings:
        require_migrated(settings)
        # The answer belongs to the person at the terminal; everyday notes would bury it.
        log.configure("warning", settings.log.format)

        async def main() -> T:
            engine = make_engine(settings)
            async with engine.running():
                return await act(engine, settings)

        try:
            return asyncio.run(main())
        except Refusal as refusal:
            fail(_told(refusal))


def operator() -> str:
    """Who acts at this terminal, as events keep it."""
    return f"operator:{getpass.getuser()}"


def once(operation: str, reference: str, of: int, *asked: str) -> Idempotency | None:
    """The idempotency key of an act that is done once per ``reference``: of the order, payment or wallet it is about.
    ``asked`` must be the same again. None without a reference."""
    if not reference:
        return None
    fingerprint = hashlib.sha256("\n".join(asked).encode()).digest()
    return Idempotency("operator", operation, f"{of} {reference}", fingerprint)


@contextmanager
def called(name: str, order: Order) -> Generator[None]:
    """A refusal about the order calls it as the person at the terminal did."""
    try:
        yield
    except (NotFound, StateConflict) as refusal:
        if refusal.id in (order.public_id, str(order.order_id)):
            refusal.id = name
        raise


def _told(refusal: Refusal) -> str:
    match refusal:
        case NotFound(thing="wallet"):
            return "the order belongs to no member with a wallet: nothing is booked; its money can go to the payer"
        case NotFound():
            return f"no such {refusal.thing}: {refusal.id}"
        case StateConflict():
            return f"the {refusal.thing} of {refusal.id} is {refusal.state}; cannot {refusal.verb} it"
        case IdempotencyKeyReused():
            return f"the reference {refusal.key.split(' ', 1)[-1]} was used for something else; nothing is booked"
        case InputInvalid():
            return "; ".join(f"{name}: {', '.join(texts)}" for name, texts in refusal.fields.items())
        case RefundTooLarge():
            return f"at most {display(refusal.refundable_sen)} can be refunded"
        case _:
            return str(refusal)
