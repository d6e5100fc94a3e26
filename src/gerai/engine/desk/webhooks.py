"""What views and acts of webhooks share: their fields, and an endpoint of the desk's environment as it stands."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from gerai.domain.refusals import ChangedMeanwhile, NotFound
from gerai.domain.webhooks import Delivery, Endpoint
from gerai.engine.desk.fields import Seen, seen_of, words
from gerai.engine.desk.house import Within
from gerai.engine.webhooks.endpoints import list_endpoints
from gerai.engine.webhooks.history import show_delivery

Url = Annotated[str, Meta(min_length=1, max_length=2000)]
EventName = Annotated[str, Meta(min_length=1, max_length=100)]
#: Names of a counter's events; none: all of them.
EventNames = Annotated[tuple[EventName, ...], Meta(max_length=100)]
ApiKey = Annotated[str, Meta(max_length=500)]

URL: Final = words("Alamat", "Address", "https://toko.example/hook")
EVENTS: Final = words("Kejadian (kosong: semua)", "Events (none: all)", ("order.created",))
API_KEY: Final = words("Kunci API, bila konter menandatangani dengannya", "API key, where the counter signs with it")
TRIAL: Final = words("Kirim pesan uji dulu", "Send a test message first")


def seen_endpoint(endpoint: Endpoint) -> Seen:
    """What of an endpoint somebody looks at who changes it; whether it answers is not theirs."""
    return seen_of(endpoint.url, endpoint.events, endpoint.key_id, endpoint.status)


async def endpoint_here(within: Within, endpoint_id: int) -> Endpoint:
    """The shop's endpoint in the desk's environment, which never changes. Refuses NotFound, also of a removed one."""
    for one in await list_endpoints(within.engine, within.merchant_id):
        if (one.endpoint_id, one.environment) == (endpoint_id, within.environment):
            return one
    raise NotFound("webhook endpoint", str(endpoint_id))


async def delivery_here(within: Within, delivery_id: int) -> Delivery:
    """The shop's delivery in the desk's environment. Refuses NotFound."""
    found, _ = await show_delivery(within.engine, within.merchant_id, delivery_id)
    if found.environment != within.environment:
        raise NotFound("delivery", str(delivery_id))
    return found


def require_as_seen(endpoint: Endpoint, seen: Seen | UnsetType) -> None:
    """Refuses ChangedMeanwhile."""
    if seen is not UNSET and seen != seen_endpoint(endpoint):
        raise ChangedMeanwhile("webhook endpoint", str(endpoint.endpoint_id))
