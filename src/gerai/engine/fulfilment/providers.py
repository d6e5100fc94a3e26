"""Which provider may do the work of an order: a simulator only pretends, so real orders never reach one."""

from __future__ import annotations

from collections.abc import Mapping

from gerai.domain.refusals import InputInvalid, PartnerUnavailable
from gerai.engine.directory_entries import MerchantFacts
from gerai.ports.fulfilment import SIMULATOR, FulfilmentProvider, names_simulator


def name_for(provider: str, *, automatic: bool, plays: bool) -> str:
    """Who does the work of a service: where nothing is real (``plays``) the simulator, except where people do it."""
    return SIMULATOR if plays and automatic else provider


def provider_for(
    providers: Mapping[str, FulfilmentProvider], name: str, merchant: MerchantFacts, environment: str
) -> FulfilmentProvider:
    """The provider ``name`` for the merchant's orders in this environment.

    PartnerUnavailable when this installation has none of that name, or when it is simulated and the orders are real.
    """
    found = providers.get(name)
    if found is None:
        raise PartnerUnavailable(name, reason="unknown")
    if found.simulated and not merchant.plays_with(environment):
        raise PartnerUnavailable(name, reason="simulated")
    return found


def require_real(field: str, provider: str, *, simulated: bool) -> None:
    """InputInvalid, naming ``field``, when a merchant that is not simulated chooses a provider that only pretends."""
    if names_simulator(provider) and not simulated:
        raise InputInvalid({field: [f"{provider} only pretends to work: it is for simulated merchants"]})
