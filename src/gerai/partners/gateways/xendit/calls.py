"""One call to Xendit: its key and version, and what an answer means that is none of success."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from gerai.kit.http import Outgoing, Unanswered
from gerai.kit.wire import Form, WireFault, read_as
from gerai.partners.gateways.steps import plain
from gerai.ports.gateways import Contract, GatewayRefused

_VERSION: Final = "2024-11-11"
_FIRST_SUCCESS, _FIRST_REDIRECT, _FIRST_REFUSAL, _FIRST_FAULT = 200, 300, 400, 500
#: Documented as "not now": nothing was done.
_NOT_NOW: Final = ("RATE_LIMIT_EXCEEDED", "CHANNEL_UNAVAILABLE", "ISSUER_UNAVAILABLE")
#: What keys of play money begin with.
_TEST_KEY: Final = "xnd_development_"


class _Error(msgspec.Struct, frozen=True):
    error_code: str
    message: str = ""


async def read(http: Outgoing, contract: Contract, form: type[Form], path: str, **query: str) -> Form:
    """What stands at a path. GatewayRefused: a plain no. Unanswered: everything else."""
    asked = f"{path}?{urlencode(query)}" if query else path
    return form_of(form, await _call(http, contract, "GET", asked))


async def write(
    http: Outgoing, contract: Contract, form: type[Form], path: str, body: Mapping[str, Any], key: str = ""
) -> Form:
    """Change something. ``key``: the same makes it once, where Xendit regards it (README). GatewayRefused: nothing was
    done. Unanswered: nobody knows."""
    return form_of(form, await _call(http, contract, "POST", path, msgspec.json.encode(body), key))


def form_of(form: type[Form], body: bytes) -> Form:
    """The body as this form. Unanswered: it is none."""
    try:
        return read_as(form, body)
    except WireFault as fault:
        raise Unanswered(str(fault)) from fault


async def _call(
    http: Outgoing, contract: Contract, method: str, path: str, content: bytes | None = None, key: str = ""
) -> bytes:
    secret = contract.secrets["secret_api_key"]
    if secret.startswith(_TEST_KEY) != (contract.environment == "sandbox"):
        raise GatewayRefused("wrong_environment", "keys of the sandbox begin with xnd_development_, others do not")
    headers = {
        "authorization": "Basic " + base64.b64encode(f"{secret}:".encode()).decode(),
        "accept": "application/json",
        "api-version": _VERSION,
    }
    if content is not None:
        headers["content-type"] = "application/json"
    if key:
        headers["idempotency-key"] = key
    answer = await http.send(method, f"{contract.base_url}/{path}", headers=headers, content=content)
    if _FIRST_SUCCESS <= answer.status < _FIRST_REDIRECT:
        return answer.body
    if answer.status < _FIRST_REFUSAL:
        raise Unanswered(f"status {answer.status}")
    error = form_of(_Error, answer.body)
    not_now = error.error_code in _NOT_NOW
    # A read that may be repeated is no refusal, and a fault on their side may have had its effect.
    if (not_now and content is None) or (not not_now and answer.status >= _FIRST_FAULT):
        raise Unanswered(f"status {answer.status}: {plain(error.error_code)}")
    raise GatewayRefused(plain(error.error_code), plain(error.message.replace(secret, "…")))
