"""Send to a webhook endpoint again."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.webhooks import endpoint_here
from gerai.engine.webhooks.endpoints import enable_endpoint
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Also one that had answered 410, or that was silent so often that it is left alone. Refuses NotFound."""
    await endpoint_here(within, given.id)
    await enable_endpoint(within.engine, within.merchant_id, given.id)
    return Done(str(given.id))


ACT = Act("webhooks.resume", "webhooks:manage", Bilingual("Lanjutkan webhook", "Resume a webhook"), ById, run)
