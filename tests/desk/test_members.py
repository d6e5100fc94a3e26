"""Members at the desk: added to a door that has members, found, changed, blocked, linked."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from desk_kit import VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound, PermissionMissing
from gerai.engine.desk.acts.add_member import NewMember
from gerai.engine.desk.acts.edit_member import MemberEdit
from gerai.engine.desk.acts.link_member import MemberLink
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done, look, views
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member
from gerai.store import members as sql

ANI = NewMember(
    door="cekceir", name="Ani", email="Ani@example.com", mobile="0812-3456-7890", discount_bp=250, public_id="ani"
)
DISCORD = "1262024148939440249"


async def shown(within: Within, member_id: str) -> Any:
    """The member as its page shows it."""
    [found] = await seen(within, "members.show", id=int(member_id))
    return found


async def test_a_member_is_added_and_seen(within: Within) -> None:
    """With a wallet in both environments, its number in the one form, and an entry that says who did it."""
    done = await do(within, "members.add", ANI)
    [row] = await seen(within, "members.list")
    assert (str(row.id), row.door, row.public_id, row.name) == (done.id, "cekceir", "ani", "Ani")
    assert (row.email, row.mobile, row.discount_bp, row.status) == ("Ani@example.com", "+6281234567890", 250, "active")
    one = await shown(within, done.id)
    assert (one.available_sen, one.held_sen, one.links) == (0, 0, ())
    sandbox = msgspec.structs.replace(one, seen="")
    assert sandbox == msgspec.structs.replace(
        await shown(Within(within.house, within.merchant_id, "sandbox"), done.id), seen=""
    )
    [(_, entry)] = await written(within)
    assert (entry.act, entry.target, entry.facts) == ("members.add", done.id, {"name": "Ani", "door": "cekceir"})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"door": "scalev"}, "door"),
        ({"door": "admin"}, "door"),
        ({"door": "nowhere"}, "door"),
        ({"email": "ani"}, "email"),
        ({"mobile": "12"}, "mobile"),
        ({"public_id": "other"}, "email"),
        ({"public_id": "other", "email": "ANI@EXAMPLE.COM"}, "email"),
        ({"email": "b@example.com", "mobile": ""}, "public_id"),
    ],
)
async def test_what_is_taken_or_does_not_fit(within: Within, change: dict[str, str], field: str) -> None:
    """It is refused under its field, and nothing is made or written down."""
    await do(within, "members.add", ANI)
    with pytest.raises(InputInvalid) as refused:
        await do(within, "members.add", msgspec.structs.replace(ANI, **change))
    assert [*refused.value.fields] == [field]
    assert len(await seen(within, "members.list")) == len(await written(within)) == 1


async def test_the_other_environment_changes_no_member(within: Within) -> None:
    """A desk of the sandbox blocks, links and unlinks no member of production."""
    member_id = int((await do(within, "members.add", ANI)).id)
    link = MemberLink(id=member_id, external_id=DISCORD)
    await do(within, "members.link", link)
    before = await shown(within, str(member_id)), await written(within)
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    other = MemberLink(id=member_id, external_id="7")
    for name, given in (
        ("edit", MemberEdit(id=member_id, status="blocked")), ("link", other), ("unlink", link),
    ):  # fmt: skip
        with pytest.raises(NotFound, match="member"):
            await do(sandbox, f"members.{name}", given)
    assert (await shown(within, str(member_id)), await written(within)) == before


async def test_two_members_of_one_mobile_number_alone(within: Within) -> None:
    """A number without an e-mail is one member's; with different e-mails several share it."""
    alone = msgspec.structs.replace(ANI, email="", public_id=None)
    await do(within, "members.add", alone)
    with pytest.raises(InputInvalid, match="mobile"):
        await do(within, "members.add", alone)
    await do(within, "members.add", msgspec.structs.replace(ANI, public_id=None))
    assert [row.email for row in await seen(within, "members.list", text="081234567890")] == ["", "Ani@example.com"]


async def test_twice_at_once_makes_one(within: Within) -> None:
    """One is made, the other is told that it is taken; under one key both get the one that is made."""
    both = await asyncio.gather(*(do(within, "members.add", ANI) for _ in range(2)), return_exceptions=True)
    assert {type(one) for one in both} == {Done, InputInvalid}
    budi = NewMember(door="leuwongrr", name="Budi")
    same = await asyncio.gather(*(do(within, "members.add", budi, key="k") for _ in range(5)))
    assert len({done.id for done in same}) == 1
    assert len(await seen(within, "members.list")) == 2


async def test_pages_and_what_somebody_knows(within: Within) -> None:
    """Pages go on behind the last row; a door, a state, an identifier, an e-mail or a number finds its members."""
    ids = [
        (await do(within, "members.add", NewMember(door="cekceir", name=f"M{n}", public_id=f"m{n}"))).id
        for n in range(5)
    ]
    other = (await do(within, "members.add", NewMember(door="leuwongrr", name="L", email="l@example.com"))).id
    await do(within, "members.edit", MemberEdit(id=int(ids[2]), status="blocked"))
    view = views()["members.list"]

    async def pages(**wanted: Any) -> list[list[str]]:
        after, found = "", list[list[str]]()
        while True:
            page = await look(view, within, view.filter(after=after, limit=2, **wanted), VIEWER)
            found.append([str(row.id) for row in page.rows])
            if not (after := page.next):
                return found

    assert [one for page in await pages() for one in page] == [*ids, other]
    assert [one for page in await pages(door="cekceir") for one in page] == ids
    assert [one for page in await pages(door="cekceir", status="active") for one in page] == ids[:2] + ids[3:]
    assert await pages(status="blocked") == [[ids[2]]]
    assert await pages(text="m3") == [[ids[3]]]
    assert await pages(text="m3", door="leuwongrr") == [[]]
    assert await pages(text="L@EXAMPLE.COM") == [[other]]
    assert await pages(text="M") == [[]]


async def test_few_of_many_are_found_page_by_page(within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only so many are looked through at a time, pages in between are empty and none is left out."""
    monkeypatch.setattr(sql, "LOOKED_THROUGH", 3)
    for n in range(8):
        await do(within, "members.add", NewMember(door="cekceir", name=f"M{n}"))
    done = await do(within, "members.add", NewMember(door="leuwongrr", name="L"))
    view = views()["members.list"]
    first = await look(view, within, view.filter(door="leuwongrr"), VIEWER)
    second = await look(view, within, view.filter(door="leuwongrr", after=first.next), VIEWER)
    third = await look(view, within, view.filter(door="leuwongrr", after=second.next), VIEWER)
    assert ([*first.rows], [*second.rows]) == ([], [])
    assert [str(row.id) for row in third.rows] == [done.id]


async def test_a_member_is_changed(within: Within) -> None:
    """What is given changes, the rest stays; two at once over the same view: one does, one looks again."""
    done = await do(within, "members.add", ANI)
    before = await shown(within, done.id)
    edits = [MemberEdit(id=before.id, seen=before.seen, name=name) for name in ("Ani Satu", "Ani Dua")]
    results = await asyncio.gather(*(do(within, "members.edit", e) for e in edits), return_exceptions=True)
    assert {type(result) for result in results} == {Done, ChangedMeanwhile}
    after = await shown(within, done.id)
    assert after.name in ("Ani Satu", "Ani Dua")
    assert (after.email, after.mobile, after.discount_bp) == (before.email, before.mobile, 250)
    await do(within, "members.edit", MemberEdit(id=before.id, mobile="0813 3333 4444", discount_bp=0, email=""))
    after = await shown(within, done.id)
    assert (after.email, after.mobile, after.discount_bp) == ("", "+6281333334444", 0)
    facts = (await written(within))[0].entry.facts
    assert facts == {
        "email": ["Ani@example.com", ""], "mobile": ["+6281234567890", "+6281333334444"], "discount_bp": [250, 0],
    }  # fmt: skip


async def test_what_another_has_is_not_taken_over(within: Within) -> None:
    """An e-mail of another member is refused, and both stay as they were."""
    await do(within, "members.add", ANI)
    budi = await do(within, "members.add", NewMember(door="cekceir", name="Budi", email="budi@example.com"))
    with pytest.raises(InputInvalid, match="email"):
        await do(within, "members.edit", MemberEdit(id=int(budi.id), email="ani@example.com"))
    assert (await shown(within, budi.id)).email == "budi@example.com"
    with pytest.raises(NotFound):
        await do(within, "members.edit", MemberEdit(id=1, name="Siapa"))
    assert len(await written(within)) == 2


async def test_a_blocked_member_buys_nothing(within: Within, client: httpx.AsyncClient) -> None:
    """Its key is refused at once, and works again once it is active."""
    done = await do(within, "members.add", ANI)
    form = within.house.doors["cekceir"].make("production")
    await create_key(
        within.engine, within.merchant_id, "production", "cekceir", form.token,
        name="bot", prefix=form.prefix, member_id=int(done.id), permissions=form.permissions,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {form.token}"}
    assert (await client.get("/api/me", headers=headers)).status_code == 200
    await do(within, "members.edit", MemberEdit(id=int(done.id), status="blocked"))
    assert (await client.get("/api/me", headers=headers)).status_code == 403
    await do(within, "members.edit", MemberEdit(id=int(done.id), status="active"))
    assert (await client.get("/api/me", headers=headers)).status_code == 200


async def test_a_user_is_linked_and_unlinked(within: Within) -> None:
    """An identity is one member's; taking it away from another is refused; refused acts leave no entry."""
    ani, budi = [
        (await do(within, "members.add", NewMember(door="leuwongrr", name=name))).id for name in ("Ani", "Budi")
    ]
    await do(within, "members.link", MemberLink(id=int(ani), external_id=DISCORD))
    assert (await shown(within, ani)).links == (f"discord {DISCORD}",)
    with pytest.raises(InputInvalid, match="discord"):
        await do(within, "members.link", MemberLink(id=int(budi), external_id=DISCORD))
    with pytest.raises(NotFound):
        await do(within, "members.unlink", MemberLink(id=int(budi), external_id=DISCORD))
    with pytest.raises(NotFound):
        await do(within, "members.link", MemberLink(id=1, external_id="7"))
    await do(within, "members.unlink", MemberLink(id=int(ani), external_id=DISCORD))
    assert (await shown(within, ani)).links == ()
    entries = [entry for _, entry in await written(within)]
    assert [(e.act, e.target) for e in entries[:2]] == [("members.unlink", ani), ("members.link", ani)]
    assert entries[0].facts == {"kind": "discord", "external_id": DISCORD}
    assert len(entries) == 4


async def test_another_shop_and_a_viewer(within: Within) -> None:
    """Another shop neither sees nor changes a member; who may only see changes none."""
    member_id, _ = await add_member(within.engine, within.merchant_id, "cekceir", "m", "Ani")
    other = await open_desk(within.house)
    assert await seen(other, "members.list") == await seen(other, "members.show", id=member_id) == []
    assert await seen(other, "members.list", text="m") == []
    with pytest.raises(NotFound):
        await do(other, "members.edit", MemberEdit(id=member_id, name="Diambil"))
    with pytest.raises(NotFound):
        await do(other, "members.link", MemberLink(id=member_id, external_id=DISCORD))
    for name, given in (("members.add", ANI), ("members.edit", MemberEdit(id=member_id, name="X"))):
        with pytest.raises(PermissionMissing):
            await do(within, name, given, VIEWER)
    assert [row.name for row in await seen(within, "members.list")] == ["Ani"]
