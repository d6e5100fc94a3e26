"""Put money into a wallet from outside: a top-up or an operator's adjustment."""

from __future__ import annotations

from gerai.domain.records import Account
from gerai.engine.command import Command, Context, Needs
from gerai.engine.state import State
from gerai.engine.wallet import ledger


class Deposit(Command[Account], frozen=True, kw_only=True):
    """Credit ``amount_sen`` (more than nothing). Answers the wallet afterwards. Refuses: NotFound."""

    account_id: int
    amount_sen: int
    note: str = ""

    def needs(self) -> Needs:
        return Needs(accounts=(self.account_id,))

    def decide(self, state: State, context: Context) -> Account:
        account = ledger.wallet(state, self.merchant_id, self.environment, self.account_id)
        ledger.deposit(state, context, account, self.amount_sen, self.note)
        return ledger.wallet(state, self.merchant_id, self.environment, self.account_id)
