"""The walk of the rights matrix: what anybody who is not the owner asks, and what must be true of each answer."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx
from rights_callers import Caller, calls_of
from rights_kit import Call, Operation, Stored, as_told, leaves, operations, seen_in, stored, words, words_of
from rights_shop import ONCE, Seller

from gerai.app import App
from gerai.domain.refusals import IdempotencyKeyReused
from gerai.doors.http.door import Dialect

#: What belongs to nobody, by the end of its path.
SHARED = {
    "/v3/locations/{location_id}/postal-codes": "districts are the country's",
    "/deposit/provider/{code}": "ways to pay are called alike in every shop",
}


@dataclass
class World:
    """The running application with the victim, a neighbour that has the same goods, and a stranger without any, by
    door."""

    app: App
    client: httpx.AsyncClient
    victims: dict[str, Seller]
    neighbours: dict[str, Seller]
    stranger_id: int


@dataclass
class Walk:
    """The walk through one door. ``hidden``: the words that are the victim's alone; ``told``: what anybody without a
    good key was answered, by operation; ``sent``: how many requests there were."""

    world: World
    victim: Seller
    before: Stored
    hidden: frozenset[str]
    told: dict[str, object] = field(default_factory=dict[str, object])
    sent: int = 0
    _hidden_from: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    async def send(self, caller: Caller, call: Call, **more: str) -> httpx.Response:
        """One request, which fails in nobody's hands and shows nothing that the caller must not see."""
        headers = {**caller.headers, **({"Idempotency-Key": ONCE} if call.operation.method == "POST" else {}), **more}
        answer = await self.world.client.request(
            call.operation.method, call.path, json=call.body, headers=headers, params=dict(call.query) or None
        )
        self.sent += 1
        said = (caller.name, call.operation.name, call.path, answer.status_code, answer.text[:500])
        assert answer.status_code < 500, said
        assert str(answer.status_code) in call.operation.statuses | {"404"}, said
        assert (seen_in(answer) & self.hidden_from(caller)) - call.words == set(), said
        return answer

    def hidden_from(self, caller: Caller) -> frozenset[str]:
        """What this caller must not see: all that is the victim's, or of the victim's own merchant all that is the
        key's and the member's."""
        if caller.kind != "sibling":
            return self.hidden
        if caller.name not in self._hidden_from:
            self._hidden_from[caller.name] = self._hidden_from_sibling(caller)
        return self._hidden_from[caller.name]

    def _hidden_from_sibling(self, caller: Caller) -> frozenset[str]:
        home, mine = self.victim.key.environment, set[str]()
        theirs = set[str]()
        for table, rows in self.before.rows.items():
            for row in rows:
                own = row.get("member_id") == caller.member_id and (table == "members" or caller.environment == home)
                own = own or row.get("environment", caller.environment) not in (home, caller.environment)
                private = row.get("environment") == home and table != "api_keys"
                (theirs if private and not own else mine).update(words_of(row))
        return frozenset(theirs - mine) & self.hidden

    def names_a_secret(self, caller: Caller, call: Call) -> bool:
        """Whether the request names something that this caller must not know of."""
        if call.operation.path.endswith(tuple(SHARED)):
            return False
        return bool(call.words & self.hidden_from(caller)) or (caller.kind == "stranger" and bool(call.values))


async def walk_of(door: Dialect, world: World) -> tuple[Walk, list[Operation], list[Call]]:
    """A walk that knows what is the victim's alone, every operation, and every call the owner can make."""
    document = await world.client.get(f"/docs/{door.name}/openapi.yaml")
    found = operations(door, document.text)
    victim, neighbour = world.victims[door.name], world.neighbours[door.name]
    calls = await calls_of(victim, found)
    await calls_of(neighbour, found)
    engine = world.app.engine
    mine = await stored(engine, victim.merchant_id)
    others = await stored(engine, neighbour.merchant_id, world.stranger_id, 0)
    hidden = mine.words() | words(str(list(leaves(victim.answers))))
    hidden -= others.words() | words(str(list(leaves(neighbour.answers)))) | words(document.text)
    return Walk(world, victim, mine, frozenset(hidden)), found, calls


async def not_known(walk: Walk, caller: Caller, call: Call) -> None:
    """401, the same for every key that is none here."""
    answer = await walk.send(caller, call)
    if call.operation.public:
        return
    assert answer.status_code == 401, (caller.name, call.operation.name, answer.text)
    if caller.name in ("nonsense", "an invented key") or caller.name.startswith("a key of"):
        assert walk.told.setdefault(call.operation.name, as_told(answer, call)) == as_told(answer, call), caller.name


async def not_allowed(walk: Walk, caller: Caller, call: Call) -> None:
    """403 before anything is looked up."""
    answer = await walk.send(caller, call)
    if not call.operation.public:
        assert answer.status_code == 403, (caller.name, call.operation.name, answer.text)


async def not_theirs(walk: Walk, caller: Caller, call: Call) -> None:
    """What is the victim's is answered like what nobody has: 404 where the path names it. No key of a create made
    before is known."""
    answer = await walk.send(caller, call)
    said = (caller.name, call.operation.name, call.path, answer.status_code, answer.text[:500])
    assert "idempotency-replayed" not in answer.headers, said
    reused = walk.victim.dialect.refuse(IdempotencyKeyReused(ONCE), "-")
    assert caller.kind == "neighbour" or (answer.status_code, answer.content) != (reused.status_code, reused.body), said
    if not walk.names_a_secret(caller, call):
        return
    nobodys = call.forged(walk.hidden_from(caller))
    assert (nobodys.path, nobodys.body) != (call.path, call.body), said
    assert as_told(answer, call) == as_told(await walk.send(caller, nobodys), nobodys), said
    assert answer.status_code >= 400, said
    if call.values:
        assert answer.status_code == 404, said


CHECKS = {"unknown": not_known, "lesser": not_allowed, "stranger": not_theirs, "neighbour": not_theirs}


def nothing_changed(walk: Walk, after: Stored) -> None:
    """Every row of the victim's is there as it was; what was added is somebody else's."""
    key = walk.victim.key
    member_id = None if key.member is None else key.member.member_id

    def own(found: Stored) -> Stored:
        here = (None, key.environment)
        return Stored({t: [row for row in rows if row.get("environment") in here] for t, rows in found.rows.items()})

    def owned(found: Stored, table: str) -> int:
        return sum(row.get("member_id", member_id) == member_id for row in own(found).rows[table])

    before, now = own(walk.before).counted(), own(after).counted()
    assert {table: rows - now[table] for table, rows in before.items() if rows - now[table]} == {}
    for table in ("orders", "payments", "deposits", "transfers"):
        assert owned(after, table) == owned(walk.before, table)


async def cursors_of(seller: Seller, operation: Operation) -> list[str]:
    """The owner's own cursors of a list."""
    size = next((name for name in ("limit", "page_size") if name in operation.query), None)
    if size is None:
        return []
    page = await seller.ask("GET", operation.path, **{size: "1"})
    return [str(value) for name, value in leaves(page) if "cursor" in name]


async def asked(walk: Walk, caller: Caller, call: Call, *, exactly: bool) -> None:
    answer = await walk.send(caller, call)
    if exactly and call.words & walk.hidden_from(caller):
        nobodys = call.forged(walk.hidden_from(caller))
        assert as_told(answer, call) == as_told(await walk.send(caller, nobodys), nobodys), (caller.name, call)
