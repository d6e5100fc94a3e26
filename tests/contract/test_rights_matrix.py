"""The rights matrix: every operation of every served document, for everybody who is not the owner of what it names.

Nobody sees a word of what belongs to somebody else, a thing of somebody else is answered exactly like one that nobody
has, nothing of the victim's is changed, and the owner's own key then succeeds with the very same requests. Pages open
by their whole address alone, and nothing else that is public shows a word of anybody's.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

import httpx
import psycopg
import pytest
import pytest_asyncio
from rights_callers import Caller, callers_of
from rights_kit import Call, Stored, as_told, forged, leaves, seen_in, stored, words
from rights_shop import open_sellers
from rights_walk import CHECKS, World, asked, cursors_of, not_theirs, nothing_changed, walk_of

from app_kit import app_of
from gerai.app import DIALECTS, PAGES
from gerai.doors.http.door import Dialect
from gerai.engine.merchants.open import open_merchant
from gerai.settings import DatabaseSettings, HttpSettings, Settings

each_door = pytest.mark.parametrize("door", DIALECTS, ids=lambda dialect: dialect.name)
#: Requests per operation at least: so many callers there are.
_PER_OPERATION = 12
#: Values of the victim's that lists are asked for: no addresses, and no amounts, which an offset may be.
_CLUES = 40
_NO_CLUE = re.compile(r"/|^\d+\.\d\d$")
#: What a proxy or a framework may take for the truth.
SPOOFED = {
    "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https", "X-Real-IP": "127.0.0.1", "X-User-Id": "1",
    "X-Forwarded-User": "admin", "X-Environment": "production", "X-HTTP-Method-Override": "GET",
    "X-Original-URL": "/metrics", "X-Rewrite-URL": "/metrics",
}  # fmt: skip
#: Whatever is public.
PUBLIC = ("/", "/readyz", "/docs", "/metrics", *(f"/docs/{dialect.name}" for dialect in DIALECTS))


@pytest_asyncio.fixture(scope="module")
async def world(own_dsn: str) -> AsyncGenerator[World]:
    """One database, one application."""
    settings = replace(
        Settings(), database=DatabaseSettings(url=own_dsn), http=HttpSettings(public_base_url="http://gerai.test")
    )
    with psycopg.connect(own_dsn) as connection:
        # Ids of ten digits: none of them stands in an answer by chance.
        connection.execute("SELECT setval('gerai_ids', 7000000)")
    app = app_of(settings)
    app.engine.directory.trusted_s = 120.0
    async with app.running():
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as client:
            engine = app.engine
            victims = await open_sellers(engine, client, DIALECTS)
            neighbours = await open_sellers(engine, client, DIALECTS)
            stranger_id = await open_merchant(engine, "stranger", "Toko Kosong", simulated=True)
            yield World(
                app, client, {s.dialect.name: s for s in victims}, {s.dialect.name: s for s in neighbours}, stranger_id
            )


@each_door
async def test_nothing_leaks(door: Dialect, world: World) -> None:
    """Without a good key 401, with a lesser one 403, with anybody else's the answer to what nobody has; not a row of
    the victim's changes; then its owner does all of it."""
    walk, found, calls = await walk_of(door, world)
    victim = walk.victim
    assert {call.operation.name for call in calls} == {operation.name for operation in found}
    others = [seller for seller in world.victims.values() if seller is not victim]
    callers = await callers_of(victim, others, world.neighbours[door.name], world.stranger_id)
    walk.before = await stored(world.app.engine, victim.merchant_id)
    for caller in callers:
        if caller.kind == "sibling":
            continue
        for call in calls:
            await CHECKS[caller.kind](walk, caller, call)
    after = await stored(world.app.engine, victim.merchant_id)
    assert after.counted() == walk.before.counted()
    for caller in callers:
        if caller.kind == "sibling":
            for call in calls:
                await not_theirs(walk, caller, call)
    nothing_changed(walk, await stored(world.app.engine, victim.merchant_id))
    owner: dict[tuple[str, str], tuple[int, str]] = {}
    for call in calls:
        answer = await world.client.request(call.operation.method, call.path, json=call.body, headers=victim.headers)
        owner[call.operation.name, call.path] = (answer.status_code, answer.text[:300])
    failed = {name: told for name, told in owner.items() if not 200 <= told[0] < 300}
    assert failed == {}
    assert walk.sent >= _PER_OPERATION * len(found)
    print(f"\n{door.name}: {len(found)} operations, {len(callers)} callers, {walk.sent} requests, 0 leaks")


@each_door
async def test_lists_show_nobody_elses(door: Dialect, world: World) -> None:
    """A list that is asked with somebody else's cursors, or filters by somebody else's ids, names and numbers, shows
    what it shows to a question about nobody."""
    walk, found, _ = await walk_of(door, world)
    others = [seller for seller in world.victims.values() if seller is not walk.victim]
    callers = await callers_of(walk.victim, others, world.neighbours[door.name], world.stranger_id)
    walk.before = await stored(world.app.engine, walk.victim.merchant_id)
    told = [(name, str(value)) for name, value in leaves(walk.victim.answers) if not _NO_CLUE.search(str(value))]
    clues = dict([(name, value) for name, value in told if words(value) & walk.hidden][-_CLUES:])
    for operation in found:
        if operation.method != "GET" or operation.parts:
            continue
        cursors = await cursors_of(walk.victim, operation)
        for name in operation.query:
            values = cursors if "cursor" in name else list(clues.values())
            for caller in callers:
                if caller.kind not in ("neighbour", "sibling"):
                    continue
                for value in values:
                    await asked(walk, caller, Call(operation, query={name: value}), exactly="cursor" not in name)
    assert walk.sent > 0
    print(f"\n{door.name}: {walk.sent} requests of lists, 0 leaks")


@each_door
async def test_no_header_makes_somebody_else(door: Dialect, world: World) -> None:
    """What a proxy would say of the client, the address or the method is no key: every read is answered as without."""
    walk, _, calls = await walk_of(door, world)
    caller = Caller("a neighbour behind a proxy", "neighbour", world.neighbours[door.name].headers)
    key = walk.victim.key
    spoofed = SPOOFED | {"X-Merchant-Id": str(walk.victim.merchant_id), "X-Api-Key-Id": str(key.key_id)}
    for call in calls:
        if call.operation.method == "GET":
            plain = await walk.send(caller, call)
            assert as_told(await walk.send(caller, call, **spoofed), call) == as_told(plain, call), call.path


class Open:
    """What the victim's addresses hold, and every word that is the victim's alone."""

    def __init__(self, mine: Stored, others: Stored) -> None:
        self.orders = mine.rows["orders"]
        found = {row["channel"]: row for row in self.orders}
        self.rows = [*found.values(), *mine.rows["deposits"][:1]]
        self.hidden = mine.words() - others.words()


async def opened(world: World) -> Open:
    engine, stranger_id = world.app.engine, world.stranger_id
    [victim_id] = {seller.merchant_id for seller in world.victims.values()}
    [neighbour_id] = {seller.merchant_id for seller in world.neighbours.values()}
    return Open(await stored(engine, victim_id), await stored(engine, neighbour_id, stranger_id, 0))


def addresses(found: Open) -> Iterator[tuple[str, str, str]]:
    """(method, right address, wrong address) of every route below every way to open something of the victim's: with a
    secret that nobody has, with an id or a code in place of a secret, with the code alone, and with the secret of
    another."""
    for row, other in zip(found.rows, found.rows[1:] + found.rows[:1], strict=True):
        secret, code = row["secret"], row["public_id"]
        for route in PAGES.routes:
            path = route.path
            if "{secret}" in path:
                right = path.replace("{secret}", secret)
                for wrong in (forged(secret), code, f"{code}{secret}"[:128], row.get("number", code), secret[:-1]):
                    yield route.method, right, path.replace("{secret}", wrong)
            elif "{code}" in path and not path.startswith("/payment/"):
                right = path.replace("{code}", code) + f"?t={secret}"
                for query in ("", f"?t={forged(secret)}", f"?t={other['secret']}", f"?t={code}", f"?T={secret}"):
                    yield route.method, right, path.replace("{code}", code) + query
                yield route.method, right, path.replace("{code}", forged(code)) + f"?t={secret}"


async def test_a_page_opens_by_its_whole_address_only(world: World) -> None:
    """Anything else is the page that nobody's address gets, to the letter, with every key there is, and in both
    languages; it names nothing."""
    found, sent = await opened(world), 0
    keys = [seller.headers for seller in world.victims.values()]
    for method, _, wrong in addresses(found):
        nobodys = None
        for headers in ({}, keys[sent % len(keys)]):
            answer = await world.client.request(method, wrong, headers=headers, data={} if method == "POST" else None)
            sent += 1
            assert answer.status_code == 404, (method, wrong, answer.text[:300])
            assert seen_in(answer) & found.hidden - words(wrong) == set()
            nobodys = nobodys or answer.text
            assert answer.text == nobodys
    # Of live pages only the head: they stay open.
    rights = {right for method, right, _ in addresses(found) if method == "GET"}
    shown = [await world.client.request("HEAD" if "/events" in right else "GET", right) for right in rights]
    assert {answer.status_code for answer in shown} <= {200, 303, 404}
    telling = [answer for answer in shown if answer.status_code == 200 and seen_in(answer) & found.hidden]
    assert len(telling) >= len(found.rows)
    assert sent > 300
    print(f"\npages: {sent} requests, 0 leaks")


async def test_a_short_link_names_nobody(world: World) -> None:
    """What may be guessed shows what is to be paid, and no word about who pays."""
    found = await opened(world)
    links = {order["details"]["link_code"]: order for order in found.orders if order["details"].get("link_code")}
    assert links
    for code, order in links.items():
        answer = await world.client.get(f"/payment/{code}")
        assert answer.status_code == 200
        people = words(f"{order['contact']} {order['details']} {order['reference']}") & found.hidden
        assert seen_in(answer) & (people - {code}) == set()


@pytest.mark.parametrize("path", PUBLIC)
async def test_what_is_public_names_nothing(world: World, path: str) -> None:
    """Front page, documents, readiness and metrics, asked with and without somebody's key."""
    found = await opened(world)
    transport = httpx.ASGITransport(app=world.app.scrape)
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as scraping:
        for client in (world.client, scraping):
            for headers in ({}, *(seller.headers for seller in world.victims.values())):
                answer = await client.get(path, headers=headers)
                assert answer.status_code in (200, 404)
                assert seen_in(answer) & found.hidden == set(), path
