"""Put a wallet right by hand: a mistake is corrected, or the seller gives or takes."""

from __future__ import annotations

from gerai.domain.money import MAX_SEN
from gerai.domain.records import Account
from gerai.domain.refusals import AmountOutOfRange
from gerai.engine.command import Command, Context, Needs
from gerai.engine.made import Made
from gerai.engine.state import State
from gerai.engine.wallet import ledger
from gerai.engine.wallet.find import wallet_now
from gerai.store.connection import Connection


class AdjustWallet(Command[Account], frozen=True, kw_only=True):
    """One transfer between a wallet and ``funding``: ``change_sen`` above zero into the wallet, below zero out of it.
    What is held for orders stays held. Returns the wallet afterwards.

    Refuses: NotFound (no such wallet in this environment), AmountOutOfRange (nothing, or more than the wallet can
    take), InsufficientFunds (less is available than is to be taken out).
    """

    account_id: int
    change_sen: int
    note: str = ""

    def identify(self, answer: Account) -> Made:
        return Made(account_id=self.account_id)

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> Account:
        return await wallet_now(connection, merchant_id, made.account_id)

    def needs(self) -> Needs:
        return Needs(accounts=(self.account_id,))

    def decide(self, state: State, context: Context) -> Account:
        account = ledger.wallet(state, self.merchant_id, self.environment, self.account_id)
        if not 0 < abs(self.change_sen) <= MAX_SEN:
            raise AmountOutOfRange(given_sen=abs(self.change_sen), minimum_sen=1, maximum_sen=MAX_SEN)
        return ledger.adjust(state, context, account, self.change_sen, self.note)
