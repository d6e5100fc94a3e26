"""The ledger: accounts and the transfers between them, and deposits, by which money comes in from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

#: The method of a deposit that an operator made: nobody paid through a gateway, the seller funds it.
MANUAL: Final = "manual"
#: Under this name ``Deposit.instructions`` keeps another amount that came.
CAME_SEN: Final = "came_sen"


class Account(msgspec.Struct, frozen=True):
    """A ledger account: four unsigned totals. A ``wallet`` may never have less than nothing available."""

    merchant_id: int
    account_id: int
    environment: str
    kind: str
    member_id: int | None
    credits_posted: int
    debits_posted: int
    credits_pending: int
    debits_pending: int
    updated_at: datetime

    @property
    def available_sen(self) -> int:
        return self.credits_posted - self.debits_posted - self.debits_pending


class Transfer(msgspec.Struct, frozen=True):
    """Money from one account to another. ``phase``: single | pending | post | void; post and void name their
    ``pending_id`` and resolve it, exactly once. ``debit_available_after``: what the debited wallet had left."""

    merchant_id: int
    transfer_id: int
    environment: str
    phase: str
    pending_id: int | None
    debit_account_id: int
    credit_account_id: int
    amount_sen: int
    reason: str
    order_id: int | None
    payment_id: int | None
    debit_available_after: int | None
    credit_available_after: int | None
    note: str
    created_at: datetime


class Deposit(msgspec.Struct, frozen=True):
    """Money on its way into a wallet from outside. ``public_id`` is the code its member knows it by, unique per
    merchant, environment and channel; ``secret`` opens its public page.

    ``amount_sen`` is what the wallet gets, ``pay_sen`` what the payer must pay in all: amount, fee and, where payments
    are distinguished by their amount, a little more. ``method`` and ``channel_code`` are a payment method's, or
    :data:`MANUAL`. ``reference`` is the asker's, ``provider_reference`` the gateway's or the bank's. ``transfer_id`` is
    the one transfer that credited the wallet, there exactly while the deposit is ``succeeded``;
    ``matching_transfer_id`` the one that booked :attr:`matching_sen`, where there is any. ``receiving_id``: the
    seller's own account it comes into, and no other money may come there with ``pay_sen``; ``contract_id``: the
    contract by which a gateway takes it; ``acquired_by``: the own account whose acquirer passes it on later;
    ``payout_id``: the payout with which it was passed on. ``held_at``: since when its money waits, or waited, for
    somebody to decide; ``came_sen``: what came instead of ``pay_sen``, before it is accepted and the deposit is one of
    that amount."""

    merchant_id: int
    deposit_id: int
    environment: str
    channel: str
    member_id: int | None
    account_id: int
    public_id: str
    secret: str
    status: str
    amount_sen: int
    fee_sen: int
    pay_sen: int
    method: str
    channel_code: str
    reference: str
    provider_reference: str
    instructions: dict[str, Any]
    note: str
    transfer_id: int | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    completed_at: datetime | None
    receiving_id: int | None = None
    matching_transfer_id: int | None = None
    contract_id: int | None = None
    payout_id: int | None = None
    came_sen: int | None = None
    held_at: datetime | None = None
    acquired_by: int | None = None

    @property
    def passed_on_by(self) -> int | None:
        """As that of a payment."""
        return self.acquired_by if self.contract_id is None else self.contract_id

    @property
    def came_instead_sen(self) -> int:
        """Another amount that its gateway says came; nothing where none did."""
        # Earlier versions kept it with the instructions.
        return self.came_sen or int(self.instructions.get("came_sen", 0))

    @property
    def held(self) -> bool:
        """Whether its money came and waits in ``suspense`` for somebody to decide."""
        return self.held_at is not None and self.status not in ("succeeded", "refunded")

    @property
    def booked(self) -> bool:
        """Whether money that came for it is in the books, be it that it waits or went back."""
        return self.held_at is not None or self.status == "succeeded"

    @property
    def given_back(self) -> bool:
        """Whether it goes back, or went: it does whole."""
        return self.status == "refunded"

    @property
    def taken_sen(self) -> int:
        """What its payer paid, once they did, under the name that this has with payments."""
        return self.pay_sen if self.came_sen is None else self.came_sen

    @property
    def kept_sen(self) -> int:
        """What its method keeps of that, as was known when it came; a fee reckoned for another amount is none."""
        return self.fee_sen if self.came_sen is None else 0

    @property
    def ours_sen(self) -> int:
        """What of it comes to us: that waits, or goes back."""
        return self.taken_sen - self.kept_sen

    @property
    def asked_sen(self) -> int:
        """What its payer must pay in all, under the name that this has with payments."""
        return self.pay_sen

    @property
    def matching_sen(self) -> int:
        """What its payer is asked for beyond amount and fee, so that no other money is taken for it."""
        return self.pay_sen - self.amount_sen - self.fee_sen
