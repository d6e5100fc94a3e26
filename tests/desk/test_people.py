"""People: invited by a link, signed in with a password and one-time codes, with a role in each shop."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from desk_kit import OWNER, do, open_desk, seen, written
from gerai.domain.permissions import ROLES, Role
from gerai.domain.refusals import InputInvalid, NotAuthenticated, NotFound, StateConflict
from gerai.engine.desk.acts.change_role import NewRole
from gerai.engine.desk.acts.invite_person import NewInvite
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.people import codes
from gerai.engine.people.join import accept, first_person, invitation, reset_password
from gerai.engine.people.sign_in import (
    SignedIn,
    change_password,
    end_session,
    prove,
    sessions_of,
    sign_in,
    sign_out,
    use_codes,
    whose,
)
from gerai.kit.secret_box import SecretBox, new_key

PASSWORD = "rahasia sekali 1"


async def join(within: Within, login: str, role: Role = "owner") -> str:
    """Somebody joins the shop by a link; returns the link's secret."""
    done = await do(within, "people.invite", NewInvite(name=login, role=role))
    secret = done.secret.rpartition("/")[2]
    await accept(within.engine, secret, login, login.title(), PASSWORD)
    return secret


async def enter(within: Within, login: str, password: str = PASSWORD, code: str = "") -> tuple[str, SignedIn]:
    """Sign in; returns the session's token, and who it is."""
    token = await sign_in(
        within.engine, within.house.sealer, login, password, code, address="127.0.0.1", agent="test"
    )  # fmt: skip
    who = await whose(within.engine, token)
    assert who is not None
    return token, who


def code_of(secret: str, step: int = 0) -> str:
    """What an app with this secret shows, so many steps from now."""
    return codes._totp(secret).generate(int(time.time()) + 30 * step).decode()


async def test_a_link_lets_one_person_in(within: Within) -> None:
    """Ten who use one link at once: one has joined, in the role of the invitation, in this shop alone."""
    done = await do(within, "people.invite", NewInvite(name="Budi", role="operator"))
    secret = done.secret.rpartition("/")[2]
    assert (await invitation(within.engine, secret)).role == "operator"
    joined = await asyncio.gather(
        *(accept(within.engine, secret, f"budi{n}", "Budi", PASSWORD) for n in range(10)), return_exceptions=True
    )
    assert [type(one) for one in joined if one is not None] == [NotFound] * 9
    [row] = await seen(within, "people.list")
    assert (row.role, row.name, row.has_codes) == ("operator", "Budi", False)
    _, who = await enter(within, row.login)
    other = await open_desk(within.house)
    assert who.permissions_in(within.merchant_id) == ROLES["operator"]
    assert who.permissions_in(other.merchant_id) == frozenset()
    assert await seen(other, "people.list") == []


async def test_a_link_that_was_taken_back_leads_nowhere(within: Within) -> None:
    """After it is withdrawn nobody joins by it, and it is listed no more."""
    done = await do(within, "people.invite", NewInvite(name="Budi", role="owner"))
    assert [str(row.id) for row in await seen(within, "invites.list")] == [done.id]
    await do(within, "invites.withdraw", ById(id=int(done.id)))
    with pytest.raises(NotFound):
        await accept(within.engine, done.secret.rpartition("/")[2], "budi-x", "Budi", PASSWORD)
    assert await seen(within, "invites.list") == []
    with pytest.raises(NotFound):
        await do(within, "invites.withdraw", ById(id=int(done.id)))
    assert done.secret.rpartition("/")[2] not in str([entry for _, entry in await written(within)])


async def test_a_login_is_its_owners(within: Within) -> None:
    """Whoever joins with a login that is somebody's must know its password; then that person has both shops."""
    await join(within, "siti")
    other = await open_desk(within.house)
    done = await do(other, "people.invite", NewInvite(name="Siti", role="viewer"))
    secret = done.secret.rpartition("/")[2]
    with pytest.raises(InputInvalid, match="login"):
        await accept(within.engine, secret, "SITI", "Siti", "another password")
    await accept(within.engine, secret, " Siti ", "Siti", PASSWORD)
    _, who = await enter(within, "siti")
    assert who.permissions_in(within.merchant_id) == ROLES["owner"]
    assert who.permissions_in(other.merchant_id) == ROLES["viewer"]


@pytest.mark.parametrize(("login", "password"), [("dewi", "wrong password"), ("nobody", PASSWORD), ("dewi", "")])
async def test_a_wrong_password_opens_nothing(within: Within, login: str, password: str) -> None:
    """Nobody's login and somebody else's password are refused in the same way, and begin no session."""
    if not await _known(within, "dewi"):
        await join(within, "dewi")
    _, who = await enter(within, "dewi")
    before = len(await sessions_of(within.engine, who))
    with pytest.raises(NotAuthenticated) as refused:
        await enter(within, login, password)
    assert refused.value.reason == "unknown"
    assert len(await sessions_of(within.engine, who)) == before


async def _known(within: Within, login: str) -> bool:
    try:
        await enter(within, login)
    except NotAuthenticated:
        return False
    return True


async def test_one_time_codes_work_once(within: Within) -> None:
    """With codes the password alone opens nothing; each code and each backup code opens one session, however many try
    at once."""
    within = replace(within, house=replace(within.house, sealer=SecretBox(new_key())))
    await join(within, "rina")
    _, who = await enter(within, "rina")
    secret = codes.new_secret()
    for sealer, code in ((within.house.sealer, "000000"), (SecretBox(""), code_of(secret))):
        with pytest.raises(InputInvalid):
            await use_codes(within.engine, sealer, who, secret, code)
    backups = await use_codes(within.engine, within.house.sealer, who, secret, code_of(secret, -1))
    for code in ("", "123456", code_of(secret, -1), code_of(secret, 5), "١٢٣٤٥٦"):
        with pytest.raises(NotAuthenticated) as refused:
            await enter(within, "rina", code=code)
        assert refused.value.reason == "code"
    for code in (code_of(secret), backups[0]):
        every: list[Any] = await asyncio.gather(
            *(enter(within, "rina", code=code) for _ in range(3)), return_exceptions=True
        )
        assert sorted(isinstance(one, tuple) for one in every) == [False, False, True]
    stored = (await enter(within, "rina", code=backups[1]))[1].person
    assert len(backups) == 10
    assert len(stored.backup_codes) == 8
    assert backups[2] not in stored.backup_codes
    assert secret.encode() not in (stored.totp or b"")


async def test_another_password_ends_the_other_sessions(within: Within) -> None:
    """After a change the old password and the other browsers are out, this one stays."""
    await join(within, "tono")
    here, who = await enter(within, "tono")
    there, _ = await enter(within, "tono")
    for old, new in (("wrong", "a new password 2"), (PASSWORD, "short"), (PASSWORD, PASSWORD)):
        with pytest.raises(InputInvalid):
            await change_password(within.engine, who, old, new)
    await change_password(within.engine, who, PASSWORD, "a new password 2")
    assert await whose(within.engine, there) is None
    assert await whose(within.engine, here) is not None
    with pytest.raises(NotAuthenticated):
        await enter(within, "tono")
    await enter(within, "tono", "a new password 2")


async def test_a_session_ends_by_itself_or_by_hand(within: Within) -> None:
    """Signed out, or ended from another browser: its token is nobody's. Nobody ends somebody else's session."""
    await join(within, "wati")
    await join(within, "yudi")
    token, who = await enter(within, "wati")
    other, _ = await enter(within, "wati")
    _, stranger = await enter(within, "yudi")
    assert len(await sessions_of(within.engine, who)) == 2
    with pytest.raises(NotFound):
        await end_session(within.engine, stranger, who.session.session_id)
    await sign_out(within.engine, who)
    assert await whose(within.engine, token) is None
    assert await whose(within.engine, other) is not None
    assert await whose(within.engine, "invented") is None


async def test_proof_is_asked_for_again(within: Within) -> None:
    """Whoever proves who they are has done so for a while; a wrong password proves nothing."""
    await join(within, "zaki")
    token, who = await enter(within, "zaki")
    first = who.session.proven_at
    with pytest.raises(NotAuthenticated):
        await prove(within.engine, within.house.sealer, who, token, "wrong password", "")
    unproven = await whose(within.engine, token)
    assert unproven is not None
    assert unproven.session.proven_at == first
    await prove(within.engine, within.house.sealer, who, token, PASSWORD, "")
    proven = await whose(within.engine, token)
    assert proven is not None
    assert proven.session.proven_at > first


async def test_a_shop_keeps_an_owner(within: Within) -> None:
    """The last owner can neither leave nor become less; two owners who demote each other at once leave one."""
    await join(within, "owner-a")
    [row] = await seen(within, "people.list")
    for name, given in (("people.remove", ById(id=row.id)), ("people.role", NewRole(id=row.id, role="viewer"))):
        with pytest.raises(StateConflict):
            await do(within, name, given)
    await join(within, "owner-b")
    both = [one.id for one in await seen(within, "people.list")]
    results = await asyncio.gather(
        *(do(within, "people.role", NewRole(id=one, role="viewer")) for one in both), return_exceptions=True
    )
    assert [type(one) for one in results].count(StateConflict) == 1
    assert sorted(one.role for one in await seen(within, "people.list")) == ["owner", "viewer"]


async def test_who_was_removed_may_nothing(within: Within) -> None:
    """From the next look on: no permission in this shop, and the audit names who removed them."""
    await join(within, "keeper")
    await join(within, "leaver", "operator")
    token, who = await enter(within, "leaver")
    await do(within, "people.remove", ById(id=who.person.person_id))
    again = await whose(within.engine, token)
    assert again is not None
    assert again.permissions_in(within.merchant_id) == frozenset()
    assert (await written(within))[0].entry.actor == OWNER.actor.id


async def test_the_first_password_must_be_changed(within: Within) -> None:
    """A one-time password lets somebody in to choose their own, and no further; once there is anybody, no further one
    is made."""
    first = await first_person(within.engine, "admin")
    if first is None:
        first = await reset_password(within.engine, "admin") if await _is_there(within, "admin") else None
    assert await first_person(within.engine, "other-admin") is None
    if first is None:
        await join(within, "admin")
        first = await reset_password(within.engine, "admin")
    _, who = await enter(within, "admin", first)
    assert who.person.must_change
    assert who.permissions_in(within.merchant_id) == frozenset()
    await change_password(within.engine, who, first, PASSWORD)
    _, who = await enter(within, "admin")
    assert who.permissions_in(within.merchant_id) == ROLES["owner"]


async def _is_there(within: Within, login: str) -> bool:
    try:
        await reset_password(within.engine, login)
    except NotFound:
        return False
    return True
