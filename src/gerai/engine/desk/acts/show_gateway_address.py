"""Show where a gateway reports that payers paid."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.gateways import contract_here
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.desk.sealing import sealing
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Some gateways take the address with each payment; at others' dashboards it is pasted. Whoever knows it is half
    believed, so it is an act, and written down. Refuses NotFound."""
    contract = contract_here(within, given.id)
    with sealing():
        address = within.house.gateways.opened(contract).notice_url
    async with changing(within.engine, within.merchant_id):
        note(given.id, gateway=contract.gateway)
    return Done(str(given.id), address)


ACT = Act(
    "gateways.address", "settings:write", Bilingual("Alamat notifikasi gateway", "A gateway's notice address"), ById,
    run, grave=True, here=True,
)  # fmt: skip
