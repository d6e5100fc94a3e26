"""Who asks in the rights matrix, and what: every caller that is not the owner, every call that the owner may make."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from rights_kit import Call, Operation, leaves, with_key, words
from rights_shop import Seller, body_of

from gerai.engine.keys.manage import revoke_key
from gerai.engine.merchants.open import add_member, changing
from gerai.kit.ids import base62

_numbers = itertools.count(1)


# --- who asks ------------------------------------------------------------------------------

Kind = Literal["unknown", "lesser", "stranger", "neighbour", "sibling"]


@dataclass(frozen=True)
class Caller:
    """Somebody who is not the owner. ``member_id`` and ``environment``: whose key it is, where it is a good one."""

    name: str
    kind: Kind
    headers: dict[str, str]
    member_id: int | None = None
    environment: str = ""


async def callers_of(victim: Seller, others: list[Seller], neighbour: Seller, stranger_id: int) -> list[Caller]:
    """Everybody: ``others`` are the same merchant's at the other doors."""
    assert victim.dialect.keys is not None
    engine, key, keys = victim.engine, victim.key, victim.dialect.keys
    member_id = None if key.member is None else key.member.member_id

    def asking(name: str, kind: Kind, token: str | None, **facts: Any) -> Caller:
        return Caller(name, kind, with_key(victim.headers, victim.token, token), **facts)

    revoked = await victim.fresh_key(member_id=member_id)
    found = engine.directory.find_key(revoked)
    assert found is not None
    await revoke_key(engine, victim.merchant_id, found.key_id)
    expired = await victim.fresh_key(member_id=member_id, expires_at=datetime.now(UTC) - timedelta(minutes=1))
    callers = [
        asking("nonsense", "unknown", "nonsense"),
        asking("an invented key", "unknown", keys.make(found.environment).token),  # type: ignore[arg-type]
        *(asking(f"a key of {other.dialect.name}", "unknown", other.token) for other in others),
        asking("no key", "unknown", None),
        asking("a revoked key", "unknown", revoked),
        asking("an expired key", "unknown", expired),
    ]
    callers += [asking(name, "lesser", token) for name, token in (await _lesser_keys(victim, member_id)).items()]
    stranger = Seller(engine, victim.client, victim.dialect, stranger_id, {}, victim.token, victim.headers)
    theirs = await _member(stranger) if keys.needs_member else None
    callers.append(asking("another merchant", "stranger", await stranger.fresh_key(member_id=theirs)))
    callers.append(Caller("another merchant with the same goods", "neighbour", neighbour.headers))
    if keys.needs_member:
        other = await _member(victim)
        token = await victim.fresh_key(member_id=other)
        callers.append(asking("another member", "sibling", token, member_id=other, environment=key.environment))
    for environment in keys.environments:
        if environment != key.environment:
            token = await victim.fresh_key(environment, member_id=member_id)
            callers.append(
                asking(f"a {environment} key", "sibling", token, member_id=member_id, environment=environment)
            )
    return callers


async def _member(seller: Seller) -> int:
    name = f"m{next(_numbers)}"
    return (await add_member(seller.engine, seller.merchant_id, seller.dialect.name, name, "Budi"))[0]


async def _lesser_keys(victim: Seller, member_id: int | None) -> dict[str, str]:
    """Keys of the owner that may do less, or nothing any more."""
    found: dict[str, str] = {}
    if victim.key.permissions:
        found["a key without permissions"] = await victim.fresh_key(member_id=member_id, permissions=())
    if victim.dialect.name == "scalev":
        token = f"rk_{base62(40)}"
        found["a restricted key without scopes"] = await victim.fresh_key(token=token, prefix=token[:9])
    if member_id is not None:
        blocked = await _member(victim)
        found["a key of a blocked member"] = await victim.fresh_key(member_id=blocked)
        async with changing(victim.engine, victim.merchant_id) as connection:
            await connection.execute("UPDATE members SET status = 'blocked' WHERE member_id = %s", [blocked])
    return found


# --- what is asked -------------------------------------------------------------------------


async def calls_of(seller: Seller, operations: list[Operation]) -> list[Call]:
    """Every operation with ids that the owner's own answers name, and under which the owner finds something: up to
    three forms of an id where it is only read."""
    for operation in operations:
        if operation.method == "GET" and not operation.parts:
            await seller.ask("GET", operation.path)
    known: dict[str, list[dict[str, str]]] = {"": [{}]}
    calls: list[Call] = []
    for operation in sorted(operations, key=lambda o: (o.path.count("/"), o.method != "GET")):
        prefix = ""
        for part in operation.parts:
            before, prefix = prefix, operation.prefix(part)
            if prefix not in known:
                known[prefix] = await _reached(seller, operations, prefix, part, known[before])
        values = known[prefix]
        if operation.method != "GET":
            values = [seller.chosen[operation.name]] if operation.name in seller.chosen else values[:1]
        body = None if operation.method == "GET" else body_of(seller, operation)
        calls += [Call(operation, value, body) for value in values]
        if operation.method == "GET" and operation.parts and values:
            await seller.ask("GET", calls[-1].path)
    return calls


async def _reached(
    seller: Seller, operations: list[Operation], prefix: str, part: str, bases: list[dict[str, str]]
) -> list[dict[str, str]]:
    """Up to three values of a part of the path under which the owner finds something."""
    reads = [o for o in operations if o.method == "GET" and o.path.startswith(prefix) and o.parts[-1] == part]
    found: list[dict[str, str]] = []
    for base, value in itertools.product(bases, _candidates(seller)):
        call = Call(reads[0], base | {part: value})
        answer = await seller.client.get(call.path, headers=seller.headers)
        if answer.is_success:
            seller.answers.append(answer.json())
            found.append(base | {part: value})
            if len(found) == 3:
                break
    return found


def _candidates(seller: Seller) -> list[str]:
    """What the owner's answers call an id, the long ones first: those are nobody else's."""
    named = ("id", "code", "number", "invoice", "slug", "uuid")
    found = {
        str(value)
        for name, value in leaves(seller.answers)
        if name.lower().endswith(named) and isinstance(value, str | int) and str(value).replace("-", "").isalnum()
    }
    texts = {str(v) for n, v in leaves(seller.answers) if isinstance(v, str) and "_" in v and words(v) == {v}}
    return sorted(found | texts, key=lambda value: (-len(value), value))
