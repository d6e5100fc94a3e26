"""Who exists and what they sell: immutable snapshots in memory, one per merchant, swapped on a NOTIFY.

Keys, merchants and members that own keys are always here. A door's own catalogue is a :class:`Part`: a name and a
function that loads it. An order freezes what it used, so a swap never changes an order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar, cast

import structlog

from gerai.domain.refusals import NotFound
from gerai.engine.directory_entries import KeyFacts, MerchantFacts, keys_of, members_of, token_digest
from gerai.merchant_settings import GENERAL, MerchantSettingsDeclared
from gerai.store import directory as sql
from gerai.store.connection import Connection, ConnectionLost, Pool, open_connection

T = TypeVar("T")
log = structlog.get_logger("gerai.directory")
_AGAIN_AFTER_S = 0.5
#: Merchants read at once: enough that statements cost nothing, few enough that requests go on between them.
_AT_ONCE: Final = 100


@dataclass(frozen=True)
class Part(Generic[T]):
    """A catalogue a door keeps in the snapshot: its name and how it is loaded for many merchants at once. Every
    merchant asked for must be in the answer."""

    name: str
    load: Callable[[Connection, Sequence[int]], Awaitable[dict[int, T]]]


@dataclass(frozen=True)
class Snapshot:
    """One merchant at one moment."""

    merchant: MerchantFacts
    keys: dict[bytes, KeyFacts]
    parts: dict[str, Any] = field(default_factory=dict[str, Any])


class Directory:
    """All snapshots of this process. ``declared``: what merchants may set."""

    def __init__(self, parts: tuple[Part[Any], ...] = (), declared: MerchantSettingsDeclared = GENERAL) -> None:
        self.declared = declared
        self._parts = parts
        self._merchants: dict[int, Snapshot] = {}
        self._keys: dict[bytes, KeyFacts] = {}
        self._loading = asyncio.Lock()
        #: Set once everything was loaded.
        self.loaded = asyncio.Event()

    # --- reading ---------------------------------------------------------------------------

    def find_key(self, token: str) -> KeyFacts | None:
        """The key with this secret, revoked and expired ones too.

        Only SHA-256 digests are compared, so the time it takes reveals nothing about any stored secret.
        """
        return self._keys.get(token_digest(token))

    def merchant(self, merchant_id: int) -> MerchantFacts:
        """NotFound when there is none."""
        found = self._merchants.get(merchant_id)
        if found is None:
            raise NotFound("merchant", str(merchant_id))
        return found.merchant

    def merchants(self) -> list[MerchantFacts]:
        """All merchants, by id."""
        return [self._merchants[i].merchant for i in sorted(self._merchants)]

    def get(self, part: Part[T], merchant_id: int) -> T:
        """A door's catalogue of this merchant."""
        self.merchant(merchant_id)
        return cast("T", self._merchants[merchant_id].parts[part.name])

    # --- loading ---------------------------------------------------------------------------

    async def load(self, connection: Connection, merchant_ids: Sequence[int] | None = None) -> None:
        """Read these merchants, or all of them, and swap the snapshots in. One at a time: what was read earlier never
        replaces what was read later."""
        async with self._loading:
            await self._load(connection, merchant_ids)

    async def _load(self, connection: Connection, merchant_ids: Sequence[int] | None) -> None:
        wanted = await sql.merchant_ids(connection) if merchant_ids is None else list(merchant_ids)
        merchants = {} if merchant_ids is None else dict(self._merchants)
        keys = {} if merchant_ids is None else dict(self._keys)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            for merchant_id, fresh in (await self._snapshots(connection, some)).items():
                old = merchants.pop(merchant_id, None)
                for digest in () if old is None else old.keys:
                    keys.pop(digest, None)
                if fresh is not None:
                    merchants[merchant_id] = fresh
                    keys.update(fresh.keys)
        # Swapped by reference: a request that began with the old snapshot keeps it to its end.
        self._merchants, self._keys = merchants, keys

    async def _snapshots(self, connection: Connection, merchant_ids: list[int]) -> dict[int, Snapshot | None]:
        """One statement per table, however many merchants; None for one that does not exist."""
        found = {row.merchant_id: row for row in await sql.merchants(connection, merchant_ids)}
        accounts = await sql.system_accounts(connection, merchant_ids)
        members = await sql.members_with_keys(connection, merchant_ids)
        links = await sql.links_of_members(connection, merchant_ids)
        wallets = await sql.wallets_of_members(connection, merchant_ids)
        keys = await sql.keys(connection, merchant_ids)
        parts = {part.name: await part.load(connection, merchant_ids) for part in self._parts}
        snapshots: dict[int, Snapshot | None] = dict.fromkeys(merchant_ids)
        for i, row in found.items():
            merchant = self._merchant(row, accounts[i])
            people = members_of(members[i], links[i])
            facts = keys_of(merchant, keys.get(i, []), people, {(e, m): account for e, m, account in wallets[i]})
            snapshots[i] = Snapshot(merchant, facts, {name: loaded[i] for name, loaded in parts.items()})
        return snapshots

    def _merchant(self, row: sql.MerchantRow, accounts: list[tuple[Any, ...]]) -> MerchantFacts:
        """Settings that were edited by hand to nonsense are logged, and stop nothing."""
        chosen, faults = self.declared.read(row.settings)
        for fault in faults:
            log.error("merchant.setting_unreadable", merchant=row.code, setting=fault.name, fault=fault.fault)
        return MerchantFacts(
            merchant_id=row.merchant_id,
            code=row.code,
            name=row.name,
            chosen=chosen,
            simulated=row.simulated,
            clock_frozen_at=row.clock_frozen_at,
            clock_offset_s=row.clock_offset_s,
            accounts={(environment, kind): account_id for environment, kind, account_id in accounts},
        )

    # --- following changes -----------------------------------------------------------------

    async def follow(self, dsn: str, pool: Pool) -> None:
        """Load everything, then reload merchants as notifications name them, until cancelled. A lost connection reloads
        everything. Listening begins before the load, so that no change falls between them.

        One connection only listens: while it waits it cannot be asked anything else.
        """
        while True:
            try:
                async with await open_connection(dsn) as listening:
                    await listening.execute(sql.LISTEN)
                    async with pool.connection() as connection:
                        await self.load(connection)
                    self.loaded.set()
                    while True:
                        # Whatever arrived while we were reading comes at once, and each merchant is read once for it.
                        changed = {int(notice.payload) async for notice in listening.notifies(stop_after=1)}
                        async with pool.connection() as connection:
                            await self.load(connection, sorted(changed))
            except ConnectionLost as error:
                log.warning("directory.lost", error=str(error))
                await asyncio.sleep(_AGAIN_AFTER_S)
            except Exception:
                # A row that cannot be read must not leave this process deaf to every later change.
                if not self.loaded.is_set():
                    raise
                log.exception("directory.broken")
                await asyncio.sleep(_AGAIN_AFTER_S)
