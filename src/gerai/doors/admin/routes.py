"""A path for each view and act: request → filter or input → the registry → JSON."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from starlette.responses import Response

from gerai.domain.records import Environment
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.doors.admin.document import PREFIX, document
from gerai.doors.admin.keys import CHANNEL
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Endpoint, Route, reply
from gerai.doors.http.idempotency import REPLAYED, IdempotencyKeys
from gerai.engine.acting import Actor
from gerai.engine.desk.house import House, Within
from gerai.engine.desk.paths import act_path, view_path
from gerai.engine.desk.read import read_json, read_texts
from gerai.engine.desk.registry import Act, DeskCaller, View, acts, look, perform, views
from gerai.kit.json_values import is_object

#: In a minute, of one key.
_LIMIT: Final = 600
_KEYS: Final = IdempotencyKeys(
    dialect=CHANNEL, too_long="at most 255 characters", unprintable="printable ASCII, and one value"
)


def routes(house: House) -> tuple[Route, ...]:
    """All routes. What is of no merchant has none: a key is of one."""
    found = [Route("GET", f"{PREFIX}/openapi.json", _document)]
    found += [Route("GET", PREFIX + view_path(view), _view(house, view)) for view in views().values()]
    found += [Route("POST", PREFIX + act_path(act), _act(house, act)) for act in acts().values() if not act.outside]
    return tuple(found)


def _view(house: House, view: View) -> Endpoint:
    one = view.name.endswith(".show")

    async def answer(ctx: RequestContext) -> Response:
        within, caller = _enter(ctx, house)
        caller.require(view.permission)
        asked: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in (*ctx.query.multi_items(), *ctx.path_params.items()):
            asked[name].append(value)
        given: dict[str, Any] = {name: texts[0] if len(texts) == 1 else texts for name, texts in asked.items()}
        page = await look(view, within, read_texts(view.filter, given, rupiah=False), caller)
        if not one:
            return reply({"rows": page.rows, "next": page.next})
        if not page.rows:
            raise NotFound(view.name.partition(".")[0], ctx.path_params["id"])
        return reply(page.rows[0])

    return answer


def _act(house: House, act: Act) -> Endpoint:
    async def answer(ctx: RequestContext) -> Response:
        within, caller = _enter(ctx, house)
        caller.require(act.permission)
        key = _KEYS.read(ctx) or ""
        body = await ctx.json()
        reason: Any = body.get("reason", "") if is_object(body) else ""
        if not isinstance(reason, str):
            raise InputInvalid({"reason": ["a text is needed"]})
        given = read_json(act.input, body, besides=("reason",))
        done = await perform(act, within, given, caller, reason=reason, key=key)
        return reply(done, headers=dict(REPLAYED) if done.replayed else None)

    return answer


def _enter(ctx: RequestContext, house: House) -> tuple[Within, DeskCaller]:
    """The key's desk. Refuses NotAuthenticated and RateLimited."""
    key = ctx.authenticate(ctx.bearer(), CHANNEL)
    ctx.limit("admin", _LIMIT)
    actor = Actor("key", str(key.key_id), key.name)
    environment: Environment = "sandbox" if key.environment == "sandbox" else "production"
    return Within(house, key.merchant.merchant_id, environment), DeskCaller(actor, key.permissions, ctx.request_id)


async def _document(ctx: RequestContext) -> Response:
    return reply(document(ctx.base_url))
