"""The shop that all cases order in: a merchant with a thousand members, each with a key and a wallet, goods, and a
thousand customers at each other counter.

Members, keys, wallets and customers take consecutive ids, so that pgbench can name the n-th of them by adding n.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from psycopg import AsyncConnection

from gerai.app import DIALECTS
from gerai.bench.case import DISCORD_USER_ID, ENVIRONMENT, MEMBERS, BenchError, Case
from gerai.domain.records import Account, Member
from gerai.doors.dialects.durianpay.keys import credentials
from gerai.doors.dialects.scalev.demo.goods import goods
from gerai.doors.http.describe import KeyForm
from gerai.engine.catalogue.extend import extend_catalogue
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.directory_entries import token_digest
from gerai.engine.ids import BLOCK
from gerai.engine.merchants.open import changing, open_merchant
from gerai.kit.clock import real_now
from gerai.store import directory as sql
from gerai.store import members
from gerai.store.loads import NEXT_ID_BLOCKS
from gerai.store.tables import ACCOUNTS
from gerai.store.tables import MEMBERS as MEMBERS_TABLE

#: Where members order, where customers do, and where one member has a key to read with.
_MEMBERS_AT: Final = "leuwongrr"
_CUSTOMERS_AT: Final = ("durianpay", "scalev")
_BUYER_AT: Final = "cekceir"
_READER: Final = 2
_SCHEMES: Final = {dialect.name: dialect.keys for dialect in DIALECTS if dialect.keys}
#: Rp150 for a Robux: the ordinary order of 100 Robux costs Rp15.000, as in the contract's example.
_SETTINGS: Final = {"robux_rate_sen": 15_000, "leuwongrr_provider": "manual"}
#: Rp100 billion: no run empties the wallet; nor the shelves.
_FUNDS_SEN: Final = 10**13
_PLENTY: Final = "UPDATE stock SET on_hand = 1000000000 WHERE merchant_id = %s"
#: Nothing is sent: no worker runs.
_LISTEN: Final = f"""
INSERT INTO webhook_endpoints (merchant_id, endpoint_id, environment, channel, url, events, secret_sealed, key_sealed,
                               status, reason, after_event_id, created_at, updated_at)
VALUES (%(merchant)s, %(endpoint)s, '{ENVIRONMENT}', 'scalev', 'https://shop.example/hook', '{{}}', '', '', 'active',
        '', 0, now(), now())"""


class Shop(msgspec.Struct, frozen=True):
    """``first_member``, ``first_key``, ``first_wallet``: the ids of the first member's own; the n-th's are n higher.
    ``first_customer``: the same of the customers of the other counters. ``callers``: by counter, what its callers send
    as ``Authorization``; at LeuwongRR they are the members."""

    merchant_id: int
    first_member: int
    first_key: int
    first_wallet: int
    first_customer: dict[str, int]
    callers: dict[str, list[str]]

    @property
    def buyer(self) -> int:
        """The member with a third of the stored orders of Cek Ceir (``stored.sql``)."""
        return self.first_member

    @property
    def reader(self) -> int:
        """The member with a third of the stored orders of LeuwongRR."""
        return self.first_member + _READER

    def callers_of(self, case: Case) -> list[str]:
        """Who sends the requests of a case, in turn."""
        found = self.callers[case.door]
        if case.read is not None:
            return found[_READER : _READER + 1] or found
        return found[: case.members]


async def open_shop(engine: Engine, code: str) -> Shop:
    """Create the merchant: members of LeuwongRR with keys (no rate limit) and wallets, money in the first wallet, goods
    and customers of the other counters with a key for each, and somebody who listens to Scalev's orders."""
    merchant_id = await open_merchant(engine, code, f"Toko {code}", dict(_SETTINGS), simulated=True)
    await extend_catalogue(engine, merchant_id, goods())
    tokens = [_SCHEMES[_MEMBERS_AT].make(ENVIRONMENT) for _ in range(MEMBERS)]
    others = {name: _SCHEMES[name].make(ENVIRONMENT) for name in (*_CUSTOMERS_AT, _BUYER_AT)}
    async with changing(engine, merchant_id) as connection:
        first_member, first_key, first_wallet, *rest = [await _id_block(connection) for _ in range(4 + len(others))]
        await _add_people(connection, merchant_id, first_member, _MEMBERS_AT)
        await members.add_link(connection, merchant_id, first_member, "discord", DISCORD_USER_ID)
        await _add_wallets(connection, merchant_id, first_wallet, first_member)
        customers: dict[str, int] = dict(zip(_CUSTOMERS_AT, rest, strict=False))
        for channel, first in customers.items():
            await _add_people(connection, merchant_id, first, channel)
        for n, form in enumerate(tokens):
            await sql.add_key(connection, merchant_id, _key(_MEMBERS_AT, first_key + n, first_member + n, form))
        for n, (name, form) in enumerate(others.items()):
            owner = first_member if name == _BUYER_AT else None
            await sql.add_key(connection, merchant_id, _key(name, rest[-1] + n, owner, form))
        await connection.execute(_PLENTY, (merchant_id,))
        await connection.execute(_LISTEN, {"merchant": merchant_id, "endpoint": rest[-1] + len(others)})
    await engine.submit(
        ManualDeposit(
            merchant_id=merchant_id,
            environment=ENVIRONMENT,
            account_id=first_wallet,
            amount_sen=_FUNDS_SEN,
            note="opening balance",
        )
    )
    callers = {name: [_authorization(name, form)] for name, form in others.items()}
    callers[_MEMBERS_AT] = [_authorization(_MEMBERS_AT, form) for form in tokens]
    return Shop(merchant_id, first_member, first_key, first_wallet, customers, callers)


def _authorization(door: str, form: KeyForm) -> str:
    return f"Basic {credentials(form.token)}" if door == "durianpay" else f"Bearer {form.token}"


async def _id_block(connection: AsyncConnection) -> int:
    """The first of a block of ids that is nobody else's."""
    cursor = await connection.execute(NEXT_ID_BLOCKS, (1,))
    row = await cursor.fetchone()
    if row is None or BLOCK < MEMBERS:
        raise BenchError("no block of ids is large enough for the members")
    return (row[0] - 1) * BLOCK + 1


async def _add_people(connection: AsyncConnection, merchant_id: int, first: int, channel: str) -> None:
    """The members of a counter, each with the e-mail address and number that the n-th one orders with."""
    now = real_now() - timedelta(days=1)
    members = [
        Member(
            merchant_id, first + n, ENVIRONMENT, channel, f"m{n:04d}", f"Member {n}", f"c{n:04d}@example.com", "", "",
            {}, now, now,
        )
        for n in range(MEMBERS)
    ]  # fmt: skip
    await connection.execute(MEMBERS_TABLE.insert_sql, MEMBERS_TABLE.insert_params(members))


async def _add_wallets(connection: AsyncConnection, merchant_id: int, first: int, first_member: int) -> None:
    now = real_now()
    wallets = [
        Account(merchant_id, first + n, ENVIRONMENT, "wallet", first_member + n, 0, 0, 0, 0, now)
        for n in range(MEMBERS)
    ]
    await connection.execute(ACCOUNTS.insert_sql, ACCOUNTS.insert_params(wallets))


def _key(door: str, key_id: int, member_id: int | None, form: KeyForm) -> sql.KeyRow:
    return sql.KeyRow(
        key_id, ENVIRONMENT, door, "bench", form.prefix, token_digest(form.token), member_id, list(form.permissions),
        None, real_now(), None, None,
    )  # fmt: skip
