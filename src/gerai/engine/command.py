"""What the engine runs: commands, the rows they need, and what they may lean on while deciding.

A command is a frozen struct with two pure methods. ``needs`` says by key which rows it must see; ``decide`` looks at
them, either refuses or changes the working copy, and returns the answer. No I/O, no await, no clock and no randomness
except through the :class:`Context`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import msgspec

from gerai.engine.contact import Contact
from gerai.engine.made import Made
from gerai.merchant_settings import MerchantSettings
from gerai.store.connection import Connection

if TYPE_CHECKING:
    from gerai.engine.state import State

Answer = TypeVar("Answer")


class Needs(msgspec.Struct, frozen=True):
    """Rows to load, by key. ``orders`` brings lines, invoice, payments, fulfilment and shipment along;
    ``wallets_of_orders`` and ``stock_of_orders`` also lock what those orders hold, ``wallets_of_deposits`` what those
    deposits go to; ``parcel_events`` adds the earlier reports on the orders' parcels."""

    accounts: tuple[int, ...] = ()
    orders: tuple[int, ...] = ()
    stock: tuple[int, ...] = ()
    wallets_of_orders: bool = False
    stock_of_orders: bool = False
    parcel_events: bool = False
    contacts: tuple[tuple[str, Contact], ...] = ()
    deposits: tuple[int, ...] = ()
    wallets_of_deposits: bool = False


NOTHING = Needs()


class Idempotency(msgspec.Struct, frozen=True):
    """A create's key: unique per merchant, environment, ``owner`` (the key's owner) and ``operation``."""

    owner: str
    operation: str
    key: str
    fingerprint: bytes


class Context(Protocol):
    """What a decision may lean on besides the rows."""

    now: datetime

    def next_id(self) -> int:
        """A new id, unique in the database."""
        ...

    def system_account(self, kind: str) -> int:
        """The merchant's ``sales``, ``gateway``, ``suspense``, ``fees`` or ``funding`` account in the command's
        environment."""
        ...

    @property
    def settings(self) -> MerchantSettings:
        """The settings of the command's merchant."""
        ...


class Command(msgspec.Struct, Generic[Answer], frozen=True, kw_only=True):
    """Base of all commands."""

    merchant_id: int
    environment: str

    def needs(self) -> Needs:
        """The rows to load. Pure."""
        return NOTHING

    def decide(self, state: State, context: Context) -> Answer:
        """Refuse (raise a Refusal, leaving no trace) or change ``state`` and answer."""
        raise AssertionError(f"{type(self).__name__} decides nothing")

    def identify(self, answer: Answer) -> Made:
        """The ids of what the answer shows, for the row of an idempotency key. Pure."""
        raise AssertionError(f"{type(self).__name__} takes no idempotency key")

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> Answer:
        """The answer with what was made as it is now, when a key is replayed. NotFound if it is gone."""
        raise AssertionError(f"{cls.__name__} takes no idempotency key")


class Outcome(msgspec.Struct, Generic[Answer], frozen=True):
    """``replayed``: an earlier command with the same idempotency key did it; the answer shows it as it is now."""

    answer: Answer
    replayed: bool


def claims_of(command: Command[Any], idempotency: Idempotency | None) -> tuple[Any, ...]:
    """What no two transactions should work on at once: its idempotency key, and the rows it names to be locked. Members
    are found by contact and not locked."""
    needs, of = command.needs(), command.merchant_id
    claims: list[Any] = []
    if idempotency is not None:
        claims.append((of, command.environment, idempotency.owner, idempotency.operation, idempotency.key))
    if needs is not NOTHING:
        claims += [(of, "account", account_id) for account_id in needs.accounts]
        claims += [(of, "order", order_id) for order_id in needs.orders]
        claims += [(of, "stock", stock_id) for stock_id in needs.stock]
        claims += [(of, "deposit", deposit_id) for deposit_id in needs.deposits]
    return tuple(claims)
