"""Which payment methods an order may be paid with, by whose money moves.

Play money (a sandbox order, or a merchant that is marked simulated) meets what can be played; real money meets the
methods for which the merchant has a real account or contract, and nothing else: what is shown for play money is
invented, and could be a stranger's account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gerai.domain.records import GatewayContract, ReceivingAccount
from gerai.domain.refusals import AmountOutOfRange, MethodUnavailable
from gerai.engine.directory_entries import MerchantFacts
from gerai.ports.payments import Bounds, PaymentMethod, Seller

#: By method name: the channels offered, with their bounds. A method that is not offered is missing.
OfferedChannels = Mapping[str, Mapping[str, Bounds]]


@dataclass(frozen=True)
class Offered:
    """One way to pay that is offered. ``account``: the seller's own that receives it, if it is one; ``contract``: the
    one with the gateway that takes it, if one does.
    ``surcharge``: whether its payer may be asked for a fee on top."""

    method: PaymentMethod
    channel: str
    bounds: Bounds
    account: ReceivingAccount | None
    surcharge: bool
    contract: GatewayContract | None = None

    def require_within(self, amount_sen: int) -> None:
        """AmountOutOfRange when one payment may not be ``amount_sen``, all fees included."""
        if not self.bounds.minimum_sen <= amount_sen <= self.bounds.maximum_sen:
            raise AmountOutOfRange(amount_sen, self.bounds.minimum_sen, self.bounds.maximum_sen)


def offered_channels(
    methods: Mapping[str, PaymentMethod], merchant: MerchantFacts, environment: str
) -> OfferedChannels:
    """What the merchant's orders in this environment may be paid with."""
    found = {name: _channels(method, merchant, environment) for name, method in methods.items()}
    return {name: channels for name, channels in found.items() if channels}


def require_offered(
    methods: Mapping[str, PaymentMethod], merchant: MerchantFacts, environment: str, name: str, channel: str
) -> Offered:
    """The method ``name`` with its ``channel``. MethodUnavailable when it does not exist or is not offered."""
    method = methods.get(name)
    bounds = None if method is None else _channels(method, merchant, environment).get(channel)
    if method is None or bounds is None:
        raise MethodUnavailable(f"{name}:{channel}")
    own = () if merchant.plays_with(environment) else own_accounts(merchant, name)
    account = next((one for one in own if one.channel == channel), None)
    # Into the seller's own account where there is one: nobody keeps a part of it.
    contract = None if account else contract_for(merchant, environment, name, channel)
    surcharge = may_surcharge(method, merchant, environment)
    return Offered(method, channel, bounds, account, surcharge=surcharge, contract=contract)


def may_surcharge(method: PaymentMethod, merchant: MerchantFacts, environment: str) -> bool:
    """Whether payers may be asked for a fee on top with this method: always for play money."""
    play_money = merchant.plays_with(environment)
    return method.may_surcharge or play_money or merchant.settings.qris_surcharge == "allow"


def own_accounts(merchant: MerchantFacts, method: str) -> tuple[ReceivingAccount, ...]:
    """The merchant's open receiving accounts for this method."""
    return tuple(account for account in merchant.receiving if account.method == method)


def contract_for(merchant: MerchantFacts, environment: str, method: str, channel: str) -> GatewayContract | None:
    """The merchant's open contract in this environment that offers this way, the oldest first."""
    for contract in _contracts(merchant, environment):
        if any((way.method, way.channel) == (method, channel) for way in contract.ways):
            return contract
    return None


def _contracts(merchant: MerchantFacts, environment: str) -> list[GatewayContract]:
    # Nobody outside is asked for what is only played.
    return [one for one in merchant.contracts if one.environment == environment and not merchant.simulated]


def _at_gateways(method: PaymentMethod, merchant: MerchantFacts, environment: str) -> dict[str, Bounds]:
    found: dict[str, Bounds] = {}
    for contract in _contracts(merchant, environment):
        for way in contract.ways:
            if way.method == method.name:
                found.setdefault(way.channel, Bounds(way.minimum_sen, way.maximum_sen))
    return found


def _channels(method: PaymentMethod, merchant: MerchantFacts, environment: str) -> Mapping[str, Bounds]:
    taken = _at_gateways(method, merchant, environment)
    if merchant.plays_with(environment):
        # Play money never reaches a real account, nor real money an invented one. A gateway's sandbox plays, too.
        return {**(method.channels if method.simulated else {}), **taken}
    configured = method.configured(Seller(merchant.merchant_id, environment, own_accounts(merchant, method.name)))
    return taken | {channel: bounds for channel, bounds in method.channels.items() if channel in configured}
