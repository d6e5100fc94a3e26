"""What a seller must give, and where it is found."""

from __future__ import annotations

from typing import Final

from gerai.ports.payments import Asked

ASKS: Final = (
    Asked(
        "secret_api_key",
        {
            "id": "Kunci API rahasia, untuk produksi atau uji coba. Di dasbor Durianpay: Settings, API Keys, Secret "
            "Key. Pasang juga alamat notifikasi sebagai webhook utama di sana. Di Gerai lain: gerai keys create",
            "en": "The secret API key, of production or of tests. In Durianpay's dashboard: Settings, API Keys, Secret "
            "Key. Enter the notice address there as the primary webhook, too. At another Gerai: gerai keys create",
        },
    ),
    Asked(
        "email",
        {
            "id": "Surel toko, dikirim untuk pembeli yang tidak memberi surel atau nomor telepon",
            "en": "The shop's e-mail address, sent for payers who gave neither an address nor a telephone number",
        },
    ),
)
