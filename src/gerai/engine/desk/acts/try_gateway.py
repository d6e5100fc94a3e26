"""Ask a gateway something that moves no money."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.gateways import contract_here, ways_text
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.gateways.probe import probed
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Whether address and keys are right: ``wrong`` says what is not; ``off``: ways that are offered here and not
    switched on there; ``not_tried``: what only a payment can show. Refuses NotFound."""
    contract, desk = contract_here(within, given.id), within.house.gateways
    wrong, switched_on = await probed(desk, contract)
    on = None if switched_on is None else {":".join(way) for way in switched_on}
    off = [] if on is None else sorted({*ways_text(contract)} - on)
    # Asked first, written down after: no transaction waits for a gateway.
    async with changing(within.engine, within.merchant_id):
        note(given.id, gateway=contract.gateway, wrong=wrong)
    gateway = desk.gateways.get(contract.gateway)
    not_tried = [] if gateway is None or wrong else list(gateway.untried)
    return Done(str(given.id), details={"right": not wrong, "wrong": wrong, "off": off, "not_tried": not_tried})


ACT = Act("gateways.test", "settings:write", Bilingual("Uji gateway", "Test a gateway"), ById, run, here=True)
