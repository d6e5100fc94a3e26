"""Announce to an address what happens to a counter's orders."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk import webhooks as fields
from gerai.engine.desk.fields import refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.members import Door
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.sealing import sealing
from gerai.engine.desk.webhooks import ApiKey, EventNames, Url
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, new_secret
from gerai.engine.webhooks.register import require_events, require_taken, signing_key
from gerai.engine.webhooks.signing import EndpointSecrets
from gerai.kit.bilingual import Bilingual


class NewWebhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``api_key``: at counters whose webhooks are signed with one; it is of the desk's environment, and kept sealed.
    ``trial``: the address must take the counter's test message first, where there is one."""

    door: Annotated[Door, words("Konter", "Counter", "konter"), refers("webhook_doors")]
    url: Annotated[Url, fields.URL]
    events: Annotated[EventNames, fields.EVENTS] = ()
    api_key: Annotated[ApiKey, fields.API_KEY] = ""
    trial: Annotated[bool, fields.TRIAL] = True


async def run(within: Within, given: NewWebhook) -> Done:
    """It receives what happens from now on. The secret that signs is shown this once; done before, there is none to
    show. Refuses InputInvalid: a counter or event that there is not, an address that is never called, that does not
    take the test message or that receives the same already, a key where none is asked or none that is live."""
    house, desk = within.house, within.house.webhooks
    contract = desk.contract(given.door)
    require_events(contract, given.door, given.events)
    with sealing():
        # Tried before anybody is called: without a key the secret could not be kept.
        house.sealer.seal("")
    await desk.judge(given.url)
    key = signing_key(
        within.engine, contract, given.door, within.merchant_id, within.environment, given.api_key
    )  # fmt: skip
    secret = new_secret()
    if given.trial:
        secrets = EndpointSecrets(secret, key.secret or secret, secret)
        await require_taken(
            within.engine, desk, contract, given.url, secrets,
            merchant_id=within.merchant_id, environment=within.environment,
        )  # fmt: skip
    new = NewEndpoint(
        merchant_id=within.merchant_id, environment=within.environment, channel=given.door, url=given.url,
        events=given.events, key_id=key.key_id, key_secret=key.secret,
    )  # fmt: skip
    return Done(str(await add_endpoint(within.engine, house.sealer, new, secret)), secret)


ACT = Act("webhooks.add", "webhooks:manage", Bilingual("Tambah webhook", "Add a webhook"), NewWebhook, run, grave=True)
