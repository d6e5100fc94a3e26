"""Change a webhook endpoint."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.webhooks import Endpoint
from gerai.engine.desk import webhooks as fields
from gerai.engine.desk.edit import edited
from gerai.engine.desk.fields import Edit
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.sealing import sealing
from gerai.engine.desk.webhooks import ApiKey, EventNames, Url, endpoint_here, require_as_seen
from gerai.engine.merchants.open import note
from gerai.engine.webhooks.endpoints import change_endpoint
from gerai.engine.webhooks.register import SigningKey, require_events, require_taken, signing_key
from gerai.engine.webhooks.signing import secrets_of
from gerai.kit.bilingual import Bilingual


class WebhookEdit(Edit, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is not given stays. ``events`` none: all of them. ``api_key``: another one that signs. ``trial``: another
    address must take the counter's test message first, where there is one."""

    url: Annotated[Url | UnsetType, fields.URL] = UNSET
    events: Annotated[EventNames | UnsetType, fields.EVENTS] = UNSET
    api_key: Annotated[ApiKey | UnsetType, fields.API_KEY] = UNSET
    trial: Annotated[bool, fields.TRIAL] = True


async def run(within: Within, given: WebhookEdit) -> Done:
    """What is under way goes to the new address, too. Refuses NotFound, ChangedMeanwhile, and InputInvalid as adding
    one does."""
    there = await endpoint_here(within, given.id)
    key = await _checked(within, given, there)

    def decide(now: Endpoint) -> Endpoint:
        require_as_seen(now, given.seen)
        new, changes = edited(now, given)
        if key is not None:
            sealed = within.house.sealer.seal(key.secret)
            new = msgspec.structs.replace(new, key_id=key.key_id, key_sealed=sealed)
            changes["key_id"] = [now.key_id, key.key_id]
        note(given.id, **changes)
        return new

    with sealing():
        await change_endpoint(within.engine, within.merchant_id, given.id, decide)
    return Done(str(given.id))


async def _checked(within: Within, given: WebhookEdit, there: Endpoint) -> SigningKey | None:
    """The key that is to sign from now on; None: as before. Refuses InputInvalid."""
    engine, desk = within.engine, within.house.webhooks
    contract, door = desk.contract(there.channel), there.channel
    if given.events is not UNSET:
        require_events(contract, door, given.events)
    key = None
    if given.api_key is not UNSET and given.api_key:
        key = signing_key(engine, contract, door, within.merchant_id, within.environment, given.api_key)
    if given.url is not UNSET and given.url != there.url:
        await desk.judge(given.url)
        with sealing():
            secrets = secrets_of(there, within.house.sealer)
        if given.trial:
            signing = secrets if key is None else secrets._replace(signing=key.secret)
            await require_taken(
                engine, desk, contract, given.url, signing,
                merchant_id=within.merchant_id, environment=within.environment,
            )  # fmt: skip
    return key


ACT = Act("webhooks.edit", "webhooks:manage", Bilingual("Ubah webhook", "Change a webhook"), WebhookEdit, run)
