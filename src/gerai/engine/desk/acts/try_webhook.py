"""Send a webhook endpoint its counter's test message."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.sealing import sealing
from gerai.engine.desk.webhooks import endpoint_here
from gerai.engine.merchants.open import changing, note
from gerai.engine.webhooks.register import try_address
from gerai.engine.webhooks.signing import secrets_of
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Returns what was answered, whatever that was: ``taken`` says whether the counter's contract takes it for a
    delivery. Refuses NotFound, and InputInvalid: the counter has no test message."""
    endpoint, desk = await endpoint_here(within, given.id), within.house.webhooks
    contract = desk.contract(endpoint.channel)
    with sealing():
        secrets = secrets_of(endpoint, within.house.sealer)
    tried = await try_address(
        within.engine, desk, contract, endpoint.url, secrets,
        merchant_id=within.merchant_id, environment=within.environment,
    )  # fmt: skip
    taken = tried.status is not None and contract.acknowledged(tried.status)
    # Called first, written down after: no transaction waits for somebody else's server.
    async with changing(within.engine, within.merchant_id):
        note(given.id, url=endpoint.url, status=tried.status, error=tried.error)
    told = {"status": tried.status, "error": tried.error, "answer": tried.answer}
    shown = {name: value for name, value in told.items() if value not in (None, "")}
    return Done(str(given.id), details={"taken": taken, "took_ms": tried.took_ms, **shown})


ACT = Act("webhooks.test", "webhooks:manage", Bilingual("Uji webhook", "Test a webhook"), ById, run)
