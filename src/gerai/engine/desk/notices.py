"""What views and acts of notices share: the one somebody means, who sent it, and what of it is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from gerai.domain.records import Notice, NoticeSource
from gerai.domain.refusals import NotFound
from gerai.domain.states import NOTICE
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import require_real
from gerai.engine.gateways.notice import take_notice
from gerai.kit.json_values import is_array, is_object
from gerai.store import notices as sql

#: What proves a notice, or opens something: whoever reads the body needs none of it.
_SEALED: Final = re.compile(r"sign|hash|token|secret|password|api.?key|server.?key|hmac|digest", re.IGNORECASE)
_HIDDEN: Final = "•••"
#: As much of a body as is shown.
_LONGEST: Final = 20_000
_ACTS: Final = {"finish": "notices.read", "dismiss": "notices.dismiss"}


async def notice_here(within: Within, notice_id: int) -> tuple[Notice, NoticeSource]:
    """The notice with this id and who sent it. Refuses NotFound: there is none, or the desk is the sandbox's, where no
    real money comes."""
    require_real(within, "notice", notice_id)
    async with within.engine.connection() as connection:
        notice = await sql.notice(connection, within.merchant_id, notice_id)
        source = None if notice is None else await sql.source(connection, within.merchant_id, notice.source_id)
    if notice is None or source is None:
        raise NotFound("notice", str(notice_id))
    return notice, source


def notice_acts(status: str) -> tuple[str, ...]:
    """The acts that its state allows."""
    return tuple(act for verb, act in _ACTS.items() if NOTICE.can(status, verb))


def sender_named(within: Within, form: str) -> str:
    """What people call whoever sends notices of this form: a service, a courier, a gateway."""
    known = within.house.notice_forms.get(form)
    gateway = within.house.gateways.gateways.get(form)
    return known.title if known is not None else gateway.title if gateway is not None else form


def reader_of(within: Within) -> Any:
    """What reads the notices of gateways."""
    return partial(take_notice, within.engine, within.house.gateways)


def shown_body(body: bytes) -> str:
    """A notice as it came, without what proves it or opens something; a long one is cut."""
    text = body.decode("utf-8", "replace")
    try:
        shown = msgspec.json.format(msgspec.json.encode(_without_sealed(msgspec.json.decode(body)))).decode()
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        shown = _form_shown(text)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + " …"


def _form_shown(text: str) -> str:
    """The fields of a posted form, one a line; any other text as it is."""
    pairs = parse_qsl(text, keep_blank_values=True) if "=" in text and "\n" not in text.strip() else []
    return "\n".join(f"{name}: {_HIDDEN if _SEALED.search(name) else value}" for name, value in pairs) or text


def _without_sealed(value: Any) -> Any:
    if is_object(value):
        named: Mapping[str, Any] = value
        return {name: _HIDDEN if _SEALED.search(name) else _without_sealed(one) for name, one in named.items()}
    return [_without_sealed(one) for one in value] if is_array(value) else value
