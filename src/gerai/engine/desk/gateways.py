"""What views and acts of gateways share: a contract of the desk's environment, and asking its gateway."""

from __future__ import annotations

from gerai.domain.records import GatewayContract
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.engine.desk.house import Within
from gerai.kit.closest import not_known
from gerai.ports.gateways import Gateway


def contracts_here(within: Within) -> list[GatewayContract]:
    """The shop's open contracts in the desk's environment, by id."""
    return [one for one in within.merchant.contracts if one.environment == within.environment]


def contract_here(within: Within, contract_id: int) -> GatewayContract:
    """Refuses NotFound."""
    for one in contracts_here(within):
        if one.contract_id == contract_id:
            return one
    raise NotFound("gateway contract", str(contract_id))


def gateway_named(within: Within, name: str) -> Gateway:
    """Refuses InputInvalid."""
    known = within.house.gateways.gateways
    found = known.get(name)
    if found is None:
        raise InputInvalid({"gateway": [not_known("gateway", name, known, listed=len(known), none="none is here")]})
    return found


def ways_text(contract: GatewayContract) -> tuple[str, ...]:
    """``va:BCA`` …"""
    return tuple(f"{way.method}:{way.channel}" for way in contract.ways)
