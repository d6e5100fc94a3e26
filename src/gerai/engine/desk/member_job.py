"""Members of a file, found again by their identifiers; read and written many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gerai.domain.records import Environment, Member, email_key
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid
from gerai.engine.desk.acts.edit_member import MemberEdit, changed_member
from gerai.engine.desk.fields import Code, Name, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import Became, LateFault, Noted
from gerai.engine.desk.lines import Line, LineFault
from gerai.engine.desk.members import (
    DiscountBp,
    Door,
    Email,
    MemberStatus,
    Mobile,
    read_email,
    read_mobile,
    require_door_with_members,
)
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.kit.clock import real_now
from gerai.store import members as sql
from gerai.store.connection import Connection

_EDITED: Final = ("name", "email", "mobile", "discount_bp", "status")
_Done = tuple[int, dict[str, Any]]


class MemberLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row. ``public_id`` names the member of a ``door``, which may be left out where one door has members;
    ``environment``: where it was made, the desk's own when it is left out. What is not given stays."""

    public_id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=254)], words("Tanda pengenal", "Identifier", "ani")
    ]
    door: Annotated[Door | UnsetType, words("Konter", "Counter")] = UNSET
    name: Annotated[Name | UnsetType, words("Nama", "Name", "Ani")] = UNSET
    email: Annotated[Email | UnsetType, words("E-mail", "E-mail", "ani@example.com")] = UNSET
    mobile: Annotated[Mobile | UnsetType, words("Ponsel", "Mobile", "0812-3456-7890")] = UNSET
    discount_bp: Annotated[DiscountBp | UnsetType, words("Diskon (basis poin)", "Discount (basis points)", 250)] = UNSET
    status: Annotated[MemberStatus | UnsetType, words("Keadaan", "State", "active")] = UNSET
    environment: Annotated[Environment | UnsetType, words("Lingkungan", "Environment")] = UNSET


class _Held(NamedTuple):
    """Something that one member of a door has alone."""

    environment: str
    door: str
    what: str
    value: str


class _Piece(NamedTuple):
    """What some rows make and change; ``wallets``: (account_id, environment, member_id) of the new ones."""

    new: list[Member]
    changed: list[tuple[Member, Member]]
    wallets: list[tuple[int, str, int]]
    done: list[_Done]


class MemberJob:
    """Members as this transaction sees them. ``_held``: who has what, of all that a row could take; ``_let_go``: what
    the file took from somebody."""

    def __init__(self, within: Within, connection: Connection) -> None:
        self._within, self._connection = within, connection
        self._held: dict[_Held, int] = {}
        self._let_go: set[_Held] = set()
        self._there: dict[int, Member] = {}
        self._said: dict[_Held, int] = {}
        self._new: dict[int, Member] = {}
        self._changed: dict[int, tuple[Member, Member]] = {}
        self._done: list[_Done] = []
        self._pieces: list[_Piece] = []
        self._rows: dict[int, int] = {}

    async def look_at(self, lines: Sequence[Line[MemberLine]]) -> None:
        """As the protocol."""
        rows = [line.given for line in lines]
        found = await sql.with_any_of(
            self._connection, self._within.merchant_id, self._doors_of(rows), [one.public_id for one in rows],
            [one.email for one in rows if one.email], [mobile for one in rows if (mobile := _mobile_of(one))],
        )  # fmt: skip
        self._there = {one.member_id: one for one in found}
        for one in found:
            # What this file changed or made is known better: a trial has written nothing.
            for held in _held_by(one):
                if held not in self._let_go:
                    self._held.setdefault(held, one.member_id)

    def decide(self, line: Line[MemberLine]) -> Became:
        """As the protocol. Refuses InputInvalid as the acts do: a door without members, what is no e-mail or mobile
        number, what is another member's; one of the other environment; and a member that stands twice."""
        given = line.given
        key = _Held(self._environment(given), self._door(given), "public_id", given.public_id)
        if key in self._said:
            raise InputInvalid({"public_id": [f"row {self._said[key]} is about it already"]})
        member_id = self._held.get(key)
        became = self._add(given, key) if member_id is None else self._edit(self._there[member_id], given)
        self._said[key] = line.row
        self._rows[self._held[key]] = line.row
        return became

    async def write(self) -> list[_Done]:
        """Not yet: orders of these customers would wait until the file is through."""
        ids = self._within.engine.ids
        wallets = [(ids.next(), environment, one) for one in self._new for environment in ENVIRONMENTS]
        self._pieces.append(_Piece([*self._new.values()], [*self._changed.values()], wallets, self._done))
        self.forget()
        return []

    def forget(self) -> None:
        """As the protocol."""
        self._new, self._changed, self._done = {}, {}, []

    async def end(self, noted: Noted) -> list[LateFault]:
        """As the protocol: what orders made or changed meanwhile does not fit any more. Refuses ChangedMeanwhile: one
        did so at this very moment."""
        late: dict[int, LateFault] = {}
        let_go = {held for piece in self._pieces for pair in piece.changed for held in _held_by(pair[0])}
        for piece in self._pieces:
            late |= await self._late(piece, let_go)
        await noted([one for piece in self._pieces for one in piece.done if one[0] not in late])
        for piece in self._pieces:
            changed = [pair for pair in piece.changed if pair[0].member_id not in late]
            new = [one for one in piece.new if one.member_id not in late]
            # First: a new member may have what somebody lets go.
            if changed and not await sql.change_all(self._connection, changed):
                raise ChangedMeanwhile("member", changed[0][0].public_id)
            if new and not await sql.add_all(self._connection, new):
                raise ChangedMeanwhile("member", new[0].public_id)
            if wallets := [one for one in piece.wallets if one[2] not in late]:
                await sql.add_wallets(self._connection, self._within.merchant_id, wallets)
        return [*late.values()]

    async def _late(self, piece: _Piece, let_go: set[_Held]) -> dict[int, LateFault]:
        """What does not fit any more, by member."""
        members = [*piece.new, *(new for _, new in piece.changed)]
        found = await sql.with_any_of(
            self._connection, self._within.merchant_id, sorted({one.channel for one in members}),
            [one.public_id for one in members], [one.email for one in members if one.email],
            [one.mobile for one in members if one.mobile],
        )  # fmt: skip
        now = {one.member_id: one.updated_at for one in found}
        holders = {held: one.member_id for one in found for held in _held_by(one) if held not in let_go}
        before = {there.member_id: there.updated_at for there, _ in piece.changed}
        late: dict[int, LateFault] = {}
        for one in members:
            taken = any(holders.get(held, one.member_id) != one.member_id for held in _held_by(one))
            if taken or now.get(one.member_id) != before.get(one.member_id):
                fault = LineFault(self._rows[one.member_id], "public_id", "an order changed it meanwhile: try it again")
                late[one.member_id] = LateFault("changed" if one.member_id in before else "added", [fault])
        return late

    def _add(self, given: MemberLine, key: _Held) -> Became:
        require_door_with_members(self._within.house, key.door)
        if given.environment not in (UNSET, self._within.environment):
            raise InputInvalid({"environment": [f"new members are of {self._within.environment} here"]})
        if given.name is UNSET:
            raise InputInvalid({"name": ["is required"]})
        try:
            public_id = msgspec.convert(given.public_id, Code)
        except msgspec.ValidationError:
            raise InputInvalid({"public_id": ["letters, figures and . _ - without blanks, at most 64"]}) from None
        member_id, now = self._within.engine.ids.next(), real_now()
        email, mobile = read_email(given.email or ""), read_mobile(given.mobile or "")
        member = Member(
            self._within.merchant_id, member_id, key.environment, key.door, public_id, given.name, email, mobile, "",
            {}, now, now, given.status or "active", given.discount_bp or 0,
        )  # fmt: skip
        self._take(member)
        self._new[member_id] = member
        self._done.append((member_id, {"name": member.name, "door": key.door}))
        return "added"

    def _edit(self, there: Member, given: MemberLine) -> Became:
        asked = {name: value for name in _EDITED if (value := getattr(given, name)) is not UNSET}
        new, changes = changed_member(there, MemberEdit(id=there.member_id, **asked))
        if not changes:
            return "unchanged"
        if there.environment != self._within.environment:
            raise InputInvalid({"environment": [f"members of {self._within.environment} alone are changed here"]})
        self._take(new)
        for held in {*_held_by(there)} - {*_held_by(new)}:
            self._held.pop(held, None)
            self._let_go.add(held)
        self._changed[there.member_id] = there, msgspec.structs.replace(new, updated_at=real_now())
        self._done.append((there.member_id, changes))
        return "changed"

    def _take(self, member: Member) -> None:
        held = _held_by(member)
        for one in held:
            if self._held.get(one, member.member_id) != member.member_id:
                raise InputInvalid({one.what: [f"{one.value} is another member's"]})
        self._held |= dict.fromkeys(held, member.member_id)
        self._let_go -= {*held}

    def _doors_of(self, rows: Sequence[MemberLine]) -> list[str]:
        return sorted({*self._within.house.doors} | {one.door for one in rows if one.door})

    def _environment(self, given: MemberLine) -> str:
        return self._within.environment if given.environment is UNSET else given.environment

    def _door(self, given: MemberLine) -> str:
        if given.door:
            return given.door
        doors = [name for name, keys in self._within.house.doors.items() if keys.needs_member]
        if len(doors) != 1:
            raise InputInvalid({"door": [f"is required: one of {', '.join(sorted(doors))}"]})
        return doors[0]


def _held_by(member: Member) -> list[_Held]:
    """What nobody else of its door may have: its identifier, its e-mail address, and without one its number."""
    held = [("public_id", member.public_id)]
    held += [("email", email_key(member.email))] if member.email else []
    held += [("mobile", member.mobile)] if member.mobile and not member.email else []
    return [_Held(member.environment, member.channel, what, value) for what, value in held]


def _mobile_of(given: MemberLine) -> str:
    """The number in its one form; empty: none, or no number."""
    try:
        return read_mobile(given.mobile or "")
    except InputInvalid:
        return ""


async def begin_members(within: Within, connection: Connection) -> MemberJob:
    """The job over the shop's members."""
    return MemberJob(within, connection)
