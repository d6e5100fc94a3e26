"""Forget a webhook endpoint."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.webhooks import endpoint_here
from gerai.engine.webhooks.endpoints import remove_endpoint
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Its delivery log stays, but nothing of it can be sent again. Refuses NotFound."""
    await endpoint_here(within, given.id)
    await remove_endpoint(within.engine, within.merchant_id, given.id)
    return Done(str(given.id))


ACT = Act("webhooks.remove", "webhooks:manage", Bilingual("Hapus webhook", "Remove a webhook"), ById, run)
