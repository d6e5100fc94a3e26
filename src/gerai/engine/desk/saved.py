"""Saved views: whose they are, how many there may be, and what an address may be saved as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlencode

from msgspec import Meta

from gerai.domain.refusals import InputInvalid, PermissionMissing
from gerai.engine.acting import Acting, acting_now
from gerai.engine.desk.read import read_texts
from gerai.engine.desk.registry import views
from gerai.store import saved_views as sql
from gerai.store.connection import Connection
from gerai.store.saved_views import SavedView

#: Of one person, and of those that a shop shares.
MOST: Final = 50
#: All that one person can see.
MOST_SEEN: Final = 2 * MOST
#: Where one is in a list is no part of what it shows.
_PLACES: Final = frozenset({"after", "limit"})
#: Whoever may take orders on may change what the shop sees.
_SHARES: Final = "orders:act"

PageName = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z_]+(?![\s\S])")]
QueryText = Annotated[str, Meta(max_length=1000)]
ViewName = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]


def query_of(page: str, query: str) -> str:
    """How the list is narrowed, as it is kept. Refuses InputInvalid: there is no such list, or its filter takes no such
    thing."""
    view = views().get(f"{page}.list")
    if view is None:
        raise InputInvalid({"page": ["there is no such list"]})
    pairs = [(name, text) for name, text in parse_qsl(query) if name not in _PLACES]
    asked = defaultdict[str, list[str]](list)
    for name, text in pairs:
        asked[name].append(text)
    given: dict[str, Any] = {name: texts[0] if len(texts) == 1 else texts for name, texts in asked.items()}
    try:
        read_texts(view.filter, given, rupiah=True)
    except InputInvalid as refusal:
        raise InputInvalid(
            {"query": [f"{name}: {text}" for name, of in refusal.fields.items() for text in of]}
        ) from None
    return urlencode(pairs)


async def mine_in(connection: Connection, merchant_id: int) -> Mapping[int, SavedView]:
    """What whoever acts may change: their own, and the shop's where they may share."""
    act = _act()
    found = await sql.seen_by(connection, merchant_id, act.actor.label, MOST_SEEN)
    return {one.view_id: one for one in found}


def require_mine(view: SavedView, *, shared: bool) -> None:
    """Refuses PermissionMissing: it is another's, or is to be the shop's, and whoever acts may not share."""
    act = _act()
    if (shared or view.shared or view.owner != act.actor.label) and _SHARES not in act.permissions:
        raise PermissionMissing(_SHARES)


def require_room(known: Mapping[int, SavedView], *, shared: bool, but: int = 0) -> None:
    """Refuses InputInvalid: there are as many as there may be."""
    if sum(one.shared == shared for one in known.values() if one.view_id != but) >= MOST:
        raise InputInvalid({"name": [f"at most {MOST}"]})


def owner_now() -> str:
    """Whoever acts, as it is kept."""
    return _act().actor.label


def _act() -> Acting:
    act = acting_now()
    if act is None:
        raise RuntimeError("saved views are somebody's: they are changed by an act")
    return act
