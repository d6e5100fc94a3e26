"""The first shop of a server, opened on a page by whoever runs the server."""

from __future__ import annotations

from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, PermissionMissing
from gerai.doors.console import answers
from gerai.doors.console.start_fields import inputs
from gerai.doors.console.who import Visitor, last_of
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.acts.open_merchant import NewMerchant
from gerai.engine.desk.first_shop import code_for, free_code, step_named
from gerai.engine.desk.house import House, Within
from gerai.engine.desk.read import read_texts
from gerai.engine.desk.registry import acts, perform


async def shop_page(ctx: RequestContext, house: House, visitor: Visitor) -> Response:
    """What the shop is called. Refuses PermissionMissing."""
    _require_operator(visitor)
    return _page(ctx, visitor, {})


async def shop_sent(ctx: RequestContext, house: House, visitor: Visitor) -> Response:
    """Opened, and on to its first step; or the form again with what is wrong, and with its code where that was the
    trouble. Refuses PermissionMissing."""
    _require_operator(visitor)
    form = await visitor.form(ctx)
    name = last_of(form, "name").strip()
    code = last_of(form, "code").strip() or (code_for(name) if name else "")
    try:
        given = read_texts(NewMerchant, {"name": name, "code": code}, rupiah=True)
        within = Within(house, 0, "production")
        await perform(acts()["merchants.open"], within, given, visitor.caller(0, ctx))
    except InputInvalid as refusal:
        faults = {("code" if field == "merchant" else field): texts for field, texts in refusal.fields.items()}
        if "merchant" in refusal.fields:
            code = free_code(code, {shop.code for shop in house.engine.directory.merchants()})
        return _page(ctx, visitor, {"name": name, "code": code}, faults)
    return answers.see(f"/console/{code}/production/start")


def may_open(visitor: Visitor) -> bool:
    """Whether the person runs the server: owner of every shop, also of those to come."""
    return visitor.who.person.everywhere


def _require_operator(visitor: Visitor) -> None:
    if not may_open(visitor):
        raise PermissionMissing("everywhere")


def _page(
    ctx: RequestContext, visitor: Visitor, filled: dict[str, str], faults: dict[str, list[str]] | None = None
) -> Response:
    step, found = step_named("shop"), faults or {}
    assert step is not None
    words = answers.words_for(ctx)
    # The code is made of the name; it is asked where that did not do.
    asked = [one for one in step.questions if one.name != "code" or "code" in found]
    fields = inputs(asked, words, filled, found)
    return answers.page(
        ctx, "start_shop.html", 400 if found else 200, visitor=visitor, title=words.of(step.text), fields=fields
    )
