"""A door's description of its webhooks: which events it knows, what it sends of each, and how it signs.

The engine writes events in its own words; :class:`WebhookContract` turns one into the messages of its contract. The
worker sends them and knows nothing of any contract.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from gerai.domain.records import OrderView
from gerai.engine.core import Engine
from gerai.engine.directory_entries import MerchantFacts
from gerai.engine.orders.find import EventEntry
from gerai.engine.standing import AFTER, Standing, facts_of_older_event, standing_after

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
#: Seconds before each attempt, the first included, where a contract documents no schedule of its own.
STANDARD_SCHEDULE_S: Final[tuple[int, ...]] = (
    0,
    5,
    5 * _MINUTE_S,
    30 * _MINUTE_S,
    2 * _HOUR_S,
    5 * _HOUR_S,
    10 * _HOUR_S,
    14 * _HOUR_S,
    20 * _HOUR_S,
    24 * _HOUR_S,
)

#: How a message's data becomes text.
encode = msgspec.json.Encoder(decimal_format="number").encode


class Occurrence(msgspec.Struct, frozen=True):
    """One event of an order. ``view`` is the order as it stands now, perhaps further than the event: what never changes
    is read from it, what does from ``facts`` and ``standing``. ``events`` are the order's up to and including this one,
    oldest first, for contracts that list what happened; ``base_url`` is where clients reach this server."""

    event: EventEntry
    view: OrderView
    events: tuple[EventEntry, ...]
    merchant: MerchantFacts
    base_url: str

    @property
    def facts(self) -> dict[str, Any]:
        """What the event carries."""
        facts = self.event.facts
        return facts if AFTER in facts else facts_of_older_event(facts, self.view)

    @property
    def standing(self) -> Standing:
        """How the order stood right after the event."""
        return standing_after(self.event.name, self.facts)


class WebhookMessage(msgspec.Struct, frozen=True):
    """The content of a message: the contract's name of the event, and its data in the contract's field order.

    Frozen when the event is fanned out; every attempt sends the same.
    """

    event: str
    data: dict[str, Any]


class DeliveryAttempt(msgspec.Struct, frozen=True):
    """One attempt to send a message. ``message_id`` and ``happened_at`` are the same at every attempt; ``retries``: how
    many went before. ``secret`` signs."""

    message_id: str
    happened_at: datetime
    retries: int
    secret: str


class SignedRequest(msgspec.Struct, frozen=True):
    """What goes over the wire, to the byte. The Standard Webhooks headers are added by the sender."""

    body: bytes
    headers: dict[str, str] = {}


def any_success(status: int) -> bool:
    """Any 2xx acknowledges."""
    return 200 <= status < 300


@dataclass(frozen=True)
class WebhookContract:
    """A door's webhooks.

    ``events``: the names an endpoint may choose from. ``compose`` returns the messages of an event (none: the contract
    does not announce it). ``sign`` makes one attempt's bytes and the contract's own headers; pure.
    ``key_secret``: set where the contract signs with (a part of) the API key instead of a secret of the endpoint; takes
    the key, returns what signs. ``of_one_key``: an endpoint gets only events of orders placed with its key.
    ``test_message``: the message a new address must acknowledge before it is kept, if the contract sends one.
    """

    events: tuple[str, ...]
    compose: Callable[[Engine, Occurrence], Awaitable[list[WebhookMessage]]]
    sign: Callable[[WebhookMessage, DeliveryAttempt], SignedRequest]
    schedule_s: tuple[int, ...] = STANDARD_SCHEDULE_S
    acknowledged: Callable[[int], bool] = any_success
    key_secret: Callable[[str], str] | None = None
    of_one_key: bool = False
    test_message: Callable[[], WebhookMessage] | None = None
