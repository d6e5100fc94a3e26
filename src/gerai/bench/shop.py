"""The shop a case orders in: a merchant with a thousand members, each with a key and wallets.

Members, keys and wallets take consecutive ids, so that pgbench can name the n-th of them by adding n.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from psycopg import AsyncConnection

from gerai.app import DIALECTS
from gerai.bench.case import DISCORD_USER_ID, MEMBERS, BenchError, Case
from gerai.domain.records import Account, Environment, Member
from gerai.doors.http.describe import KeyForm
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.directory_entries import token_digest
from gerai.engine.ids import BLOCK
from gerai.engine.merchants.open import ENVIRONMENTS, changing, open_merchant
from gerai.kit.clock import real_now
from gerai.store import directory as sql
from gerai.store.loads import NEXT_ID_BLOCKS
from gerai.store.tables import ACCOUNTS
from gerai.store.tables import MEMBERS as MEMBERS_TABLE

_CHANNEL: Final = "leuwongrr"
#: Rp150 for a Robux: the ordinary order of 100 Robux costs Rp15.000, as in the contract's example.
_SETTINGS: Final = {"robux_rate_sen": 15_000, "leuwongrr_provider": "manual"}
#: Rp100 billion: no run empties the wallet.
_FUNDS_SEN: Final = 10**13


@dataclass(frozen=True)
class Shop:
    """``first_member``, ``first_key``, ``first_wallet``: the ids of the first member's own; the n-th's are n higher.
    ``tokens`` are the members' keys in the case's environment."""

    merchant_id: int
    first_member: int
    first_key: int
    first_wallet: int
    tokens: list[str]


async def open_shop(engine: Engine, code: str, case: Case) -> Shop:
    """Create the merchant, its members with keys (no rate limit) and wallets, and put money into the first wallet."""
    merchant_id = await open_merchant(engine, code, f"Toko {code}", dict(_SETTINGS), simulated=True)
    forms = _key_forms(case.environment)
    async with changing(engine, merchant_id) as connection:
        first_member, first_key, *first_wallets = [await _id_block(connection) for _ in range(2 + len(ENVIRONMENTS))]
        await _add_members(connection, merchant_id, first_member)
        await sql.add_link(connection, merchant_id, first_member, "discord", DISCORD_USER_ID)
        for environment, first in zip(ENVIRONMENTS, first_wallets, strict=True):
            await _add_wallets(connection, merchant_id, environment, first, first_member)
        for n, form in enumerate(forms):
            await sql.add_key(connection, merchant_id, _key(case, first_key + n, first_member + n, form))
    first_wallet = dict(zip(ENVIRONMENTS, first_wallets, strict=True))[case.environment]
    deposit = ManualDeposit(
        merchant_id=merchant_id,
        environment=case.environment,
        account_id=first_wallet,
        amount_sen=_FUNDS_SEN,
        note="opening balance",
    )
    await engine.submit(deposit)
    return Shop(merchant_id, first_member, first_key, first_wallet, [form.token for form in forms])


async def _id_block(connection: AsyncConnection) -> int:
    """The first of a block of ids that is nobody else's."""
    cursor = await connection.execute(NEXT_ID_BLOCKS, (1,))
    row = await cursor.fetchone()
    if row is None or BLOCK < MEMBERS:
        raise BenchError("no block of ids is large enough for the members")
    return (row[0] - 1) * BLOCK + 1


async def _add_members(connection: AsyncConnection, merchant_id: int, first: int) -> None:
    now = real_now() - timedelta(days=1)
    members = [
        Member(
            merchant_id, first + n, "production", _CHANNEL, f"m{n:04d}", f"Member {n}", f"m{n:04d}@example.com", "", "",
            {}, now, now,
        )
        for n in range(MEMBERS)
    ]  # fmt: skip
    await connection.execute(MEMBERS_TABLE.insert_sql, MEMBERS_TABLE.insert_params(members))


async def _add_wallets(
    connection: AsyncConnection, merchant_id: int, environment: Environment, first: int, first_member: int
) -> None:
    now = real_now()
    wallets = [
        Account(merchant_id, first + n, environment, "wallet", first_member + n, 0, 0, 0, 0, now)
        for n in range(MEMBERS)
    ]
    await connection.execute(ACCOUNTS.insert_sql, ACCOUNTS.insert_params(wallets))


def _key_forms(environment: Environment) -> list[KeyForm]:
    """A fresh key for each member, as the dialect composes them."""
    [scheme] = [dialect.keys for dialect in DIALECTS if dialect.name == _CHANNEL and dialect.keys]
    return [scheme.make(environment) for _ in range(MEMBERS)]


def _key(case: Case, key_id: int, member_id: int, form: KeyForm) -> sql.KeyRow:
    return sql.KeyRow(
        key_id, case.environment, _CHANNEL, "bench", form.prefix, token_digest(form.token), member_id,
        list(form.permissions), None, real_now(), None, None, None,
    )  # fmt: skip
