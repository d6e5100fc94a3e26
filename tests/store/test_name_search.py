"""Orders by several words of their names: the same orders in the same order, whichever way they are looked for."""

from __future__ import annotations

import json
import random
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg
import pytest
from plans_kit import explain, sent_by
from psycopg import AsyncConnection

from cluster_kit import migrated_scratch
from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.search import has_words, names, query_of
from gerai.store import orders, rare_terms
from gerai.store.fill_terms import fill_terms

DOOR = Scope(1, "production", "scalev")
NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
ORDERS = 3000
#: As so many rows make a word rare: of nothing (every search reads all matches), of a few, of most that are here, of
#: what the server takes.
RARE = (-1, 2, 40, 500)
OFTEN = ("Customer", "Budi", "toko", "José")
SELDOM = ("Łukasz", "Budiman", "Straße", "李小龍", "O'Brien", "tokoku", "🌸")
TEXTS = (
    "customer", "CUSTOMER", "cust", "c", "budi", "bud", "BUDI.", "toko", "tokok", "jose", "josé", "łukasz", "strasse",
    "李", "李小龍", "o", "brien", "1", "12", "17", "2500", "absent", "🌸", "zz",
)  # fmt: skip


class Stored(NamedTuple):
    """An order as the oracle knows it."""

    at: datetime
    order_id: int
    name: str
    status: str
    member_id: int


@dataclass(frozen=True)
class Shop:
    """Its database, and its orders, newest first."""

    dsn: str
    stored: list[Stored]


def _name(pick: random.Random, number: int) -> str:
    kind = pick.random()
    if kind < 0.6:
        return f"Customer {number}"
    if kind < 0.7:
        return pick.choice(("", "🌸", "❤️ 🌸", "…", " ".join(f"w{n}" for n in range(20)) + " customer", "x" * 70))
    # Nobody is both: José and Budi never meet.
    nobody = pick.choice(("José", "Budi"))
    first = [word for word in OFTEN if word != nobody]
    return " ".join([*pick.sample(first, pick.randint(1, 2)), pick.choice((*SELDOM, str(number)))])


def _made(number: int, pick: random.Random) -> Stored:
    # Some weeks have many, and some moments several; a word that is old is in no new order.
    weeks = pick.choice((0, 0, 0, 1, 1, 2, 5, 9, 30, 30, 31, 60))
    at = NOW - timedelta(weeks=weeks, hours=pick.randint(0, 100))
    name = _name(pick, number) if weeks < 60 else f"Customer archive {number}"
    return Stored(at, number, name, pick.choice(("pending", "completed", "completed")), pick.choice((1, 2, 2, 2)))


@pytest.fixture(scope="module")
def shop() -> Generator[Shop]:
    pick = random.Random(3)
    made = [_made(number, pick) for number in range(1, ORDERS + 1)]
    with migrated_scratch() as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(
                "INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, "
                "funding, currency, total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, "
                "created_at, updated_at, labels, contact, member_id) "
                "SELECT 1, n, 'production', 'scalev', 'o' || n, 'N-' || n, '', s, 'free', 'IDR', 500000, 0, 0, '', '', "
                "'start', '{}', at, at, '{}', jsonb_build_object('name', name), m "
                "FROM unnest(%s::timestamptz[], %s::int8[], %s::text[], %s::text[], %s::int8[]) t(at, n, name, s, m)",
                tuple(map(list, zip(*made, strict=True))),
            )
            connection.execute("INSERT INTO orders_without_terms VALUES (1, 2::int8 ^ 62)")
            fill_terms(connection)
            connection.execute("VACUUM ANALYZE")
        yield Shop(server.dsn, sorted(made, reverse=True))


def _expected(shop: Shop, scope: Scope, wanted: OrderFilter) -> list[Stored]:
    """A plain look at every order."""
    edges = {order.order_id: order[:2] for order in shop.stored}
    found = [
        order
        for order in shop.stored
        if names(wanted.search, order.name)
        and (not wanted.statuses or order.status in wanted.statuses)
        and scope.member_id in (None, order.member_id)
        and (wanted.created_from is None or order.at >= wanted.created_from)
        and (wanted.created_until is None or order.at < wanted.created_until)
        and (wanted.before_id is None or order[:2] < edges[wanted.before_id])
        and (wanted.after_id is None or order[:2] > edges[wanted.after_id])
    ]
    return found[::-1] if wanted.after_id is not None else found


def _wanted(shop: Shop, pick: random.Random) -> OrderFilter:
    text = " ".join(pick.sample(TEXTS, pick.choice((2, 2, 2, 3))))
    if pick.random() < 0.3:
        text = pick.choice(shop.stored).name or "🌸 budi"
    facts: dict[str, Any] = {"search": text, "search_fields": ("name",), "skip": pick.choice((0, 0, 1, 30))}
    edge = pick.choice(shop.stored)
    more: list[dict[str, Any]] = [
        {}, {}, {"statuses": ("pending",)}, {"before_id": edge.order_id}, {"after_id": edge.order_id},
        {"created_from": edge.at}, {"created_until": edge.at}, {"after_id": edge.order_id, "statuses": ("completed",)},
    ]  # fmt: skip
    return OrderFilter(**facts, **pick.choice(more))


async def test_whatever_is_rare(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """For any words, common, rare or absent, written in any way, with any filter and on any page: exactly the orders
    with all of them, in order, each once, and counted; whether their rarest word is asked first or none is."""
    pick, hits, empty = random.Random(5), 0, 0
    async with await AsyncConnection.connect(shop.dsn, autocommit=True) as connection:
        for _ in range(150):
            wanted, limit = _wanted(shop, pick), pick.choice((1, 7, 26))
            scope = DOOR._replace(member_id=pick.choice((None, None, 1)))
            expected = [order.order_id for order in _expected(shop, scope, wanted)]
            for rare in RARE:
                monkeypatch.setattr(rare_terms, "RARE", rare)
                page = await orders.by_filter(connection, scope, wanted, limit)
                found = [order.order_id for order in page]
                assert found == expected[wanted.skip :][:limit], (rare, scope, wanted)
                at_most = pick.choice((2, 5000))
                counted = await orders.count(connection, scope, replace(wanted, skip=0), at_most)
                assert counted == min(len(expected), at_most), (rare, scope, wanted)
            hits, empty = hits + bool(expected), empty + (not expected)
    assert hits > 40
    assert empty > 20


async def _sent(shop: Shop, text: str, **more: Any) -> list[str]:
    """The statements of a search."""
    wanted = OrderFilter(search=text, search_fields=("name",), **more)
    return [each.text for each in await sent_by(shop.dsn, lambda c: orders.by_filter(c, DOOR, wanted, 26))]


async def test_a_rare_word_is_asked_first(shop: Shop) -> None:
    """When one of the words is rare, nobody's other words are read: neither with a word everybody has, nor on a later
    page. Two that are not rare are read week by week, and one word alone is not counted first."""
    rare, common = f"Customer {shop.stored[0].order_id}", "cust customer"
    assert len(_expected(shop, DOOR, OrderFilter(search=common))) > rare_terms.RARE
    for text in (rare, "customer absent", "Budi Łukasz"):
        for more in ({}, {"before_id": shop.stored[5].order_id}, {"after_id": shop.stored[-1].order_id}):
            sent = await _sent(shop, text, **more)
            assert not any("INTERSECT" in each for each in sent), text
            assert "array_agg" in sent[0]
    assert "INTERSECT" in (await _sent(shop, common))[-1]
    assert len(await _sent(shop, "customer")) == 1


async def test_a_week_without_one_of_the_words_is_not_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two words too common to be read by name, one of them in the oldest weeks alone: the other's matches of the weeks
    since then are not read."""
    monkeypatch.setattr(rare_terms, "RARE", -1)
    wanted = OrderFilter(search="customer archive", search_fields=("name",))
    [_, walk] = await sent_by(shop.dsn, lambda c: orders.by_filter(c, DOOR, wanted, 5000))
    with psycopg.connect(shop.dsn, autocommit=True) as connection:
        weeks = connection.execute("SELECT count(DISTINCT week) FILTER (WHERE term = 'narchive'), count(DISTINCT week) "
                                   "FROM order_terms").fetchone()  # fmt: skip
        plan = explain(connection, walk)
    assert weeks is not None
    assert weeks[0] < 3 < 6 < weeks[1]
    assert _loops(json.loads(plan.text), "SetOp") == [weeks[0]]


def _loops(node: dict[str, Any], kind: str) -> list[int]:
    """How often each node of this kind was begun."""
    own = [node["Actual Loops"]] if node["Node Type"] == kind else []
    return own + [times for part in node.get("Plans", []) for times in _loops(part, kind)]


def test_a_name_says_what_its_terms_say() -> None:
    """What is read of a name finds it exactly when its words, looked for one by one, do."""
    pick = random.Random(9)
    texts = [*TEXTS, *(_name(pick, number) for number in range(200))]
    for _ in range(2000):
        text, name = f"{pick.choice(texts)} {pick.choice(TEXTS)}", pick.choice(texts)
        assert has_words(query_of(text, ("name",)).words, name) == names(text, name), (text, name)
