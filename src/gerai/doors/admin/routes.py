"""A path for each view and act: request → filter or input → the registry → JSON."""

from __future__ import annotations

import asyncio
import io
from collections import defaultdict
from typing import Any, Final

from starlette.responses import Response

from gerai.domain.records import Environment
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.doors.admin.document import PREFIX, document
from gerai.doors.admin.keys import CHANNEL
from gerai.doors.admin.many import acts_for_many, do_many, many_path
from gerai.doors.http.body import parse_json
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Endpoint, Route, reply
from gerai.doors.http.download import attachment, download
from gerai.doors.http.idempotency import REPLAYED, IdempotencyKeys
from gerai.doors.http.language import choose_language
from gerai.doors.http.paper.download import paper_answer
from gerai.doors.http.turns import READS
from gerai.doors.http.uploads import UPLOADS, taking_file
from gerai.engine.acting import Actor
from gerai.engine.desk.bring_in import LARGEST_FILE_BYTES, bring_in
from gerai.engine.desk.export import MEDIA_TYPES, is_listed, open_export
from gerai.engine.desk.house import House, Within
from gerai.engine.desk.importing import Import, ImportAsked, imports, template
from gerai.engine.desk.paths import act_path, import_path, view_path
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
    found += [
        Route("GET", f"{PREFIX}{view_path(view)}.{kind}", _file(house, view, kind))
        for view in views().values()
        if is_listed(view)
        for kind in MEDIA_TYPES
    ]
    found += [
        Route("GET", f"{PREFIX}{view_path(view)}.pdf", _paper(house, view))
        for view in views().values()
        if view.paper is not None
    ]
    found += [Route("POST", PREFIX + act_path(act), _act(house, act)) for act in acts().values() if not act.outside]
    found += [Route("POST", PREFIX + many_path(act), _many(house, act)) for act in acts_for_many()]
    for one in imports().values():
        found.append(Route("POST", f"{PREFIX}{import_path(one)}", _import(house, one)))
        found += [
            Route("GET", f"{PREFIX}{import_path(one)}.{kind}", _template(house, one, kind)) for kind in MEDIA_TYPES
        ]
    return tuple(found)


def _view(house: House, view: View) -> Endpoint:
    one = view.name.endswith(".show")

    async def answer(ctx: RequestContext) -> Response:
        within, caller = _enter(ctx, house)
        caller.require(view.permission)
        async with READS.one(within.merchant_id):
            page = await look(view, within, _wanted(ctx, view), caller)
        if not one:
            return reply({"rows": page.rows, "next": page.next})
        if not page.rows:
            raise NotFound(view.name.partition(".")[0], ctx.path_params["id"])
        return reply(page.rows[0])

    return answer


def _file(house: House, view: View, kind: str) -> Endpoint:
    async def answer(ctx: RequestContext) -> Response:
        within, caller = _enter(ctx, house)
        caller.require(view.permission)
        return download(await open_export(view, within, _wanted(ctx, view), caller, kind))

    return answer


def _paper(house: House, view: View) -> Endpoint:
    async def answer(ctx: RequestContext) -> Response:
        within, caller = _enter(ctx, house)
        language = choose_language(None, None, ctx.headers.get("accept-language", ""))
        return await paper_answer(ctx, view, within, _wanted(ctx, view), caller, language)

    return answer


def _wanted(ctx: RequestContext, view: View) -> Any:
    """The filter that the request names. Refuses InputInvalid."""
    asked: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in (*ctx.query.multi_items(), *ctx.path_params.items()):
        asked[name].append(value)
    given: dict[str, Any] = {name: texts[0] if len(texts) == 1 else texts for name, texts in asked.items()}
    return read_texts(view.filter, given, rupiah=False)


def _act(house: House, act: Act) -> Endpoint:
    async def answer(ctx: RequestContext) -> Response:
        within, caller = _enter(ctx, house)
        caller.require(act.permission)
        key = _KEYS.read(ctx) or ""
        with taking_file(act, within):
            body = await _body(ctx, act)
            reason: Any = body.get("reason", "") if is_object(body) else ""
            if not isinstance(reason, str):
                raise InputInvalid({"reason": ["a text is needed"]})
            given = read_json(act.input, body, besides=("reason",))
            done = await perform(act, within, given, caller, reason=reason, key=key)
        return reply(done, headers=dict(REPLAYED) if done.replayed else None)

    return answer


async def _body(ctx: RequestContext, act: Act) -> Any:
    """The JSON of an act's request; of one that takes a file, as large as that is in base64."""
    if not act.file_bytes:
        return await ctx.json()
    settings = ctx.services.settings.http
    body = await ctx.file_body(act.file_bytes * 4 // 3 + settings.body_limit_bytes)
    return await asyncio.to_thread(parse_json, body, settings.json_depth_limit)


def _many(house: House, act: Act) -> Endpoint:
    async def answer(ctx: RequestContext) -> Response:
        within, caller = _enter(ctx, house)
        caller.require(act.permission)
        key = _KEYS.read(ctx) or ""
        return await do_many(act, within, caller, await ctx.json(), key)

    return answer


def _import(house: House, one: Import) -> Endpoint:
    async def answer(ctx: RequestContext) -> Response:
        within, caller = _enter(ctx, house)
        caller.require(one.permission)
        asked = read_texts(ImportAsked, dict(ctx.query.items()), rupiah=False)
        key = _KEYS.read(ctx) or ""
        with UPLOADS.one(merchant=str(within.merchant_id)):
            file = io.BytesIO(await ctx.file_body(LARGEST_FILE_BYTES))
            report = await bring_in(
                one, within, caller, file,
                dry_run=asked.dry_run, per_row=asked.per_row, reason=asked.reason, key=key,
            )  # fmt: skip
        status = 200 if asked.dry_run or report.applied or report.replayed else 422
        return reply(report, status, headers=dict(REPLAYED) if report.replayed else None)

    return answer


def _template(house: House, one: Import, kind: str) -> Endpoint:
    async def answer(ctx: RequestContext) -> Response:
        _, caller = _enter(ctx, house)
        caller.require(one.permission)
        return attachment(template(one, kind), f"{one.things}.{kind}", MEDIA_TYPES[kind])

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
