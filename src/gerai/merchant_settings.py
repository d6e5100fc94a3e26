"""Every setting of a merchant: name, type, default and help together.

They live in the merchant's row. Whoever writes one is told at once when it does not fit (:func:`checked`); whoever
reads a row that was edited by hand gets the default of what cannot be read, and hears of it (:func:`read`).
``python -m gerai.merchant_settings`` prints ``docs/reference/merchant-settings.md``.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NamedTuple, cast, get_type_hints

import msgspec
from msgspec import Meta

LatePaymentRule = Literal["accept", "wallet", "refund", "hold"]
LimitBucket = Literal["public_read", "user_read", "create_order", "token_validate"]

_BasisPoints = Annotated[int, Meta(ge=0, le=10_000)]
_FixedRupiah = Annotated[int, Meta(ge=0, le=1_000_000_000)]
#: ``va``, or one channel of it: ``va:BCA``.
_MethodOrChannel = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(:[A-Za-z0-9_]+)?$", max_length=64)]
_RobloxId = Annotated[int, Meta(ge=1, le=2**53)]
_PerMinute = Annotated[int, Meta(ge=1, le=1_000_000)]
_GatewayCode = Annotated[str, Meta(pattern=r"^[a-z0-9-]+$", max_length=64)]


class FeeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``percent_bp``: 150 is 1.5 %. ``fixed_rupiah``: whole rupiah."""

    percent_bp: _BasisPoints = 0
    fixed_rupiah: _FixedRupiah = 0


class SettingFault(Exception):
    """A merchant setting is unknown or does not fit. ``fault`` is fit for an operator."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(f"{name}: {fault}")
        self.name = name
        self.fault = fault


def _says(help_text: str, takes: str) -> Meta:
    """What the reference page says of a setting."""
    return Meta(description=help_text, extra={"takes": takes})


class MerchantSettings(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, as they are in force."""

    late_payment: Annotated[
        LatePaymentRule,
        _says(
            "What becomes of a late payment: accept it, credit the wallet, give it back, or let a person decide.",
            "`accept`, `wallet`, `refund` or `hold`",
        ),
    ] = "accept"
    payment_fees: Annotated[
        dict[_MethodOrChannel, FeeRule],
        _says(
            "What a payment method keeps, by method or one of its channels, which wins; frozen with each order.",
            '`{"va": {"fixed_rupiah": 4000}, "va:BCA": {"fixed_rupiah": 3500}, "qris": {"percent_bp": 70}}`',
        ),
    ] = {}
    robux_rate_sen: Annotated[
        int, Meta(ge=0, le=10_000_000), _says("Price of one Robux in sen; 0: no Robux are sold.", "0 … 10000000")
    ] = 0
    private_server_prices: Annotated[
        dict[_RobloxId, Annotated[int, Meta(ge=1, le=1_000_000_000)]],
        _says(
            "Price of a private server in Robux, by place or universe id, the place first; what is not named is not "
            "sold. Roblox shows these prices only to owners.",
            '`{"920587237": 350}`',
        ),
    ] = {}
    leuwongrr_invoice_minutes: Annotated[
        int,
        Meta(ge=1, le=525_600),
        _says("How long an unpaid order of the LeuwongRR door stays open.", "1 … 525600"),
    ] = 1440
    leuwongrr_provider: Annotated[
        str,
        Meta(pattern=r"^([a-z][a-z0-9_]*)?$", max_length=64),
        _says(
            "Fulfilment provider of the LeuwongRR door; empty: an operator completes orders.",
            "`manual` …; `simulator` only where the merchant is simulated",
        ),
    ] = ""
    leuwongrr_payment_methods: Annotated[
        tuple[_GatewayCode, ...] | None,
        _says("Gateway methods the LeuwongRR door offers; null: all.", '`["qris", "va-bca"]` or null'),
    ] = None
    leuwongrr_limits: Annotated[
        dict[LimitBucket, _PerMinute],
        _says(
            "Requests per minute of a key of the LeuwongRR door; what is not named has the contract's figure.",
            '`{"public_read": 60, "user_read": 60, "create_order": 10, "token_validate": 30}`',
        ),
    ] = {}


class Declared(NamedTuple):
    """A setting as it is declared. ``takes`` shows what fits, in Markdown."""

    name: str
    type: Any
    default: Any
    help: str
    takes: str


def _declare() -> dict[str, Declared]:
    plain = MerchantSettings()
    found: dict[str, Declared] = {}
    for name, hint in get_type_hints(MerchantSettings, include_extras=True).items():
        said: Meta = hint.__metadata__[-1]
        found[name] = Declared(name, hint, getattr(plain, name), said.description or "", (said.extra or {})["takes"])
    return found


#: All settings by name.
DECLARED: Final = _declare()


def checked(given: dict[str, Any]) -> dict[str, Any]:
    """``given`` ready to be stored, as plain JSON values. SettingFault for the first that is unknown or unfit."""
    return {name: msgspec.json.decode(msgspec.json.encode(_convert(name, value))) for name, value in given.items()}


def from_text(name: str, text: str) -> Any:
    """What somebody means who types ``text`` at a terminal: JSON, or a bare word. SettingFault when neither fits."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        if text.lstrip().startswith(("{", "[")):
            raise SettingFault(name, f"{text} is no valid JSON ({error}); texts stand in double quotes") from error
        value = text
    if name in DECLARED and isinstance(DECLARED[name].default, str) and not isinstance(value, str):
        value = text
    return checked({name: value})[name]


def read(stored: Any) -> tuple[MerchantSettings, list[SettingFault]]:
    """The settings in force, and what of the row could not be read: each of those has its default."""
    if not isinstance(stored, dict):
        return MerchantSettings(), [SettingFault("settings", "not an object")]
    values: dict[str, Any] = {}
    faults: list[SettingFault] = []
    for name, value in cast("dict[str, Any]", stored).items():
        try:
            values[name] = _convert(name, value)
        except SettingFault as fault:
            faults.append(fault)
    return MerchantSettings(**values), faults


def _convert(name: str, value: Any) -> Any:
    wanted = DECLARED.get(name)
    if wanted is None:
        raise SettingFault(name, f"no such setting; known: {', '.join(DECLARED)}")
    try:
        return msgspec.convert(value, wanted.type, str_keys=True)
    except msgspec.ValidationError as error:
        raise SettingFault(name, f"{error}; it takes {wanted.takes.replace('`', '')}") from error


_HEADING: Final = """# Merchant settings

Printed from `src/gerai/merchant_settings.py` (`python -m gerai.merchant_settings`); a test holds the two equal.

What each merchant may choose for itself; [the server's settings](settings.md) are the operator's. They hold for both
environments.

```sh
gerai merchants settings --merchant toko
gerai merchants set robux_rate_sen 15000 --merchant toko
gerai merchants set payment_fees '{"va": {"fixed_rupiah": 4000}}' --merchant toko
gerai merchants reset payment_fees --merchant toko
```

A value that does not fit is refused and changes nothing. Every process follows within a second. When a row was edited
by hand and a value in it cannot be read, its default counts, and the log says so (`merchant.setting_unreadable`).

| Name | Default | Takes | What it does |
|---|---|---|---|
"""


def reference() -> str:
    """The text of ``docs/reference/merchant-settings.md``."""
    rows = [
        f"| `{d.name}` | `{msgspec.json.encode(d.default).decode()}` | {d.takes} | {d.help} |\n"
        for d in DECLARED.values()
    ]
    return _HEADING + "".join(rows)


if __name__ == "__main__":
    print(reference(), end="")
