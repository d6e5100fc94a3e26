"""What a merchant may choose for this door (``gerai merchants set``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gerai.doors.dialects.leuwongrr.gateway import gateways
from gerai.kit.bilingual import Bilingual
from gerai.kit.declare import fulfilment_providers, says
from gerai.ports.payments import PaymentMethod

LimitBucket = Literal["public_read", "user_read", "create_order", "token_validate"]

_RobloxId = Annotated[int, Meta(ge=1, le=2**53)]
_PerMinute = Annotated[int, Meta(ge=1, le=1_000_000)]
_GatewayCode = Annotated[str, Meta(pattern=r"^[a-z0-9-]+$", max_length=64)]


def gateway_codes(methods: Mapping[str, PaymentMethod], _: Mapping[str, Any]) -> Collection[str]:
    """``qris``, ``va-bca`` …"""
    return gateways(methods)


class LeuwongrrSettings(msgspec.Struct, frozen=True, kw_only=True):
    """As they are in force."""

    robux_rate_sen: Annotated[
        int,
        Meta(ge=0, le=10_000_000),
        says(
            Bilingual(
                "Harga satu Robux dalam sen; 0: tidak menjual Robux.",
                "Price of one Robux in sen; 0: no Robux are sold.",
            ),
            "0 … 10000000",
        ),
    ] = 0
    private_server_prices: Annotated[
        dict[_RobloxId, Annotated[int, Meta(ge=1, le=1_000_000_000)]],
        says(
            Bilingual(
                "Harga server privat dalam Robux, per place atau universe id, place didahulukan; yang tidak disebut "
                "tidak dijual. Roblox hanya menunjukkan harga ini kepada pemiliknya.",
                "Price of a private server in Robux, by place or universe id, the place first; what is not named is "
                "not sold. Roblox shows these prices only to owners.",
            ),
            '`{"920587237": 350}`',
        ),
    ] = {}
    leuwongrr_invoice_minutes: Annotated[
        int,
        Meta(ge=1, le=525_600),
        says(
            Bilingual(
                "Berapa menit pesanan LeuwongRR yang belum dibayar tetap terbuka.",
                "How long an unpaid order of the LeuwongRR door stays open.",
            ),
            "1 … 525600",
        ),
    ] = 1440
    leuwongrr_provider: Annotated[
        str,
        Meta(pattern=r"^([a-z][a-z0-9_]*)?$", max_length=64),
        says(
            Bilingual(
                "Penyedia yang mengerjakan pesanan LeuwongRR; kosong: orang yang menyelesaikannya.",
                "Fulfilment provider of the LeuwongRR door; empty: an operator completes orders.",
            ),
            Bilingual(
                "`manual` …; `simulator` hanya di toko percobaan",
                "`manual` …; `simulator` only where the merchant is simulated",
            ),
            fulfilment_providers,
        ),
    ] = ""
    leuwongrr_payment_methods: Annotated[
        tuple[_GatewayCode, ...] | None,
        says(
            Bilingual(
                "Cara bayar yang diterima LeuwongRR dan ditawarkan halaman bayarnya; null: semua; `[]`: tidak ada, "
                "orang yang memastikan pembayaran. Pesanan yang sudah ada tidak berubah.",
                "Gateway methods the LeuwongRR door takes, and its orders' pay pages offer; null: all; `[]`: none, an "
                "operator confirms what is paid. An order keeps what it was placed with.",
            ),
            Bilingual('`["qris", "va-bca"]` atau null', '`["qris", "va-bca"]` or null'),
            gateway_codes,
        ),
    ] = None
    leuwongrr_limits: Annotated[
        dict[LimitBucket, _PerMinute],
        says(
            Bilingual(
                "Permintaan per menit dari satu kunci LeuwongRR; yang tidak disebut memakai angka kontraknya.",
                "Requests per minute of a key of the LeuwongRR door; what is not named has the contract's figure.",
            ),
            '`{"public_read": 60, "user_read": 60, "create_order": 10, "token_validate": 30}`',
        ),
    ] = {}
