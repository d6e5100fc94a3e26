"""What a wallet has, and how it came to have it."""

from __future__ import annotations

from gerai.domain.records import Account, Transfer
from gerai.domain.refusals import NotFound
from gerai.store import wallets
from gerai.store.connection import Connection
from gerai.store.pool import Pool


async def wallet_now(connection: Connection, merchant_id: int, account_id: int | None) -> Account:
    """The wallet as it stands. NotFound when there is none."""
    found = None if account_id is None else await wallets.account(connection, merchant_id, account_id)
    if found is None:
        raise NotFound("wallet", str(account_id))
    return found


class WalletReads:
    """Wallets and their transfers (``engine.wallets``)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def balance(self, merchant_id: int, account_id: int | None) -> Account:
        """The wallet as it stands. NotFound when there is none."""
        async with self._pool.connection() as connection:
            return await wallet_now(connection, merchant_id, account_id)

    async def of_members(
        self, merchant_id: int, environment: str, limit: int
    ) -> list[tuple[int, str, str, str, int, int]]:
        """Member, channel, name, the door's identifier, account and available sen of a merchant's wallets."""
        async with self._pool.connection() as connection:
            return await wallets.of_members(connection, merchant_id, environment, limit)

    async def statement(self, merchant_id: int, account_id: int, before_id: int | None, limit: int) -> list[Transfer]:
        """The wallet's transfers, newest first (by id: see the store's own ``statement``)."""
        async with self._pool.connection() as connection:
            return await wallets.statement(connection, merchant_id, account_id, before_id, limit)

    async def of_order(self, merchant_id: int, order_id: int) -> list[Transfer]:
        """Every transfer an order caused, oldest first."""
        async with self._pool.connection() as connection:
            return await wallets.transfers_of_order(connection, merchant_id, order_id)
