"""What a merchant may choose for this door (``gerai merchants set``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from gerai.doors.dialects.cekceir.provider_codes import provider_codes
from gerai.kit.bilingual import Bilingual
from gerai.kit.declare import says
from gerai.ports.payments import PaymentMethod

_ProviderCode = Annotated[str, Meta(pattern=r"^[a-z0-9_]+$", max_length=64)]


def deposit_providers(methods: Mapping[str, PaymentMethod], _: Mapping[str, Any]) -> Collection[str]:
    """``qris``, ``bank_bca`` …"""
    return provider_codes(methods)


class CekceirSettings(msgspec.Struct, frozen=True, kw_only=True):
    """As they are in force."""

    cekceir_deposit_minutes: Annotated[
        int,
        Meta(ge=1, le=525_600),
        says(
            Bilingual(
                "Berapa menit isi saldo di konter Cek Ceir boleh dibayar.",
                "How long a deposit of the Cek Ceir door may be paid.",
            ),
            "1 … 525600",
        ),
    ] = 1440
    cekceir_deposit_providers: Annotated[
        tuple[_ProviderCode, ...] | None,
        says(
            Bilingual(
                "Provider isi saldo di konter Cek Ceir; null: semua cara bayar yang ada; `[]`: tidak ada.",
                "Deposit providers the Cek Ceir door offers; null: every payment method there is; `[]`: none.",
            ),
            Bilingual('`["qris", "bank_bca"]` atau null', '`["qris", "bank_bca"]` or null'),
            deposit_providers,
        ),
    ] = None
