"""Who exists and what they sell: immutable snapshots in memory, one per merchant, swapped on a NOTIFY.

Keys, merchants and members that own keys are always here, and read again with every change. A door's own catalogue is
a :class:`Part`: a name and a function that loads it; of a large one only what changed is read again (decision 0036).
An order freezes what it used, so a swap never changes an order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, Final, Generic, Protocol, TypeVar, cast

import structlog

from gerai.domain.records import GatewayContract, ReceivingAccount
from gerai.domain.refusals import Busy, NotFound
from gerai.engine.directory_entries import KeyFacts, MerchantFacts, keys_of, members_of, token_digest
from gerai.kit.declared import MerchantSettingsDeclared
from gerai.merchant_settings import GENERAL
from gerai.store import directory as sql
from gerai.store import gateways, receiving_accounts
from gerai.store.catalogue_changes import Changes, changed_since, moment
from gerai.store.connection import Connection

T = TypeVar("T")
log = structlog.get_logger("gerai.directory")
#: So long after it was last known to be true, a directory names no key any more: one of them may be revoked.
TRUSTED_S: Final = 5.0
#: Merchants read at once: enough that statements cost nothing, few enough that requests go on between them.
_AT_ONCE: Final = 100


class Patch(Protocol[T]):
    """Brings a catalogue that is known up to date: reads what changed, and shares the rest. The same as loading it."""

    def __call__(self, connection: Connection, merchant_id: int, known: T, changed: Changes) -> Awaitable[T]: ...


@dataclass(frozen=True)
class Part(Generic[T]):
    """A catalogue a door keeps in the snapshot: its name and how it is loaded for many merchants at once. Every
    merchant asked for must be in the answer. ``patch`` None: it is small, and always loaded."""

    name: str
    load: Callable[[Connection, Sequence[int]], Awaitable[dict[int, T]]]
    patch: Patch[T] | None = None


def _lives(keys: Iterable[tuple[bytes, sql.KeyRow | KeyFacts]]) -> set[tuple[bytes, datetime | None, datetime | None]]:
    return {(digest, key.expires_at, key.revoked_at) for digest, key in keys}


async def _read_part(
    connection: Connection, part: Part[T], merchant_ids: Sequence[int], known: Mapping[int, Snapshot],
    changed: Mapping[int, Changes],
) -> dict[int, T]:  # fmt: skip
    """What is known of it is patched, where it can be; the rest is loaded."""
    if part.patch is None:
        return await part.load(connection, merchant_ids)
    whole = [i for i in merchant_ids if i not in known]
    found = await part.load(connection, whole) if whole else {}
    for i, one in known.items():
        found[i] = await part.patch(connection, i, cast("T", one.parts[part.name]), changed[i])
    return found


@dataclass(frozen=True)
class Snapshot:
    """One merchant at one moment, which is the database's (``store/catalogue_changes.py``)."""

    merchant: MerchantFacts
    keys: dict[bytes, KeyFacts]
    moment: str
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
        #: How old what is known of keys may be.
        self.trusted_s = TRUSTED_S
        # None: nobody keeps this one true, whoever loads it knows what it is for.
        self._confirmed_s: float | None = None

    # --- reading ---------------------------------------------------------------------------

    @property
    def outdated(self) -> bool:
        """Whether what is known of keys is too old to go by."""
        return self._confirmed_s is not None and monotonic() - self._confirmed_s > self.trusted_s

    def find_key(self, token: str) -> KeyFacts | None:
        """The key with this secret, revoked and expired ones too. Busy: what is known of keys is too old to go by.

        Only SHA-256 digests are compared, so the time it takes reveals nothing about any stored secret.
        """
        if self.outdated:
            raise Busy()
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

    def is_in_production(self, merchant_id: int) -> bool:
        """Whether the merchant has a key of production, or had one: somebody may buy there."""
        return any(key.environment == "production" for key in self._merchants[merchant_id].keys.values())

    def get(self, part: Part[T], merchant_id: int) -> T:
        """A door's catalogue of this merchant."""
        self.merchant(merchant_id)
        return cast("T", self._merchants[merchant_id].parts[part.name])

    # --- loading ---------------------------------------------------------------------------

    async def load(self, connection: Connection, merchant_ids: Sequence[int] | None = None) -> None:
        """Read these merchants, or all of them, and swap the snapshots in. One at a time: what was read earlier never
        replaces what was read later."""
        async with self._loading:
            await self._load(connection, merchant_ids, {})

    async def refresh(self, connection: Connection, merchant_ids: Sequence[int]) -> None:
        """The same, but of large catalogues only what changed since these merchants were read is read again."""
        async with self._loading:
            known = {i: found for i in merchant_ids if (found := self._merchants.get(i)) is not None}
            await self._load(connection, merchant_ids, known)

    async def read_in(self, connection: Connection, part: Part[T], merchant_id: int) -> T:
        """A door's catalogue as it is in this transaction, in which nobody else changes it (``sql.in_turn``); for
        deciding. It is kept nowhere."""
        found = self._merchants.get(merchant_id)
        known = {} if found is None else {merchant_id: found}
        changed = await changed_since(connection, {i: one.moment for i, one in known.items()})
        return (await _read_part(connection, part, [merchant_id], known, changed))[merchant_id]

    async def _load(
        self, connection: Connection, merchant_ids: Sequence[int] | None, known: Mapping[int, Snapshot]
    ) -> None:
        wanted = await sql.merchant_ids(connection) if merchant_ids is None else list(merchant_ids)
        merchants = {} if merchant_ids is None else dict(self._merchants)
        keys = {} if merchant_ids is None else dict(self._keys)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            # One moment for all tables: between two statements somebody's whole catalogue may come, and what refers to
            # a row would be read without it.
            async with sql.one_moment(connection):
                read = await self._snapshots(connection, some, known)
            for merchant_id, fresh in read.items():
                old = merchants.pop(merchant_id, None)
                for digest in () if old is None else old.keys:
                    keys.pop(digest, None)
                if fresh is not None:
                    merchants[merchant_id] = fresh
                    keys.update(fresh.keys)
        # Swapped by reference: a request that began with the old snapshot keeps it to its end.
        self._merchants, self._keys = merchants, keys

    async def _snapshots(
        self, connection: Connection, merchant_ids: list[int], known: Mapping[int, Snapshot]
    ) -> dict[int, Snapshot | None]:
        """One statement per table, however many merchants; None for one that does not exist."""
        now = await moment(connection)
        found = {row.merchant_id: row for row in await sql.merchants(connection, merchant_ids)}
        accounts = await sql.system_accounts(connection, merchant_ids)
        receiving = await receiving_accounts.open_accounts(connection, merchant_ids)
        contracts = await gateways.open_contracts(connection, merchant_ids)
        members = await sql.members_with_keys(connection, merchant_ids)
        links = await sql.links_of_members(connection, merchant_ids)
        wallets = await sql.wallets_of_members(connection, merchant_ids)
        keys = await sql.keys(connection, merchant_ids)
        stale = {i: known[i] for i in merchant_ids if i in known and i in found}
        changed = await changed_since(connection, {i: one.moment for i, one in stale.items()})
        parts = {part.name: await _read_part(connection, part, merchant_ids, stale, changed) for part in self._parts}
        snapshots: dict[int, Snapshot | None] = dict.fromkeys(merchant_ids)
        for i, row in found.items():
            merchant = self._merchant(row, accounts[i], receiving[i], contracts[i])
            people = members_of(members[i], links[i])
            facts = keys_of(merchant, keys.get(i, []), people, {(e, m): account for e, m, account in wallets[i]})
            snapshots[i] = Snapshot(merchant, facts, now, {name: loaded[i] for name, loaded in parts.items()})
        return snapshots

    def _merchant(
        self,
        row: sql.MerchantRow,
        accounts: list[tuple[Any, ...]],
        receiving: tuple[ReceivingAccount, ...],
        contracts: tuple[GatewayContract, ...],
    ) -> MerchantFacts:
        """Settings, or a test clock, that were edited by hand to nonsense are logged, and stop nothing."""
        chosen, faults = self.declared.read(row.settings)
        for fault in faults:
            log.error("merchant.setting_unreadable", merchant=row.code, setting=fault.name, fault=fault.fault)
        if not row.clock_in_reach:
            log.error("merchant.clock_unreadable", merchant=row.code)
        return MerchantFacts(
            merchant_id=row.merchant_id,
            code=row.code,
            name=row.name,
            chosen=chosen,
            simulated=row.simulated,
            clock_frozen_at=row.clock_frozen_at,
            clock_offset_s=row.clock_offset_s,
            accounts={(environment, kind): account_id for environment, kind, account_id in accounts},
            receiving=receiving,
            contracts=contracts,
            closed_at=row.closed_at,
        )

    # --- staying true ----------------------------------------------------------------------

    def confirm(self, at_s: float) -> None:
        """Every change that was committed before this moment (``time.monotonic()``) is known here."""
        self._confirmed_s = at_s

    def next_merchants(self, after_id: int, limit: int) -> list[int]:
        """The ids behind ``after_id``, at most so many; none behind the last."""
        return sorted(i for i in self._merchants if i > after_id)[:limit]

    def outdated_keys(self, stored: dict[int, list[sql.KeyRow]]) -> list[tuple[int, bytes]]:
        """Merchant and digest of each key that is stored otherwise than it is known, or only there, or only here."""
        return [
            (i, digest)
            for i, rows in stored.items()
            if (known := self._merchants.get(i)) is not None
            for digest, _, _ in _lives(known.keys.items()) ^ _lives((row.token_sha256, row) for row in rows)
        ]

    def forget_keys(self, stored: dict[int, list[sql.KeyRow]]) -> None:
        """Name the outdated ones of these keys no more."""
        outdated = {digest for _, digest in self.outdated_keys(stored)}
        self._keys = {digest: key for digest, key in self._keys.items() if digest not in outdated}
