"""Start a deposit as its payer must see it: where a method, its bounds and the seller's own account meet a top-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from gerai.domain.refusals import MethodUnavailable
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.directory_entries import MerchantFacts
from gerai.engine.payments.offered import PAYER, require_offered
from gerai.engine.payments.open import GATEWAY, instructions_for, matching_of
from gerai.ports.payments import PAGE_URL, Charge, PaymentMethod


@dataclass(frozen=True, kw_only=True)
class WantedDeposit:
    """How a member wants to top up. ``channel`` is the door's, ``way`` the method and its channel. ``secret`` opens the
    hosted page, whose path is ``page_path``; ``expires_at``: until when it may be paid; ``payer``: what is known of
    the member."""

    deposit_id: int
    public_id: str
    secret: str
    channel: str
    account_id: int
    amount_sen: int
    way: tuple[str, str]
    page_path: str
    expires_at: datetime
    reference: str = ""
    payer: frozenset[str] = PAYER


def deposit_to_start(
    merchant: MerchantFacts, environment: str, methods: Mapping[str, PaymentMethod], wanted: WantedDeposit
) -> StartDeposit:
    """The command that starts it, with the instructions its payer will see; where a gateway takes it, whoever submits
    it asks the gateway then (``engine/gateways/desk.py``). Nobody pays a fee on top of a top-up.

    Refuses: MethodUnavailable (not offered to this merchant, nobody receives real money by it, or it cannot take
    exactly this amount), AmountOutOfRange.
    """
    name, channel = wanted.way
    offered = require_offered(methods, merchant, environment, name, channel, wanted.payer)
    contract = offered.contract
    # Real money needs somebody who takes it.
    if contract is None and offered.account is None and not merchant.plays_with(environment):
        raise MethodUnavailable(f"{name}:{channel}")
    offered.require_within(wanted.amount_sen)
    charge = Charge(
        payment_public_id=wanted.public_id,
        order_public_id=wanted.public_id,
        amount_sen=wanted.amount_sen,
        merchant_name=merchant.name,
        channel_code=channel,
        at=merchant.now(environment),
        order_expires_at=wanted.expires_at,
        account=offered.account,
        details={PAGE_URL: wanted.page_path},
    )
    told = instructions_for(offered, charge, wanted.page_path)
    return StartDeposit(
        merchant_id=merchant.merchant_id,
        environment=environment,
        channel=wanted.channel,
        deposit_id=wanted.deposit_id,
        public_id=wanted.public_id,
        secret=wanted.secret,
        account_id=wanted.account_id,
        amount_sen=wanted.amount_sen,
        method=name,
        channel_code=channel,
        instructions=msgspec.to_builtins(told) | ({} if contract is None else {GATEWAY: contract.gateway}),
        reference=wanted.reference,
        # A method's own code may run out before the top-up does.
        expires_at=told.expires_at or wanted.expires_at,
        matching=matching_of(merchant, offered, charge),
        contract_id=None if contract is None else contract.contract_id,
    )
