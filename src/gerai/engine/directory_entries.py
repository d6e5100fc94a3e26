"""What the directory holds of merchants, members and keys, as immutable values; and how rows become them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gerai.domain.filters import Scope
from gerai.domain.records import GatewayContract, ReceivingAccount
from gerai.kit.clock import real_now
from gerai.kit.declared import ChosenSettings
from gerai.merchant_settings import MerchantSettings
from gerai.store import directory as sql


@dataclass(frozen=True)
class MerchantFacts:
    """A tenant. ``chosen``: its settings, the dialects' too. ``simulated``: its production keys use the simulators too.
    ``accounts``: system accounts by (environment, kind). ``receiving``: where real money comes in without a gateway;
    ``contracts``: its open ones with gateways. ``closed_at``: since when it takes no orders; None: it takes them."""

    merchant_id: int
    code: str
    name: str
    chosen: ChosenSettings
    simulated: bool
    clock_frozen_at: datetime | None
    clock_offset_s: int
    accounts: dict[tuple[str, str], int]
    receiving: tuple[ReceivingAccount, ...] = ()
    contracts: tuple[GatewayContract, ...] = ()
    closed_at: datetime | None = None

    @property
    def settings(self) -> MerchantSettings:
        """Its settings that concern every dialect."""
        return self.chosen.of(MerchantSettings)

    def plays_with(self, environment: str) -> bool:
        """Whether its orders in this environment move play money only, and go to the simulators."""
        return environment == "sandbox" or self.simulated

    def now(self, environment: str) -> datetime:
        """Real time; in the sandbox the test clock's."""
        if environment != "sandbox":
            return real_now()
        if self.clock_frozen_at is not None:
            return self.clock_frozen_at
        return real_now() + timedelta(seconds=self.clock_offset_s) if self.clock_offset_s else real_now()


@dataclass(frozen=True)
class MemberFacts:
    """The member a key belongs to. ``links``: outside identities, e.g. {"discord": ["1262…"]}."""

    member_id: int
    name: str
    email: str
    mobile: str
    public_id: str
    status: str
    discount_bp: int
    details: dict[str, Any]
    links: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class KeyFacts:
    """An API key as the doors see it. ``limits`` None: no rate limit. ``account_id``: its member's wallet."""

    key_id: int
    merchant: MerchantFacts
    environment: str
    dialect: str
    name: str
    prefix: str
    member: MemberFacts | None
    account_id: int | None
    permissions: frozenset[str]
    limits: dict[str, int] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @property
    def scope(self) -> Scope:
        """What the key may see; a member's key, only what is that member's."""
        member_id = None if self.member is None else self.member.member_id
        return Scope(self.merchant.merchant_id, self.environment, self.dialect, member_id)

    @property
    def simulated(self) -> bool:
        """Whether this key's orders go to the simulators."""
        return self.merchant.plays_with(self.environment)


def members_of(rows: list[tuple[Any, ...]], links: list[tuple[Any, ...]]) -> dict[int, MemberFacts]:
    linked: dict[int, dict[str, tuple[str, ...]]] = {}
    for member_id, kind, external_id in links:
        of_member = linked.setdefault(member_id, {})
        of_member[kind] = (*of_member.get(kind, ()), external_id)
    return {row[0]: MemberFacts(*row, links=linked.get(row[0], {})) for row in rows}


def keys_of(
    merchant: MerchantFacts,
    rows: list[sql.KeyRow],
    members: dict[int, MemberFacts],
    wallets: dict[tuple[str, int], int],
) -> dict[bytes, KeyFacts]:
    return {
        k.token_sha256: KeyFacts(
            key_id=k.key_id,
            merchant=merchant,
            environment=k.environment,
            dialect=k.dialect,
            name=k.name,
            prefix=k.prefix,
            member=members.get(k.member_id) if k.member_id else None,
            account_id=wallets.get((k.environment, k.member_id)) if k.member_id else None,
            permissions=frozenset(k.permissions),
            limits=k.limits,
            created_at=k.created_at,
            expires_at=k.expires_at,
            revoked_at=k.revoked_at,
        )
        for k in rows
    }


def token_digest(token: str) -> bytes:
    """How a secret that is drawn at random is stored: a key's, a session's, an invitation's."""
    # No slow password hash: a key is long and random, nothing to guess, and every request would pay for it.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
