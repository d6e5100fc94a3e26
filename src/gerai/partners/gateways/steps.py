"""What the payer does, line by line: the gateway's own lines, which are Indonesian, and ours where it has none."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from gerai.ports.channel_titles import channel_title
from gerai.ports.gateways import Way

#: Gateways' lines come with bold type.
_TAG: Final = re.compile(r"<[^<>]{0,100}>")
_MOST_LINES, _LONGEST_LINE = 40, 300
#: A number for payers of every bank.
_ANY_BANK: Final = {("id", "OTHERS"): "bank Anda", ("en", "OTHERS"): "your bank"}

_OURS: Final = {
    "va": {
        "id": [
            "Buka m-banking, internet banking, atau ATM {channel}, lalu pilih virtual account.",
            "Masukkan nomor {code}.",
            "Periksa nama dan jumlahnya, lalu konfirmasi pembayaran.",
        ],
        "en": [
            "Open the mobile or internet banking of {channel}, or an ATM, and choose virtual account.",
            "Enter the number {code}.",
            "Check the name and the amount, then confirm the payment.",
        ],
    },
    "retail": {
        "id": [
            "Datang ke kasir {channel} terdekat.",
            "Katakan Anda ingin membayar dengan kode {code}.",
            "Bayar jumlah yang disebutkan kasir dan simpan struknya.",
        ],
        "en": [
            "Go to the cashier of the nearest {channel}.",
            "Show the payment code {code}.",
            "Pay the amount the cashier names and keep the receipt.",
        ],
    },
    "qris": {
        "id": [
            "Buka aplikasi bank atau dompet digital Anda, lalu pilih bayar dengan QRIS.",
            "Pindai kode QR ini, atau simpan gambarnya dan unggah di aplikasi.",
            "Periksa nama penjual dan jumlahnya, lalu konfirmasi pembayaran.",
        ],
        "en": [
            "Open your bank or e-wallet app and choose to pay with QRIS.",
            "Scan this QR code, or save the picture and upload it in the app.",
            "Check the seller's name and the amount, then confirm the payment.",
        ],
    },
    "ewallet": {
        "id": ["Buka halaman pembayaran {channel}.", "Periksa jumlahnya, lalu konfirmasi di aplikasi Anda."],
        "en": ["Open the {channel} payment page.", "Check the amount, then confirm in your app."],
    },
}


def steps_of(way: Way, code: str, theirs: Iterable[tuple[str, list[str]]] = ()) -> dict[str, list[str]]:
    """Lines by language. ``theirs``: a title and its lines for each place where one can pay; none: ours."""
    method, channel = way
    name = channel_title(channel)
    lines = {
        language: [line.format(channel=_ANY_BANK.get((language, channel), name), code=code) for line in ours]
        for language, ours in _OURS.get(method, {}).items()
    }
    found = [line for group in theirs for line in _group(*group)][:_MOST_LINES]
    return lines | {"id": found} if found else lines


def _group(title: str, lines: list[str]) -> Iterable[str]:
    """The lines, the first with the title before it: which app, or which machine."""
    for number, line in enumerate(map(plain, lines)):
        if line:
            yield f"{plain(title)}: {line}" if number == 0 and title else line


def plain(text: str) -> str:
    """One line without marks of HTML, at most 300 characters."""
    found = " ".join(html.unescape(_TAG.sub("", text)).split())
    return "".join(part for part in found if part.isprintable())[:_LONGEST_LINE]
