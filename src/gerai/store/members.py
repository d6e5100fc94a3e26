"""Members as the desk sees them: a page of them, those with a name that somebody knows, adding and changing one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation

from gerai.domain.records import Member
from gerai.store.conditions import Where, in_one_case, query
from gerai.store.tables import MEMBERS

#: So many are looked through for one page that leaves some out: no index knows a door's members by their number.
LOOKED_THROUGH: Final = 5_000
_KNOWN_AS: Final = (
    f"SELECT {MEMBERS.select_list} FROM members t "
    "WHERE t.merchant_id = %s AND t.environment = ANY(%s) AND t.channel = ANY(%s) AND "
)
_CHANGE: Final = (
    "UPDATE members SET name = %s, email = %s, mobile = %s, discount_bp = %s, status = %s, updated_at = %s "
    "WHERE merchant_id = %s AND member_id = %s AND updated_at = %s"
)
#: What is taken, by the index that says so.
_TAKEN: Final = {
    "members_merchant_id_environment_channel_public_id_key": "public_id",
    "members_email": "email",
    "members_mobile_alone": "mobile",
}


async def page(
    connection: AsyncConnection, merchant_id: int, after_id: int, channel: str, status: str, limit: int
) -> tuple[list[Member], int | None]:
    """At most so many members with greater ids, by id, of this door and state (empty: of all); and after which id to go
    on, None behind the last. Where some are left out, a page may be short, or empty, and others follow."""
    chosen = bool(channel or status)
    cursor = await connection.execute(
        "SELECT member_id FROM members WHERE merchant_id = %s AND member_id > %s ORDER BY member_id OFFSET %s LIMIT 1",
        (merchant_id, after_id, (LOOKED_THROUGH if chosen else limit) - 1),
    )
    last = await cursor.fetchone()
    until_id = 2**63 - 1 if last is None else last[0]
    where = Where("t.merchant_id = %s AND t.member_id > %s AND t.member_id <= %s", merchant_id, after_id, until_id)
    where.add_if(bool(channel), "t.channel = %s", channel).add_if(bool(status), "t.status = %s", status)
    text = f"SELECT {MEMBERS.select_list} FROM members t {where.text} ORDER BY t.member_id LIMIT %s"
    cursor = await connection.execute(query(text), (*where.params, limit))
    found = [MEMBERS.read(row) for row in await cursor.fetchall()]
    if len(found) == limit:
        return found, found[-1].member_id
    return found, None if last is None else until_id


async def known_as(
    connection: AsyncConnection, merchant_id: int, channels: list[str], text: str, mobile: str, limit: int
) -> list[Member]:
    """Members of these doors whose identifier or e-mail is this text, or who have this mobile number (empty: nobody),
    by id; each by its own index."""
    tried = [("t.public_id = %s", text)]
    tried.append(("t.email <> '' AND lower(t.email COLLATE \"C\") = %s", in_one_case([text])[0]))
    tried += [("t.mobile <> '' AND t.mobile = %s", mobile)] if mobile else []
    found: dict[int, Member] = {}
    for condition, value in tried:
        # Without an order: by their number the planner would read all members.
        cursor = await connection.execute(
            query(f"{_KNOWN_AS}{condition} LIMIT %s"), (merchant_id, ["production", "sandbox"], channels, value, limit)
        )
        found |= {(member := MEMBERS.read(row)).member_id: member for row in await cursor.fetchall()}
    return [found[member_id] for member_id in sorted(found)][:limit]


async def one(connection: AsyncConnection, merchant_id: int, member_id: int) -> Member | None:
    """The member as it stands."""
    cursor = await connection.execute(
        query(f"SELECT {MEMBERS.select_list} FROM members t WHERE t.merchant_id = %s AND t.member_id = %s"),
        (merchant_id, member_id),
    )
    row = await cursor.fetchone()
    return None if row is None else MEMBERS.read(row)


async def links(connection: AsyncConnection, merchant_id: int, member_id: int) -> list[tuple[str, str]]:
    """Kind and identity of the outside identities of a member; of a merchant there are as many as were made by hand."""
    cursor = await connection.execute(
        "SELECT kind, external_id FROM member_links WHERE merchant_id = %s AND member_id = %s ORDER BY 1, 2",
        (merchant_id, member_id),
    )
    return await cursor.fetchall()


async def add(connection: AsyncConnection, member: Member) -> str:
    """Insert a member; returns what of it another one has (``public_id``, ``email`` or ``mobile``), empty: nothing.
    Afterwards the transaction can only end where something was."""
    try:
        await connection.execute(MEMBERS.insert_sql, MEMBERS.insert_params([member]))
    except UniqueViolation as error:
        return _taken(error)
    return ""


async def change(connection: AsyncConnection, before: Member, member: Member) -> str:
    """Give a member these names, numbers, discount and state; otherwise as :func:`add`. ``seen``: it is no more as
    ``before``, since an order has changed it, and stays as it is."""
    try:
        cursor = await connection.execute(_CHANGE, _changed(before, member))
    except UniqueViolation as error:
        return _taken(error)
    return "" if cursor.rowcount else "seen"


async def with_any_of(
    connection: AsyncConnection,
    merchant_id: int,
    channels: list[str],
    public_ids: list[str],
    emails: list[str],
    mobiles: list[str],
) -> list[Member]:
    """Members of these doors, of both environments, that have one of these identifiers, e-mail addresses (in any case)
    or mobile numbers; each by its own index."""
    found: dict[int, Member] = {}
    asked = (
        ("t.public_id = ANY(%s)", public_ids),
        ("t.email <> '' AND lower(t.email COLLATE \"C\") = ANY(%s)", in_one_case(emails)),
        ("t.mobile <> '' AND t.mobile = ANY(%s)", mobiles),
    )
    for condition, values in asked:
        if values:
            of = (merchant_id, ["production", "sandbox"], channels, values)
            cursor = await connection.execute(query(f"{_KNOWN_AS}{condition}"), of)
            found |= {(member := MEMBERS.read(row)).member_id: member for row in await cursor.fetchall()}
    return [*found.values()]


async def add_all(connection: AsyncConnection, new: Sequence[Member]) -> bool:
    """Insert members. False: another has something of one of them by now, and not all are there."""
    cursor = await connection.execute(MEMBERS.insert_sql + b" ON CONFLICT DO NOTHING", MEMBERS.insert_params(new))
    return cursor.rowcount == len(new)


async def add_wallets(connection: AsyncConnection, merchant_id: int, new: Sequence[tuple[int, str, int]]) -> None:
    """Insert wallets (account_id, environment, member_id) of many members. One statement."""
    account_ids, environments, member_ids = zip(*new, strict=True)
    await connection.execute(
        "INSERT INTO accounts (merchant_id, account_id, environment, kind, member_id, updated_at) "
        "SELECT %s, account_id, environment, 'wallet', member_id, now() "
        "FROM unnest(%s::int8[], %s::text[], %s::int8[]) AS new (account_id, environment, member_id)",
        (merchant_id, list(account_ids), list(environments), list(member_ids)),
    )


async def change_all(connection: AsyncConnection, changed: Sequence[tuple[Member, Member]]) -> bool:
    """Change members, each from what it was, as :func:`change`. False: one is otherwise by now, or another has
    something of it; the transaction can only end then."""
    try:
        async with connection.cursor() as cursor:
            await cursor.executemany(_CHANGE, [_changed(*pair) for pair in changed])
            return cursor.rowcount == len(changed)
    except UniqueViolation:
        return False


async def add_link(connection: AsyncConnection, merchant_id: int, member_id: int, kind: str, external_id: str) -> int:
    """Link an outside identity to a member unless it is linked to one; returns whose it is."""
    await connection.execute(
        "INSERT INTO member_links (merchant_id, kind, external_id, member_id) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT DO NOTHING",
        (merchant_id, kind, external_id, member_id),
    )
    cursor = await connection.execute(
        "SELECT member_id FROM member_links WHERE (merchant_id, kind, external_id) = (%s, %s, %s)",
        (merchant_id, kind, external_id),
    )
    row = await cursor.fetchone()
    return member_id if row is None else row[0]


async def remove_link(
    connection: AsyncConnection, merchant_id: int, member_id: int, kind: str, external_id: str
) -> bool:
    """Whether the member had it."""
    cursor = await connection.execute(
        "DELETE FROM member_links WHERE (merchant_id, kind, external_id, member_id) = (%s, %s, %s, %s)",
        (merchant_id, kind, external_id, member_id),
    )
    return cursor.rowcount > 0


def _changed(before: Member, member: Member) -> tuple[Any, ...]:
    return (
        member.name, member.email, member.mobile, member.discount_bp, member.status, member.updated_at,
        before.merchant_id, before.member_id, before.updated_at,
    )  # fmt: skip


def _taken(error: UniqueViolation) -> str:
    name = _TAKEN.get(error.diag.constraint_name or "")
    if name is None:
        raise error
    return name
