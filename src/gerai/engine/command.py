"""What the engine runs: commands, the rows they need, and what they may lean on while deciding.

A command is a frozen struct with two pure methods. ``needs`` says by key which rows it must see; ``decide`` looks at
them, either refuses or changes the working copy, and returns the answer. No I/O, no await, no clock and no randomness
except through the :class:`Context`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Generic,
    Literal,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from gerai.domain.refusals import PermissionMissing
from gerai.engine.contact import Contact
from gerai.engine.made import Made
from gerai.kit.closest import not_known
from gerai.merchant_settings import MerchantSettings
from gerai.store.connection import Connection

if TYPE_CHECKING:
    from gerai.engine.state import State

Answer = TypeVar("Answer")


class Needs(msgspec.Struct, frozen=True):
    """Rows to load, by key. ``orders`` brings lines, invoice, payments, fulfilment and shipment along;
    ``wallets_of_orders`` and ``stock_of_orders`` also lock what those orders hold, ``wallets_of_deposits`` what those
    deposits go to; ``parcel_events`` adds the earlier reports on the orders' parcels, ``state_events`` what became of
    the orders and of their payment; ``refund_tasks`` names refunds of the orders and deposits by their ids.
    ``expected`` locks receiving accounts and brings what is expected in each between two amounts: (id, least, most).
    ``arrivals`` names money that came by its id, ``arrival_keys`` by account and key; ``notices`` likewise, and
    ``notice_keys`` by source and digest, with the source locked. ``attempts``: of payments and deposits by gateway,
    with the orders or deposits named, too; ``proofs_of``: what proves payments, likewise, without its content;
    ``payout_keys``: payouts by contract and reference. ``codes`` locks pools of licence codes and brings so many free
    ones of each, by (pool's id, how many), and which of the orders got theirs."""

    accounts: tuple[int, ...] = ()
    orders: tuple[int, ...] = ()
    stock: tuple[int, ...] = ()
    wallets_of_orders: bool = False
    stock_of_orders: bool = False
    parcel_events: bool = False
    state_events: bool = False
    contacts: tuple[tuple[str, Contact], ...] = ()
    refund_tasks: tuple[int, ...] = ()
    deposits: tuple[int, ...] = ()
    wallets_of_deposits: bool = False
    expected: tuple[tuple[int, int, int], ...] = ()
    arrivals: tuple[int, ...] = ()
    arrival_keys: tuple[tuple[int, str], ...] = ()
    notices: tuple[int, ...] = ()
    notice_keys: tuple[tuple[int, bytes], ...] = ()
    attempts: tuple[int, ...] = ()
    proofs_of: tuple[int, ...] = ()
    payout_keys: tuple[tuple[int, str], ...] = ()
    codes: tuple[tuple[int, int], ...] = ()


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
        """The merchant's ``sales``, ``gateway``, ``bank``, ``suspense``, ``refunds_owed``, ``fees`` or ``funding``
        account in the command's environment."""
        ...

    @property
    def play_money(self) -> bool:
        """Whether only play money moves here: the sandbox, and merchants that are marked simulated."""
        ...

    @property
    def closed(self) -> bool:
        """Whether the command's merchant takes no orders any more."""
        ...

    @property
    def settings(self) -> MerchantSettings:
        """The settings of the command's merchant."""
        ...


def require_open(context: Context) -> None:
    """What a shop takes no more once it is closed begins with this. Refuses PermissionMissing, as of an owner who is
    not active: each contract says so in its own words."""
    if context.closed:
        raise PermissionMissing("merchant.open")


def one_of(words: Collection[str]) -> msgspec.Meta:
    """Annotates a command's field that takes no other word; a field of Literals needs none."""
    return msgspec.Meta(extra={"words": frozenset(words)})


@cache
def _words_of(command: type[Command[Any]]) -> dict[str, frozenset[Any]]:
    """What may stand in each field of a command that takes words of a list."""
    found = {name: _words_in(hint) for name, hint in get_type_hints(command, include_extras=True).items()}
    return {name: words for name, words in found.items() if words is not None}


def _words_in(hint: Any) -> frozenset[Any] | None:
    parts = get_args(hint)
    if get_origin(hint) is Literal:
        return frozenset(parts)
    if get_origin(hint) is Annotated:
        marks = [m.extra["words"] for m in parts[1:] if isinstance(m, msgspec.Meta) and m.extra and "words" in m.extra]
        return marks[0] if marks else _words_in(parts[0])
    if isinstance(hint, UnionType) or get_origin(hint) is Union:
        words = [{None} if part is NoneType else _words_in(part) for part in parts]
        return None if None in words else frozenset[Any]().union(*(w for w in words if w is not None))
    return None


class Command(msgspec.Struct, Generic[Answer], frozen=True, kw_only=True):
    """Base of all commands."""

    merchant_id: int
    environment: str

    def __post_init__(self) -> None:
        # Nothing converts what one part of the program hands to another. A word that no table knows would be passed
        # over, or met only later: when the money comes.
        for name, known in _words_of(type(self)).items():
            if (word := getattr(self, name)) not in known:
                words = sorted(map(str, known))
                raise ValueError(f"{name}: {not_known('word', str(word), words, listed=len(words))}")

    def needs(self) -> Needs:
        """The rows to load. Pure."""
        return NOTHING

    def decide(self, state: State, context: Context) -> Answer:
        """Refuse (raise a Refusal, leaving no trace) or change ``state`` and answer."""
        raise AssertionError(f"{type(self).__name__} decides nothing")

    def identify(self, answer: Answer) -> Made:
        """The ids of what the answer shows, for the row of an idempotency key. Pure."""
        raise AssertionError(f"{type(self).__name__} takes no idempotency key")

    def audited(self, answer: Answer) -> dict[str, Any]:
        """What the audit keeps of it, beside what the act that it is part of names: figures that are known only once it
        is decided. Pure."""
        return {}

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
        claims += [(of, "receiving", receiving_id) for receiving_id, _, _ in needs.expected]
        claims += [(of, "arrival", arrival_id) for arrival_id in needs.arrivals]
        claims += [(of, "source", source_id) for source_id, _ in needs.notice_keys]
        claims += [(of, "notice", notice_id) for notice_id in needs.notices]
        claims += [(of, "payout", *key) for key in needs.payout_keys]
        claims += [(of, "codes", pool_id) for pool_id, _ in needs.codes]
    return tuple(claims)
