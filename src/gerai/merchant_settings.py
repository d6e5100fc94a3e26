"""The settings of a merchant: name, type, default and help together.

What is general stands here; a dialect declares its own in a struct of the same kind (``Dialect.merchant_settings``).
They live in the merchant's row. Writing one that does not fit raises at once (``checked``); whoever reads a
row that was edited by hand gets the default of what cannot be read, and a list of it (``read``).
``gerai merchants reference`` prints ``docs/reference/merchant-settings.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeVar, cast, get_type_hints

import msgspec
from msgspec import Meta

from gerai.kit.bilingual import Bilingual
from gerai.kit.closest import not_known
from gerai.kit.colours import colour_fault
from gerai.kit.contacts import contact_fault, line_fault, web_fault
from gerai.kit.declare import Known, SettingFault, either, fulfilment_providers, methods_and_channels, says
from gerai.kit.discover import PluginBroken
from gerai.kit.plain_errors import plain

OtherAmountRule = Literal["hold", "accept_over", "wallet"]
LatePaymentRule = Literal["accept", "wallet", "refund", "hold"]
SurchargeRule = Literal["refuse", "allow"]
MatchingRule = Literal["add", "none"]

_BasisPoints = Annotated[int, Meta(ge=0, le=10_000)]
_FixedRupiah = Annotated[int, Meta(ge=0, le=1_000_000_000)]
#: ``va``, or one channel of it: ``va:BCA``.
_MethodOrChannel = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(:[A-Za-z0-9_]+)?$", max_length=64)]
_CONTACT: Final = either("0812-3456-7890", "https://wa.me/…", "toko@example.com", "https://…")


class FeeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``percent_bp``: 150 is 1.5 %. ``fixed_rupiah``: whole rupiah."""

    percent_bp: _BasisPoints = 0
    fixed_rupiah: _FixedRupiah = 0


S = TypeVar("S", bound=msgspec.Struct)


class MerchantSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Those that no dialect declares for itself, as they are in force."""

    late_payment: Annotated[
        LatePaymentRule,
        says(
            Bilingual(
                "Apa yang terjadi dengan pembayaran terlambat: diterima, masuk saldo anggota, dikembalikan, atau "
                "menunggu keputusan orang.",
                "What becomes of a late payment: accept it, credit the wallet, give it back, or let a person decide.",
            ),
            either("accept", "wallet", "refund", "hold"),
        ),
    ] = "accept"
    other_amount: Annotated[
        OtherAmountRule,
        says(
            Bilingual(
                "Apa yang terjadi dengan uang yang jumlahnya lain dari yang diminta lewat gateway: menunggu keputusan "
                "orang, diterima bila lebih, atau masuk saldo anggota.",
                "What becomes of money of another amount than a gateway was asked for: let a person decide, accept "
                "what is too much, or credit the wallet.",
            ),
            either("hold", "accept_over", "wallet"),
        ),
    ] = "hold"
    payment_fees: Annotated[
        dict[_MethodOrChannel, FeeRule],
        says(
            Bilingual(
                "Yang dipotong sebuah cara bayar, per cara atau per salurannya (yang lebih didahulukan); tetap untuk "
                "pesanan yang sudah ada.",
                "What a payment method keeps, by method or one of its channels, which wins; frozen with each order.",
            ),
            '`{"va": {"fixed_rupiah": 4000}, "va:BCA": {"fixed_rupiah": 3500}, "qris": {"percent_bp": 70}}`',
            methods_and_channels,
        ),
    ] = {}
    matching_amount: Annotated[
        MatchingRule,
        says(
            Bilingual(
                "Apakah transfer ke rekening bank sendiri meminta sampai Rp999 di atas harganya, supaya tidak ada dua "
                "pembeli yang mengirim jumlah yang sama; selisihnya milik Anda.",
                "Whether a transfer to a bank account of your own asks for up to Rp999 more than the price, so that no "
                "two payers send the same amount; the difference is yours.",
            ),
            either("add", "none"),
        ),
    ] = "add"
    qris_surcharge: Annotated[
        SurchargeRule,
        says(
            Bilingual(
                "Apakah biaya boleh ditambahkan pada pembayaran QRIS sungguhan. Bank Indonesia melarangnya bagi "
                "penjual (PBI 23/6/2021): `allow` adalah tanggung jawab Anda sendiri.",
                "Whether a fee may be put on top of real QRIS payments. Bank Indonesia forbids sellers to "
                "(PBI 23/6/2021): `allow` is your own responsibility.",
            ),
            either("refuse", "allow"),
        ),
    ] = "refuse"
    shop_address: Annotated[
        str,
        says(
            Bilingual(
                "Alamat toko, ditampilkan di halaman pesanan dan PDF.",
                "Where the shop is, shown on order pages and PDFs.",
            ),
            "`Jl. Melati 1, Jakarta`",
            fault=line_fault,
        ),
    ] = ""
    shop_url: Annotated[
        str,
        says(
            Bilingual(
                "Alamat web tempat pembeli berbelanja; halaman pesanan kembali ke sana.",
                "Where buyers shop; order pages lead back there.",
            ),
            "`https://toko.example`",
            fault=web_fault,
        ),
    ] = ""
    shop_host: Annotated[
        str,
        Meta(pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)*)?$", max_length=253),
        says(
            Bilingual(
                "Nama host yang permintaannya tanpa kunci adalah untuk toko ini, bila tokonya lebih dari satu.",
                "The host name whose requests without a key are this shop's, where there are several.",
            ),
            "`toko.example`",
        ),
    ] = ""
    shop_colour: Annotated[
        str,
        says(
            Bilingual("Warna tombol dan tautan di halaman pesanan.", "The colour of buttons and links on order pages."),
            "`#0b6b53`",
            fault=colour_fault,
        ),
    ] = ""
    shop_contact: Annotated[
        str,
        says(
            Bilingual(
                "Cara pembeli menghubungi penjual, di halaman pesanan dan PDF.",
                "How buyers reach the seller, on order pages and PDFs.",
            ),
            _CONTACT,
            fault=contact_fault,
        ),
    ] = ""
    complaint_contact: Annotated[
        str,
        says(
            Bilingual(
                "Ke mana pembeli mengadu; PP 80/2019 mewajibkannya bagi penjual daring.",
                "Where buyers complain; PP 80/2019 asks online sellers for it.",
            ),
            _CONTACT,
            fault=contact_fault,
        ),
    ] = ""


_HEADING: Final = """# Merchant settings

Printed from `src/gerai/merchant_settings.py` and the dialects (`gerai merchants reference`); a test holds them equal.

What each merchant may choose for itself; [the server's settings](settings.md) are the operator's. They hold for both
environments.

```sh
gerai merchants settings --merchant toko
gerai merchants set late_payment hold --merchant toko
gerai merchants set payment_fees '{"va": {"fixed_rupiah": 4000}}' --merchant toko
gerai merchants reset payment_fees --merchant toko
```

A value that does not fit is refused and changes nothing. Every process follows within a second. When a row was edited
by hand and a value in it cannot be read, its default counts, and the log says so (`merchant.setting_unreadable`).

| Name | Default | Takes | What it does |
|---|---|---|---|
"""


class Declared(NamedTuple):
    """A setting as ``struct`` declares it. ``takes`` shows what fits, in Markdown; ``known``: the partners it may name,
    None when it names none."""

    name: str
    struct: type[msgspec.Struct]
    type: Any
    default: Any
    help: Bilingual
    takes: Bilingual
    known: Known | None
    fault: Callable[[Any], str] | None

    def unknown_names(self, value: Any, methods: Mapping[str, Any], providers: Mapping[str, Any]) -> str:
        """What of ``value`` names a partner that an installation with these does not have; empty: nothing."""
        if self.known is None:
            return ""
        named: list[str] = [value] if isinstance(value, str) else [*(value or ())]
        known = self.known(methods, providers)
        unknown = [one for one in named if one and one not in known]
        what = "provider" if self.known is fulfilment_providers else "payment method"
        return not_known(what, unknown[0], sorted(known), listed=len(known)) if unknown else ""


def _declared_in(struct: type[msgspec.Struct]) -> list[Declared]:
    plain, found = struct(), list[Declared]()
    for name, hint in get_type_hints(struct, include_extras=True).items():
        said: Meta = hint.__metadata__[-1]
        found.append(Declared(name, struct, hint, getattr(plain, name), **(said.extra or {})))
    return found


@dataclass(frozen=True)
class ChosenSettings:
    """All settings of a merchant as they are in force, by the struct that declares them."""

    by_struct: Mapping[type[msgspec.Struct], Any]

    def of(self, struct: type[S]) -> S:
        """KeyError for a struct that is not declared in this process."""
        return self.by_struct[struct]


class MerchantSettingsDeclared:
    """Every setting a merchant may choose, of these structs. ``by_name``: each as it is declared.

    PluginBroken: two structs declare one name in different ways.
    """

    def __init__(self, *structs: type[msgspec.Struct]) -> None:
        self._structs = structs
        self.by_name: dict[str, Declared] = {}
        for declared in (one for struct in structs for one in _declared_in(struct)):
            earlier = self.by_name.setdefault(declared.name, declared)
            if (earlier.type, earlier.default) != (declared.type, declared.default):
                owners = f"{earlier.struct.__name__} and {declared.struct.__name__}"
                raise PluginBroken(f"{owners} declare the merchant setting {declared.name} in different ways")

    def checked(self, given: dict[str, Any]) -> dict[str, Any]:
        """``given`` ready to be stored, as plain JSON values. SettingFault for the first that is unknown or unfit."""
        fit = {name: self._convert(name, value) for name, value in given.items()}
        return {name: msgspec.json.decode(msgspec.json.encode(value)) for name, value in fit.items()}

    def from_text(self, name: str, text: str) -> Any:
        """What somebody means who types ``text`` at a terminal: JSON, or a bare word. SettingFault: neither fits."""
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeError) as error:
            if text.lstrip().startswith(("{", "[")):
                raise SettingFault(name, f"{text} is no valid JSON ({error}); texts stand in double quotes") from error
            value = text
        wanted = self.by_name.get(name)
        if wanted is not None and isinstance(wanted.default, str) and not isinstance(value, str):
            value = text
        return self.checked({name: value})[name]

    def read(self, stored: Any) -> tuple[ChosenSettings, list[SettingFault]]:
        """The settings in force, and what of the row could not be read: each of those has its default."""
        values: dict[str, Any] = {}
        faults: list[SettingFault] = []
        if not isinstance(stored, dict):
            faults.append(SettingFault("settings", "not an object"))
            stored = {}
        for name, value in cast("dict[str, Any]", stored).items():
            try:
                values[name] = self._convert(name, value)
            except SettingFault as fault:
                faults.append(fault)
        named = {struct: {n: values[n] for n in struct.__struct_fields__ if n in values} for struct in self._structs}
        return ChosenSettings({struct: struct(**chosen) for struct, chosen in named.items()}), faults

    def _convert(self, name: str, value: Any) -> Any:
        wanted = self.by_name.get(name)
        if wanted is None:
            raise SettingFault(name, not_known("setting", name, self.by_name, listed=len(self.by_name)))
        try:
            value = msgspec.convert(value, wanted.type, str_keys=True)
            fault = wanted.fault(value) if wanted.fault else ""
        except msgspec.ValidationError as error:
            fault = plain(str(error), wanted.type)
        if fault:
            raise SettingFault(name, f"{fault}; it takes {wanted.takes.en.replace('`', '')}")
        return value

    def reference(self) -> str:
        """The text of ``docs/reference/merchant-settings.md``."""
        return _HEADING + "".join(
            f"| `{d.name}` | `{msgspec.json.encode(d.default).decode()}` | {d.takes.en} | {d.help.en} |\n"
            for d in self.by_name.values()
        )


#: What is left where no dialect is.
GENERAL: Final = MerchantSettingsDeclared(MerchantSettings)
