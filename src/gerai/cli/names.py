"""Names somebody typed: a merchant, a key, an endpoint, a word of a list. One that is not there is refused with the
closest one there is and a list; nothing is done by a guess."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NoReturn, TypeVar

from gerai.cli.terminal import fail
from gerai.domain.refusals import NotFound
from gerai.domain.webhooks import Delivery
from gerai.engine.core import Engine
from gerai.engine.keys.manage import KeyRow, list_keys
from gerai.engine.webhooks import endpoints, history
from gerai.kit.closest import LISTED, not_known

W = TypeVar("W", bound=str)


def no_such(
    what: str, name: object, known: Iterable[object], shown_by: str = "", none: str = "there is none yet"
) -> NoReturn:
    """Leave with :func:`not_known` and exit code 1."""
    fail(not_known(what, str(name), known, shown_by, none=none))


def one_of(word: str, known: Collection[W], what: str) -> W:
    """The one of ``known`` that ``word`` is, or a sentence that lists them all and exit code 2."""
    found = next((one for one in known if one == word), None)
    return found or fail(not_known(what, word, known, listed=len(known)), 2)


async def merchant_named(engine: Engine, code: str, hint: str = "") -> int:
    """The id of the merchant with this code; without a code, of the only one there is. Else a clear message and exit
    code 1 (2 when one of several must be named)."""
    merchants = {m.code: m.merchant_id for m in engine.directory.merchants()}
    if not code and len(merchants) > 1:
        fail(f"there are several merchants: name one with --merchant ({', '.join(merchants)})", 2)
    if not code and len(merchants) == 1:
        return next(iter(merchants.values()))
    if not code:
        fail(f"there is no merchant yet{hint}")
    if code not in merchants:
        fail(not_known("merchant", code, merchants, "gerai merchants list") + hint)
    return merchants[code]


async def key_named(engine: Engine, merchant_id: int, key_id: int) -> KeyRow:
    """The merchant's key, revoked or not. Leaves when there is none, and names those that work."""
    keys = await list_keys(engine, merchant_id)
    found = next((key for key in keys if key.key_id == key_id), None)
    live = [key.key_id for key in keys if key.revoked_at is None]
    return found or no_such("key", key_id, live, "gerai keys list")


async def require_endpoint(engine: Engine, merchant_id: int, endpoint_id: int, *, removed: bool = False) -> str:
    """The endpoint's environment. Leave when the merchant has no such webhook endpoint. ``removed``: one that only its
    log knows will do."""
    known = {one.endpoint_id: one.environment for one in await endpoints.list_endpoints(engine, merchant_id)}
    if endpoint_id in known:
        return known[endpoint_id]
    if removed and (logged := await history.list_deliveries(engine, merchant_id, endpoint_id=endpoint_id, limit=1)):
        return logged[0].environment
    no_such("webhook endpoint", endpoint_id, known, "gerai webhooks list")


async def require_delivery(engine: Engine, merchant_id: int, delivery_id: int) -> Delivery:
    """The delivery. Leave when the merchant has no such webhook delivery."""
    try:
        return (await history.show_delivery(engine, merchant_id, delivery_id))[0]
    except NotFound:
        newest = await history.list_deliveries(engine, merchant_id, limit=LISTED + 1)
        no_such("delivery", delivery_id, [one.delivery_id for one in newest], "gerai webhooks log")
