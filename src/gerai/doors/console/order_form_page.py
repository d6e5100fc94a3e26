"""The form of a service type's orders: arranged as fields or written as JSON Schema, with the form and the request that
it makes."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, Refusal
from gerai.doors.console import answers
from gerai.doors.console.acting import at_form
from gerai.doors.console.counters import Counters
from gerai.doors.console.looking import desk_page
from gerai.doors.console.order_form import (
    fields_sent,
    form_of,
    rows_of,
    rows_sent,
    rows_shown,
    unplaced,
)
from gerai.doors.console.who import AtDesk
from gerai.doors.http.context import RequestContext
from gerai.engine.catalogue.services import SERVICES
from gerai.engine.desk.acts.arrange_order_fields import FieldsArranged
from gerai.engine.desk.acts.edit_service_type import ServiceTypeEdit
from gerai.engine.desk.fields import ById
from gerai.engine.desk.first_orders import curl_of, service_requests
from gerai.engine.desk.order_fields import schema_of
from gerai.engine.desk.read import read_texts
from gerai.engine.desk.registry import acts, look, perform, views
from gerai.engine.desk.views.one_service_type import TypeShown
from gerai.kit.ids import token
from gerai.kit.schema_sample import sample_of

#: Its page is this one, and not the form that every act has.
ACT: Final = "service_types.fields"
_A_KEY: Final = "KUNCI_ANDA"
_A_CODE: Final = "KODE_LAYANAN"


class OrderFormPage:
    """Its endpoints. ``counters``: what the doors are called."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    async def page(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """As it is. Refuses NotFound and PermissionMissing."""
        found = await _type(desk, ctx.query.get("id", ""))
        return self._shown(ctx, desk, found, rows_of(found.fields), {"seen": found.seen})

    async def sent(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """Saved, and on to the type; or the form again: with a further row, with what it makes, or with what is wrong.
        Refuses NotFound, PermissionMissing, Busy."""
        form = await desk.visitor.form(ctx)
        sent = {name: texts[-1] for name, texts in form.items()}
        found, rows, does = await _type(desk, sent.get("id", "")), rows_sent(sent), sent.get("do", "look")
        try:
            if does == "raw":
                await _save_raw(desk, sent)
            elif does == "save":
                await _save(desk, sent, rows)
            else:
                schema = schema_of(fields_sent(rows)) if does == "look" else None
                return self._shown(ctx, desk, found, rows, sent, schema=schema, spare=3 if does == "more" else 1)
        except InputInvalid as refusal:
            return self._shown(ctx, desk, found, rows, sent, faults=refusal.fields)
        except Refusal as refusal:
            status, text = at_form(refusal, answers.words_for(ctx))
            return self._shown(ctx, desk, found, rows, sent, said=[text], status=status)
        return answers.see(f"{desk.base}/service_types/{found.id}?done={ACT}")

    def _shown(
        self, ctx: RequestContext, desk: AtDesk, found: TypeShown, rows: list[dict[str, str]], sent: dict[str, str], *,
        schema: dict[str, Any] | None = None, faults: dict[str, list[str]] | None = None, said: list[str] | None = None,
        spare: int = 1, status: int = 400,
    ) -> Response:  # fmt: skip
        words, wrong = answers.words_for(ctx), faults or {}
        makes = found.input_schema if schema is None else schema
        services = desk.within.engine.directory.get(SERVICES, desk.within.merchant_id).by_id.values()
        code = next((one.code for one in services if one.type_id == found.id), _A_CODE)
        requests = [
            (self._counters.named(door), curl_of(order, ctx.base_url))
            for door, order in service_requests(desk.within, code, sample_of(makes), _A_KEY)
        ]
        raw = sent.get("input_schema") or msgspec.json.format(msgspec.json.encode(makes)).decode()
        bad = bool(wrong or said)
        return desk_page(
            ctx, desk, "order_form.html", "service_types", status if bad else 200, title=words.of(acts()[ACT].title),
            about=found.name, id=found.id, seen=sent.get("seen", ""), once=token(),
            rows=rows_shown(rows, words, wrong, spare), only_raw=not found.fields and not rows, raw=raw,
            raw_faults=wrong.get("input_schema", []), said=[*(said or []), *_left(wrong)],
            form=form_of(makes, words), tried=schema is not None, requests=requests,
            back=f"{desk.base}/service_types/{found.id}",
        )  # fmt: skip


def _left(faults: dict[str, list[str]]) -> list[str]:
    return unplaced({name: texts for name, texts in faults.items() if name != "input_schema"})


async def _type(desk: AtDesk, number: str) -> TypeShown:
    if not desk.may(acts()[ACT].permission):
        raise PermissionMissing(acts()[ACT].permission)
    try:
        wanted = read_texts(ById, {"id": number}, rupiah=True)
    except InputInvalid:
        raise NotFound("service_type", number) from None
    for row in (await look(views()["service_types.show"], desk.within, wanted, desk.caller)).rows:
        if isinstance(row, TypeShown):
            return row
    raise NotFound("service_type", number)


async def _save(desk: AtDesk, sent: dict[str, str], rows: list[dict[str, str]]) -> None:
    about = read_texts(ServiceTypeEdit, {"id": sent.get("id", ""), "seen": sent.get("seen", "")}, rupiah=True)
    given = FieldsArranged(id=about.id, seen=about.seen, fields=fields_sent(rows))
    await perform(acts()[ACT], desk.within, given, desk.caller, key=sent.get("once", "")[:64])


async def _save_raw(desk: AtDesk, sent: dict[str, str]) -> None:
    texts = {name: sent.get(name, "") for name in ("id", "seen", "input_schema")}
    given = read_texts(ServiceTypeEdit, texts, rupiah=True)
    if not texts["input_schema"].strip():
        raise InputInvalid({"input_schema": ["is required"]})
    await perform(acts()["service_types.edit"], desk.within, given, desk.caller, key=sent.get("once", "")[:64])
