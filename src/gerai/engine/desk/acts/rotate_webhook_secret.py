"""Give a webhook endpoint a new secret."""

from __future__ import annotations

import msgspec

from gerai.domain.webhooks import Endpoint
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.sealing import sealing
from gerai.engine.desk.webhooks import endpoint_here
from gerai.engine.merchants.open import note
from gerai.engine.webhooks.endpoints import change_endpoint, new_secret
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Every attempt from now on is signed with it, also of what is under way; the ids of messages stay what they are.
    It is shown this once. Refuses NotFound."""
    await endpoint_here(within, given.id)
    secret = new_secret()

    def decide(now: Endpoint) -> Endpoint:
        note(given.id, url=now.url)
        return msgspec.structs.replace(
            now, secret_sealed=within.house.sealer.seal(secret), ids_sealed=now.ids_sealed or now.secret_sealed
        )

    with sealing():
        await change_endpoint(within.engine, within.merchant_id, given.id, decide)
    return Done(str(given.id), secret)


ACT = Act(
    "webhooks.rotate_secret", "webhooks:manage", Bilingual("Ganti rahasia webhook", "Rotate a webhook's secret"), ById,
    run, grave=True,
)  # fmt: skip
