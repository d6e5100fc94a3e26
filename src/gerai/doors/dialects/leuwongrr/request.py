"""What a client may send to create an order, and how it is read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, cast

import msgspec

from gerai.doors.dialects.leuwongrr.auth import CHANNEL
from gerai.doors.dialects.leuwongrr.gateway import canonical_code
from gerai.doors.http.body import PlainBody
from gerai.doors.http.field_rules import CONTROLS, FaultTexts, FieldRules
from gerai.doors.http.field_values import whole_number
from gerai.doors.http.fields import Fields
from gerai.doors.http.idempotency import IdempotencyKeys

OrderType = Literal["gamepass", "vip_server"]
ORDER_TYPES: Final[tuple[OrderType, ...]] = ("gamepass", "vip_server")
INVOICE: Final = "invoice"
BALANCE: Final = "balance"

_MAX_ID: Final = 2**63 - 1
_MAX_USERNAME: Final = 50
_MAX_METHOD: Final = 50
_MAX_REFERENCE: Final = 255
_MAX_KEY: Final = 255
_DEFAULT_LIMIT, _MAX_LIMIT = 20, 100
#: About no list: what links of campaigns carry, and a token, which is never taken from here (contract §2).
_ABOUT_NO_LIST: Final = re.compile(r"utm_\w{1,32}|token", re.ASCII)
#: The fields of the body; ``gamepass_id`` is an alias of ``roblox_pass_id``.
_FIELDS: Final = frozenset(
    {
        "order_type",
        "roblox_username",
        "place_id",
        "roblox_pass_id",
        "gamepass_id",
        "payment_method",
        "client_reference",
    }
)
_UNUSABLE_KEY: Final = f"Idempotency-Key harus berisi 1 sampai {_MAX_KEY} karakter ASCII yang dapat dicetak."

RULES: Final = FieldRules(
    texts=FaultTexts(
        required="{name} wajib diisi.",
        invalid="{name} tidak valid.",
        not_text="{name} harus berupa string.",
        not_whole_text="{name} harus berupa string atau bilangan bulat.",
        too_long="{name} maksimal berisi {most} karakter.",
        unprintable="{name} berisi karakter yang tidak diizinkan.",
        not_whole="{name} harus berupa bilangan bulat.",
        too_small="{name} minimal bernilai {least}.",
        too_large="{name} maksimal bernilai {most}.",
        unknown_choice="{name} yang dipilih tidak valid.",
        unknown_field="{name} tidak dikenal untuk daftar ini.",
        repeated="{name} hanya boleh dikirim satu kali.",
    ),
    refused_characters=CONTROLS,
)


class WantedOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """The decoded request: aliases resolved, defaults filled in, ``payment_method`` by its canonical code. Its digest
    is the idempotency fingerprint. ``typed_method``: the method as it was sent where that was another spelling."""

    order_type: OrderType
    roblox_username: str
    place_id: int
    pass_id: int
    payment_method: str
    client_reference: str
    typed_method: str = ""

    @classmethod
    def read(
        cls,
        order_type: OrderType,
        roblox_username: str,
        place_id: int,
        pass_id: int,
        typed_method: str,
        client_reference: str,
    ) -> WantedOrder:
        """Of the decoded values."""
        method = canonical_code(typed_method)
        typed = "" if method == typed_method else typed_method
        return cls(order_type, roblox_username, place_id, pass_id, method, client_reference, typed)


#: Nothing to strip, nothing invisible: ASCII between a letter or digit and another.
_PLAIN: Final = r"\A[0-9A-Za-z](?:[ -~]*[0-9A-Za-z])?\Z"
_Id = Annotated[int, msgspec.Meta(ge=1, le=_MAX_ID)]


class _PlainOrder(msgspec.Struct, forbid_unknown_fields=True):
    """A body in which nothing needs patience, as nearly all are. What it takes, the patient reader reads alike."""

    roblox_username: Annotated[str, msgspec.Meta(max_length=_MAX_USERNAME, pattern=_PLAIN)]
    place_id: _Id
    roblox_pass_id: _Id
    order_type: OrderType = ORDER_TYPES[0]
    payment_method: Annotated[str, msgspec.Meta(max_length=_MAX_METHOD, pattern=_PLAIN)] = INVOICE
    client_reference: Annotated[str, msgspec.Meta(max_length=_MAX_REFERENCE, pattern=_PLAIN)] = ""


def _digest(request: msgspec.Struct) -> bytes:
    """As it has been since the first version: keys that are kept must go on to name their orders. How the method was
    spelt is no part of it."""
    if isinstance(request, WantedOrder) and request.typed_method:
        request = msgspec.structs.replace(request, typed_method="")
    return hashlib.sha256(msgspec.msgpack.encode(request)).digest()


def as_typed(wanted: WantedOrder) -> WantedOrder:
    """The order with its method as it was sent, as it was kept under a key while every spelling was another method."""
    method = wanted.typed_method or wanted.payment_method
    return msgspec.structs.replace(wanted, payment_method=method, typed_method="")


IDEMPOTENCY: Final = IdempotencyKeys(
    dialect=CHANNEL,
    longest=_MAX_KEY,
    too_long=_UNUSABLE_KEY,
    unprintable=_UNUSABLE_KEY,
    shown_as="Idempotency-Key",
    digest=_digest,
)


#: For :meth:`RequestContext.json_or`.
PLAIN_ORDER: Final = PlainBody(_PlainOrder)


def read_order(body: _PlainOrder | Any) -> WantedOrder:
    """A create-order body. Refuses: BodyUnreadable; FieldsForbidden (every field that is not in the contract, before
    anything else); InputInvalid with all mistakes."""
    if not isinstance(body, _PlainOrder):
        return read_patiently(body)
    return WantedOrder.read(
        body.order_type, body.roblox_username, body.place_id, body.roblox_pass_id, body.payment_method,
        body.client_reference,
    )  # fmt: skip


def read_patiently(body: Any) -> WantedOrder:
    """The same, field by field: aliases, other spellings and every mistake."""
    form = Fields.of_body(body, RULES)
    # Before any other fault, as the contract has it.
    form.only(_FIELDS)
    wanted = WantedOrder.read(
        order_type=cast("OrderType", form.choice("order_type", ORDER_TYPES, otherwise=ORDER_TYPES[0])),
        roblox_username=form.text("roblox_username", required=True, most=_MAX_USERNAME),
        place_id=form.integer("place_id", required=True, most=_MAX_ID) or 0,
        pass_id=_pass_id(form),
        typed_method=form.text("payment_method", most=_MAX_METHOD, numbers=False) or INVOICE,
        client_reference=form.text("client_reference", most=_MAX_REFERENCE),
    )
    form.check()
    return wanted


def _pass_id(form: Fields) -> int:
    """One of both names is needed; both must say the same."""
    named = form.integer("roblox_pass_id", required=not form.has("gamepass_id"), most=_MAX_ID)
    alias = form.integer("gamepass_id", most=_MAX_ID)
    if form.has("roblox_pass_id") and form.has("gamepass_id") and named != alias:
        form.complain("gamepass_id", "gamepass_id harus sama dengan roblox_pass_id.")
    return named or alias or 0


def list_limit(query: Iterable[tuple[str, str]]) -> int:
    """``limit`` of a list: an integer, pulled into 1..100; 20 when absent. InputInvalid when it is no integer, and for
    every other name: lists have no pages and no filters, and one that ignored them would show the same again."""
    form = Fields.of_query([(name, text) for name, text in query if not _ABOUT_NO_LIST.fullmatch(name)], RULES)
    form.note_unknown(("limit",))
    text = form.text("limit", most=10_000)
    limit = whole_number(text) if text else _DEFAULT_LIMIT
    if limit is None:
        form.complain("limit", "limit harus berupa bilangan bulat.")
    form.check()
    return min(max(limit or 0, 1), _MAX_LIMIT)
