"""Close a contract with a gateway."""

from __future__ import annotations

from gerai.engine.desk.accounts import by_whom
from gerai.engine.desk.fields import ById
from gerai.engine.desk.gateways import contract_here
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.gateways.contracts import close_contract
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """No payment or top-up is started there any more; those that were started are followed to their end. Refuses
    NotFound."""
    contract_here(within, given.id)
    await close_contract(within.engine, within.merchant_id, given.id, by_whom())
    return Done(str(given.id))


ACT = Act(
    "gateways.close", "settings:write", Bilingual("Tutup gateway", "Close a gateway"), ById, run,
    reasoned=True, grave=True, here=True,
)  # fmt: skip
