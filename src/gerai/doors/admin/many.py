"""One act for many things: a path beside the act's own, and what the document says of it."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, Refusal
from gerai.doors.admin.problems import problem_of
from gerai.doors.http.door import reply
from gerai.engine.desk.bulk import MOST, BulkAnswer, BulkState, perform_each
from gerai.engine.desk.house import Within
from gerai.engine.desk.paths import act_path
from gerai.engine.desk.read import read_json
from gerai.engine.desk.registry import Act, DeskCaller, Done, acts
from gerai.kit.json_values import is_array, is_object

_ABOUT: Final = f"""Each of `rows` (at most {MOST}) is done for itself and has a line in the answer, in their order: one
may be done while another is refused, so the answer is 200 either way. With an `Idempotency-Key` each row is done once
under that key: send the same again to try those that are `busy`. Rows that do not fit are refused (400) before anything
is done; the names of `errors` begin with the row's number, from 1."""


class AnsweredRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row. ``state``: ``again``: it was done before under the same key; ``busy``: it may be sent again as it is.
    ``done``: as the act alone gives it; ``problem``: why it was not done."""

    id: str
    state: BulkState
    done: Done | None = None
    problem: dict[str, Any] | None = None


class AnsweredRows(msgspec.Struct, frozen=True):
    """What came of each."""

    rows: tuple[AnsweredRow, ...]


def acts_for_many() -> list[Act]:
    """Every act that may be done to many at once."""
    return [act for act in acts().values() if act.bulk is not None]


def many_path(act: Act) -> str:
    """``/acts/orders.process/bulk``."""
    return f"{act_path(act)}/bulk"


async def do_many(act: Act, within: Within, caller: DeskCaller, body: Any, key: str) -> Response:
    """Do the act to each row of the body. Refuses InputInvalid."""
    caller.require(act.permission)
    if not is_object(body) or not is_array(rows := body.get("rows")):
        raise InputInvalid({"rows": ["a list of objects is needed"]})
    reason = body.get("reason", "")
    if not isinstance(reason, str):
        raise InputInvalid({"reason": ["a text is needed"]})
    if len(rows) > MOST:
        raise InputInvalid({"rows": [f"at most {MOST} at once"]})
    given, faults = list[Any](), dict[str, list[str]]()
    for number, row in enumerate(rows, 1):
        try:
            given.append(read_json(act.input, row))
        except InputInvalid as refusal:
            faults |= {f"{number}.{name}": texts for name, texts in refusal.fields.items()}
    if faults:
        raise InputInvalid(faults)
    found = await perform_each(act, within, given, caller, reason=reason, key=key)
    return reply(AnsweredRows(tuple(_row(one, caller.request_id) for one in found)))


def _row(one: BulkAnswer, request_id: str) -> AnsweredRow:
    refusal: Refusal | None = one.refusal
    return AnsweredRow(
        str(one.id), one.state, one.done, None if refusal is None else problem_of(refusal, request_id)
    )  # fmt: skip


def many_paths(prefix: str, ref: str, key: dict[str, Any], reason: dict[str, Any], refused: Any) -> dict[str, Any]:
    """The paths of the document. ``key``: the parameter of an idempotency key; ``reason``: the schema of why;
    ``refused``: the response of what is refused."""
    return {prefix + many_path(act): {"post": _operation(act, ref, key, reason, refused)} for act in acts_for_many()}


def _operation(act: Act, ref: str, key: dict[str, Any], reason: dict[str, Any], refused: Any) -> dict[str, Any]:
    rows = {"type": "array", "minItems": 1, "maxItems": MOST, "items": {"$ref": ref.format(name=act.input.__name__)}}
    schema = {
        "type": "object",
        "required": ["rows", *(["reason"] if act.reasoned else [])],
        "properties": {"rows": rows, "reason": reason},
    }
    answer = {"application/json": {"schema": {"$ref": ref.format(name=AnsweredRows.__name__)}}}
    return {
        "operationId": f"{act.name}.bulk",
        "tags": [act.name.partition(".")[0]],
        "summary": f"{act.title.en}: many at once",
        "description": f"{act.title.id}. Scope `{act.permission}`. {_ABOUT}",
        "parameters": [key],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "A line for each.", "content": answer}, "default": refused},
    }
