"""Put money into a wallet at once: an operator saw it arrive, or gives it."""

from __future__ import annotations

import msgspec

from gerai.domain.records import MANUAL, Account
from gerai.engine.command import Command, Context, Needs
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.deposits.transitions import credit
from gerai.engine.made import Made
from gerai.engine.state import State
from gerai.engine.wallet import ledger
from gerai.engine.wallet.find import wallet_now
from gerai.kit.ids import token
from gerai.store.connection import Connection


class ManualDeposit(Command[Account], frozen=True, kw_only=True):
    """A deposit that succeeds in the act that makes it. Returns the wallet afterwards.

    With the method ``manual`` the seller funds it; with that of a payment method (a bank transfer the operator saw) it
    is money from outside. ``channel`` is the member's door, ``public_id`` the code that door knows the deposit by, and
    ``deposit_id`` the engine's id it was composed from; without them it is shown at no counter. ``reference``: the
    bank's, kept as the deposit's ``provider_reference``.

    Refuses: NotFound (no such wallet in this environment), AmountOutOfRange.
    """

    account_id: int
    amount_sen: int
    note: str = ""
    reference: str = ""
    method: str = MANUAL
    channel: str = ""
    deposit_id: int | None = None
    public_id: str = ""
    secret: str = msgspec.field(default_factory=token)
    by: str = ""

    def identify(self, answer: Account) -> Made:
        return Made(deposit_id=self.deposit_id, account_id=self.account_id)

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> Account:
        return await wallet_now(connection, merchant_id, made.account_id)

    def needs(self) -> Needs:
        return Needs(accounts=(self.account_id,))

    def decide(self, state: State, context: Context) -> Account:
        deposit_id = self.deposit_id or context.next_id()
        start = StartDeposit(
            merchant_id=self.merchant_id,
            environment=self.environment,
            channel=self.channel,
            deposit_id=deposit_id,
            public_id=self.public_id or f"manual-{deposit_id}",
            secret=self.secret,
            account_id=self.account_id,
            amount_sen=self.amount_sen,
            method=self.method,
            channel_code="",
            instructions={},
            provider_reference=self.reference,
            note=self.note,
        )
        by = {"by": self.by} if self.by else {}
        # The steps of a deposit that a payer makes, in one act: books and history look the same.
        credit(state, context, start.decide(state, context), "succeed", **by)
        return ledger.wallet(state, self.merchant_id, self.environment, self.account_id)
