"""Open a merchant and its members: the acts of an operator. Each is one transaction and notifies every process.

They are not commands of the batch: they are rare, and nothing about them is hot.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec

from gerai.domain.records import Environment, Member
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.engine.acting import acting_now, begin, end
from gerai.engine.core import Engine
from gerai.engine.fulfilment.providers import require_real
from gerai.kit.clock import in_reach, real_now
from gerai.kit.declare import SettingFault, fulfilment_providers
from gerai.kit.declared import MerchantSettingsDeclared
from gerai.kit.hosts import is_loopback
from gerai.kit.json_values import is_object
from gerai.store import directory as sql
from gerai.store import members, shop_hosts, test_clock
from gerai.store.connection import Connection
from gerai.store.test_clock import FURTHEST_OFFSET_S

ENVIRONMENTS: tuple[Environment, ...] = ("sandbox", "production")
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SYSTEM_ACCOUNTS = ("sales", "gateway", "bank", "funding", "suspense", "refunds_owed", "fees")


@asynccontextmanager
async def changing(engine: Engine, merchant_id: int) -> AsyncGenerator[Connection]:
    """One transaction over a merchant's master data; afterwards this process has read what changed, and others are
    notified.

    Two of one merchant go one after the other, so what a change was decided by is still so when it is written. The act
    it is part of (``engine/acting.py``) is written down with it; done before under its idempotency key, the block is
    not entered: ActReplayed, or IdempotencyKeyReused.
    """
    act = acting_now()
    async with preparing(engine, merchant_id) as connection:
        if act is not None:
            await begin(connection, merchant_id, act)
        yield connection
        if act is not None:
            await end(connection, merchant_id, act)


@asynccontextmanager
async def preparing(engine: Engine, merchant_id: int) -> AsyncGenerator[Connection]:
    """As :func:`changing`, for what an act needs to be there before its command and what by itself changes nothing that
    anybody sees (an empty shelf): it is no act, and is not written down."""
    async with engine.connection() as connection:
        async with connection.transaction():
            await sql.in_turn(connection, merchant_id)
            yield connection
            await sql.changed(connection, merchant_id)
        # At once, not when the notification comes round: whoever acts next in this process must see it.
        await engine.directory.refresh(connection, [merchant_id])


def note(target: int | str, **facts: Any) -> None:
    """In a block of :func:`changing`: what the act under way, if there is one, makes or changes. ``facts`` hold no
    secret."""
    if (act := acting_now()) is not None:
        act.about(target, **facts)


async def open_merchant(
    engine: Engine, code: str, name: str, settings: dict[str, Any] | None = None, *, simulated: bool = False
) -> int:
    """Create a merchant with its system accounts in both environments; returns its id.

    Refuses InputInvalid: a code that does not fit or that another merchant has, a blank name, a setting that is
    unknown or does not fit (gerai.merchant_settings), a host that is taken, or a provider that only pretends to work
    where the merchant is not simulated.
    """
    if not _CODE.fullmatch(code):
        raise InputInvalid(
            {"merchant": [f"the code {code!r} must be 1 to 63 of a-z, 0-9, - and _, a letter or digit first"]}
        )
    if not name.strip():
        raise InputInvalid({"merchant": [f"the name of {code} is blank"]})
    fit = _checked(engine.directory.declared, settings or {}, simulated=simulated)
    merchant_id = engine.ids.next()
    async with changing(engine, merchant_id) as connection:
        await _require_free_host(engine, connection, merchant_id, fit)
        if not await sql.add_merchant(connection, merchant_id, code, name, fit, simulated):
            raise InputInvalid({"merchant": [f"there is a merchant with the code {code} already"]})
        kinds = itertools.product(ENVIRONMENTS, _SYSTEM_ACCOUNTS)
        await sql.add_accounts(connection, merchant_id, [(engine.ids.next(), *each) for each in kinds])
        note(merchant_id, code=code, name=name, simulated=simulated)
    return merchant_id


async def rename_merchant(engine: Engine, merchant_id: int, name: str) -> None:
    """Call the merchant so from now on. Refuses InputInvalid: a blank name."""
    if not name.strip():
        raise InputInvalid({"name": ["it is blank"]})
    async with changing(engine, merchant_id) as connection:
        [before] = await sql.merchants(connection, [merchant_id])
        await sql.rename(connection, merchant_id, name)
        note(merchant_id, name=[before.name, name])


async def add_member(
    engine: Engine,
    merchant_id: int,
    channel: str,
    public_id: str,
    name: str,
    *,
    email: str = "",
    mobile: str = "",
    discount_bp: int = 0,
    links: dict[str, str] | None = None,
    details: dict[str, Any] | None = None,
    environment: Environment = "production",
) -> tuple[int, dict[str, int]]:
    """Create a member with a wallet in both environments; returns its id and the wallets by environment.

    ``links`` are outside identities, e.g. {"discord": "1262024148939440249"}. Refuses InputInvalid: one of them, or the
    identifier, the e-mail or the mobile number, is another member's.
    """
    member_id = engine.ids.next()
    now = real_now()
    member = Member(
        merchant_id, member_id, environment, channel, public_id, name, email, mobile, "", details or {}, now, now,
        "active", discount_bp,
    )  # fmt: skip
    wallets = {e: engine.ids.next() for e in ENVIRONMENTS}
    async with changing(engine, merchant_id) as connection:
        if taken := await members.add(connection, member):
            raise InputInvalid({taken: [f"{getattr(member, taken)} is another member's"]})
        for kind, external_id in (links or {}).items():
            if (owner := await members.add_link(connection, merchant_id, member_id, kind, external_id)) != member_id:
                raise InputInvalid({kind: [f"{external_id} is linked to member {owner}"]})
        new = [(account_id, wallet_environment, "wallet") for wallet_environment, account_id in wallets.items()]
        await sql.add_accounts(connection, merchant_id, new, member_id)
        note(member_id, name=name, door=channel)
    return member_id, dict(wallets)


async def change_settings(engine: Engine, merchant_id: int, settings: dict[str, Any]) -> None:
    """Merge settings into the merchant's. Refuses InputInvalid as :func:`open_merchant`; then none is changed."""
    directory = engine.directory
    fit = _checked(directory.declared, settings, simulated=directory.merchant(merchant_id).simulated)
    async with changing(engine, merchant_id) as connection:
        [merchant] = await sql.merchants(connection, [merchant_id])
        await _require_free_host(engine, connection, merchant_id, fit)
        await sql.change_settings(connection, merchant_id, fit)
        before = merchant.settings if is_object(merchant.settings) else {}
        note(", ".join(fit), before={name: before[name] for name in fit if name in before}, after=fit)


async def revise_setting(engine: Engine, merchant_id: int, name: str, revise: Callable[[Any], Any]) -> None:
    """Store what ``revise`` makes of a setting's value in force; it may refuse. Two at once lose nothing.

    Refuses InputInvalid as :func:`open_merchant`. KeyError: no such setting is declared.
    """
    declared = engine.directory.declared
    async with changing(engine, merchant_id) as connection:
        [merchant] = await sql.merchants(connection, [merchant_id])
        chosen, _ = declared.read(merchant.settings)
        before = getattr(chosen.of(declared.by_name[name].struct), name)
        fit = _checked(declared, {name: revise(before)}, simulated=merchant.simulated)
        await _require_free_host(engine, connection, merchant_id, fit)
        await sql.change_settings(connection, merchant_id, fit)
        note(name, before={name: msgspec.to_builtins(before, str_keys=True)}, after=fit)


async def reset_setting(engine: Engine, merchant_id: int, name: str) -> None:
    """The setting has its default again; also takes out what nobody knows.

    Refuses NotFound: a name that is neither a setting nor in the merchant's row.
    """
    async with changing(engine, merchant_id) as connection:
        [merchant] = await sql.merchants(connection, [merchant_id])
        if not await sql.reset_setting(connection, merchant_id, name) and name not in engine.directory.declared.by_name:
            raise NotFound("setting", name)
        before = merchant.settings if is_object(merchant.settings) else {}
        note(name, before={name: before[name]} if name in before else {}, after={})


async def set_test_clock(
    engine: Engine, merchant_id: int, *, frozen_at: datetime | None = None, offset_s: int = 0
) -> None:
    """Set the merchant's sandbox clock: frozen at an instant, or real time plus an offset (0: the real time).

    Refuses InputInvalid: a time that cannot be kept and shown everywhere (``kit.clock.YEARS``), or an offset of more
    than :data:`FURTHEST_OFFSET_S` to either side.
    """
    if frozen_at is not None and not in_reach(frozen_at):
        raise InputInvalid({"frozen_at": ["no clock stands there"]})
    if abs(offset_s) > FURTHEST_OFFSET_S:
        raise InputInvalid({"offset_s": [f"at most {FURTHEST_OFFSET_S} seconds to either side"]})
    async with changing(engine, merchant_id) as connection:
        await test_clock.set_clock(connection, merchant_id, frozen_at, offset_s)
        note("clock", frozen_at="" if frozen_at is None else frozen_at.isoformat(), offset_s=offset_s)


async def _require_free_host(engine: Engine, connection: Connection, merchant_id: int, fit: dict[str, Any]) -> None:
    """Refuses InputInvalid: the host that the merchant would have is another one's; or it is the server's own, there
    are other merchants, and whoever acts is of this one: its operator may give it to one of them."""
    host, act = fit.get("shop_host", ""), acting_now()
    if not host:
        return
    if await shop_hosts.is_taken(connection, merchant_id, host):
        raise InputInvalid({"shop_host": [f"{host} is the host of another shop"]})
    own, of_shop = host in engine.own_hosts or is_loopback(host), act is not None and act.actor.kind != "operator"
    if own and of_shop and not await shop_hosts.is_alone(connection, merchant_id):
        raise InputInvalid({"shop_host": [f"{host} is this server's own, and there are other shops"]})


def _checked(declared: MerchantSettingsDeclared, settings: dict[str, Any], *, simulated: bool) -> dict[str, Any]:
    try:
        fit = declared.checked(settings)
    except SettingFault as fault:
        raise InputInvalid({fault.name: [fault.fault]}) from fault
    for name, value in fit.items():
        if declared.by_name[name].known is fulfilment_providers:
            require_real(name, value, simulated=simulated)
    return fit
