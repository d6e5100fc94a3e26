"""What a client may send to create an order, and how it is read.

A well-formed body is decoded in one step. Only when that fails is it read again with patience: to name every mistake
at once in Indonesian, and to accept what older PHP clients send (digits as strings, empty strings for "not given",
blanks around a name).
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Literal, cast

import msgspec

from gerai.domain.refusals import FieldsForbidden, InputInvalid

OrderType = Literal["gamepass", "vip_server"]
INVOICE: Final = "invoice"
BALANCE: Final = "balance"

MAX_ID: Final = 2**63 - 1
MAX_USERNAME: Final = 50
MAX_METHOD: Final = 50
MAX_REFERENCE: Final = 255
MAX_KEY: Final = 255
_NAMES_TOLD: Final = 50
_NAME_TOLD: Final = 64

_Id = Annotated[int, msgspec.Meta(ge=1, le=MAX_ID)]


class WantedOrder(msgspec.Struct, frozen=True):
    """The decoded request: aliases resolved, defaults filled in. Its digest is the idempotency fingerprint."""

    order_type: OrderType
    roblox_username: str
    place_id: int
    pass_id: int
    payment_method: str
    client_reference: str

    def fingerprint(self) -> bytes:
        """Equal for two requests that want the same, however they were spelt."""
        return hashlib.sha256(msgspec.msgpack.encode(self)).digest()


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    """The body as documented; ``gamepass_id`` is the alias of ``roblox_pass_id``."""

    roblox_username: str
    place_id: _Id
    roblox_pass_id: _Id | None = None
    gamepass_id: _Id | None = None
    order_type: OrderType = "gamepass"
    payment_method: str = INVOICE
    client_reference: str = ""


_decode = msgspec.json.Decoder(_Body).decode
_FIELDS: Final = frozenset(_Body.__struct_fields__)


async def read_order(body: bytes, careful: Callable[[], Awaitable[Any]]) -> WantedOrder:
    """Read a create-order body; ``careful`` decodes it strictly as plain JSON when the short way fails.

    Refuses: FieldsForbidden (every field that is not in the contract, before anything else), InputInvalid with all
    mistakes, and whatever ``careful`` refuses.
    """
    try:
        sent = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return read_patiently(await careful())
    pass_id = sent.roblox_pass_id or sent.gamepass_id
    if (
        pass_id is None
        or (sent.gamepass_id is not None and sent.gamepass_id != pass_id)
        or not _is_text(sent.roblox_username, 1, MAX_USERNAME)
        or not _is_text(sent.payment_method, 1, MAX_METHOD)
        or not _is_text(sent.client_reference, 0, MAX_REFERENCE)
    ):
        return read_patiently(await careful())
    return WantedOrder(
        sent.order_type, sent.roblox_username, sent.place_id, pass_id, sent.payment_method, sent.client_reference
    )


def read_patiently(payload: Any) -> WantedOrder:
    """Read decoded JSON, collecting every mistake. Refuses: FieldsForbidden, InputInvalid."""
    if not isinstance(payload, dict):
        raise InputInvalid({"body": ["body harus berupa objek JSON."]})
    sent = cast("dict[str, Any]", payload)
    if forbidden := [name for name in sent if name not in _FIELDS]:
        raise FieldsForbidden(tuple(name[:_NAME_TOLD] for name in forbidden[:_NAMES_TOLD]))
    form = _Form(sent)
    wanted = WantedOrder(
        order_type=form.order_type(),
        roblox_username=form.text("roblox_username", MAX_USERNAME, required=True),
        place_id=form.identifier("place_id"),
        pass_id=form.pass_id(),
        payment_method=form.text("payment_method", MAX_METHOD) or INVOICE,
        client_reference=form.text("client_reference", MAX_REFERENCE),
    )
    if form.mistakes:
        raise InputInvalid(form.mistakes)
    return wanted


def idempotency_key(header: str | None) -> str | None:
    """The Idempotency-Key, if one was sent: 1 to 255 printable ASCII characters. InputInvalid otherwise."""
    if header is None or (header.isascii() and header.isprintable() and 1 <= len(header) <= MAX_KEY):
        return header
    raise InputInvalid(
        {"Idempotency-Key": [f"Idempotency-Key harus berisi 1 sampai {MAX_KEY} karakter ASCII yang dapat dicetak."]},
        where="headers",
    )


def list_limit(text: str | None) -> int:
    """``limit`` of a list: an integer, pulled into 1..100; 20 when absent. InputInvalid when it is no integer."""
    if text is None or text == "":
        return 20
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()):
        raise InputInvalid({"limit": ["limit harus berupa bilangan bulat."]}, where="query")
    if len(digits) > len(str(MAX_ID)):
        return 1 if text.startswith("-") else 100
    return min(max(int(text), 1), 100)


class _Form:
    """Reads field by field; a mistake is written down and a stand-in returned, so that reading goes on."""

    def __init__(self, sent: dict[str, Any]) -> None:
        self._sent = sent
        self.mistakes: dict[str, list[str]] = {}

    def _wrong(self, name: str, text: str) -> None:
        self.mistakes.setdefault(name, []).append(f"{name} {text}")

    def _value(self, name: str) -> Any:
        """The field; blanks around texts are cut off, and null and "" both mean "not given"."""
        value = self._sent.get(name)
        if isinstance(value, str):
            value = value.strip()
        return None if value == "" else value

    def text(self, name: str, longest: int, *, required: bool = False) -> str:
        value = self._value(name)
        if value is None:
            if required:
                self._wrong(name, "wajib diisi.")
        elif not isinstance(value, str):
            self._wrong(name, "harus berupa string.")
        elif len(value) > longest:
            self._wrong(name, f"maksimal berisi {longest} karakter.")
        elif not value.isprintable():
            self._wrong(name, "berisi karakter yang tidak diizinkan.")
        else:
            return value
        return ""

    def order_type(self) -> OrderType:
        value = self._value("order_type")
        if value == "gamepass" or value == "vip_server" or value is None:
            return value or "gamepass"
        self._wrong("order_type", "yang dipilih tidak valid.")
        return "gamepass"

    def identifier(self, name: str, *, required: bool = True) -> int:
        value = self._value(name)
        if value is None:
            if required:
                self._wrong(name, "wajib diisi.")
            return 0
        number = _whole(value)
        if number is None:
            self._wrong(name, "harus berupa bilangan bulat.")
        elif number < 1:
            self._wrong(name, "minimal bernilai 1.")
        elif number > MAX_ID:
            self._wrong(name, f"maksimal bernilai {MAX_ID}.")
        else:
            return number
        return 0

    def pass_id(self) -> int:
        given = self._value("roblox_pass_id") is not None
        alias_given = self._value("gamepass_id") is not None
        named = self.identifier("roblox_pass_id", required=not alias_given)
        alias = self.identifier("gamepass_id", required=False)
        if given and alias_given and named != alias:
            self._wrong("gamepass_id", "harus sama dengan roblox_pass_id.")
        return named or alias


def _whole(value: Any) -> int | None:
    """A JSON integer, a float without a fraction (123.0) or a string of digits; nothing else is a whole number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdecimal():
        # Longer texts are out of range anyway, and int() of a very long one is slow.
        return int(value) if len(value) < 40 else MAX_ID + 1
    return None


def _is_text(value: str, shortest: int, longest: int) -> bool:
    return shortest <= len(value) <= longest and value.isprintable() and value == value.strip()
