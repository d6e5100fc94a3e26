"""Start a deposit: a member has chosen an amount and how to pay it, and what they must see is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from gerai.domain.money import MAX_SEN, SEN_PER_RUPIAH
from gerai.domain.records import Deposit
from gerai.domain.refusals import AmountOutOfRange, InputInvalid
from gerai.engine.command import Command, Context, Needs, require_open
from gerai.engine.deposits.find import deposit_now
from gerai.engine.deposits.transitions import announce_started
from gerai.engine.made import Made
from gerai.engine.payment_steps import keep_attempt
from gerai.engine.payments.matching import Asking, Matching, acquired_by, expect, reach
from gerai.engine.payments.start import SETTLE_QUEUE
from gerai.engine.state import Job, State
from gerai.engine.wallet import ledger
from gerai.store.connection import Connection

SETTLE_DEPOSIT_TASK = "gerai.settle_deposit"


class StartDeposit(Command[Deposit], frozen=True, kw_only=True):
    """Open a deposit into a wallet.

    The door draws ``deposit_id`` from the engine's ids first, so that it can compose its public id from it, and has the
    payment method say the ``instructions``. The payer must pay ``amount_sen + fee_sen + matching_sen``; the wallet gets
    ``amount_sen``. ``matching_sen`` is the little that distinguishes payments of one method, where that is needed;
    with ``matching`` it comes into an account of the seller's own, and is found here, among the amounts that no other
    deposit or order's payment may come with.

    ``contract_id``: a gateway takes it, by this contract. It is kept as asked for, before anybody asks
    (``engine/gateways``): what the payer must see is not known yet, and nothing is announced before it is.

    ``settle_after_s`` with ``settle_outcome`` lets a sandbox deposit finish by itself (a job of this same transaction).

    Refuses: PermissionMissing (the merchant is closed), NotFound (no such wallet in this environment),
    AmountOutOfRange, InputInvalid (what is to be paid is not whole rupiah), MethodUnavailable (the account was closed,
    or every amount is expected already).
    """

    channel: str
    deposit_id: int
    public_id: str
    secret: str
    account_id: int
    amount_sen: int
    method: str
    channel_code: str
    instructions: dict[str, Any]
    fee_sen: int = 0
    matching_sen: int = 0
    reference: str = ""
    provider_reference: str = ""
    note: str = ""
    expires_at: datetime | None = None
    settle_after_s: float | None = None
    settle_outcome: Literal["paid", "failed"] = "paid"
    matching: Matching | None = None
    contract_id: int | None = None

    def identify(self, answer: Deposit) -> Made:
        return Made(deposit_id=self.deposit_id)

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> Deposit:
        return await deposit_now(connection, merchant_id, made.deposit_id)

    def needs(self) -> Needs:
        if self.matching is None:
            return Needs(accounts=(self.account_id,))
        expected = reach(self.matching.receiving_id, self.matching.rule, self._price_sen)
        return Needs(accounts=(self.account_id,), expected=(expected,))

    @property
    def _price_sen(self) -> int:
        return self.amount_sen + self.fee_sen

    def decide(self, state: State, context: Context) -> Deposit:
        require_open(context)
        wallet = ledger.wallet(state, self.merchant_id, self.environment, self.account_id)
        deposit = state.deposits.insert(self._asking(state, context, self._deposit(context, wallet.member_id)))
        if not 0 < deposit.amount_sen <= deposit.pay_sen <= MAX_SEN:
            raise AmountOutOfRange(given_sen=deposit.amount_sen, minimum_sen=1, maximum_sen=MAX_SEN)
        # The sum, not its parts: nobody can transfer a fraction of a rupiah.
        if deposit.pay_sen % SEN_PER_RUPIAH:
            raise InputInvalid({"amount": ["must be whole rupiah"]})
        if self.contract_id is None:
            announce_started(state, context.now, deposit)
        else:
            keep_attempt(state, context, deposit, self.contract_id)
        if self.settle_after_s is not None:
            args = {
                "merchant_id": self.merchant_id,
                "environment": self.environment,
                "deposit_id": self.deposit_id,
                "outcome": self.settle_outcome,
            }
            state.jobs.append(Job(SETTLE_QUEUE, SETTLE_DEPOSIT_TASK, None, args, self.settle_after_s))
        return deposit

    def _asking(self, state: State, context: Context, deposit: Deposit) -> Deposit:
        """The deposit with an amount of its own and the instructions for that, where it needs one."""
        if self.matching is None:
            return deposit
        pay_sen = self._price_sen + expect(
            state, context, self.merchant_id, self.matching, self._price_sen, Asking(deposit_id=self.deposit_id),
            self.expires_at,
        )  # fmt: skip
        return msgspec.structs.replace(
            deposit,
            pay_sen=pay_sen,
            receiving_id=self.matching.receiving_id,
            acquired_by=acquired_by(state, self.merchant_id, self.matching),
            instructions=self.instructions | self.matching.compose(pay_sen),
        )

    def _deposit(self, context: Context, member_id: int | None) -> Deposit:
        return Deposit(
            merchant_id=self.merchant_id,
            deposit_id=self.deposit_id,
            environment=self.environment,
            channel=self.channel,
            member_id=member_id,
            account_id=self.account_id,
            public_id=self.public_id,
            secret=self.secret,
            status="pending",
            amount_sen=self.amount_sen,
            fee_sen=self.fee_sen,
            pay_sen=self._price_sen + self.matching_sen,
            method=self.method,
            channel_code=self.channel_code,
            reference=self.reference,
            provider_reference=self.provider_reference,
            instructions=self.instructions,
            note=self.note,
            transfer_id=None,
            created_at=context.now,
            updated_at=context.now,
            expires_at=self.expires_at,
            completed_at=None,
            contract_id=self.contract_id,
        )
