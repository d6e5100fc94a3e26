"""How to pay, where the gateway's answer does not say."""

from __future__ import annotations

from gerai.ports.channel_titles import channel_title
from gerai.ports.gateways import Way


def steps_for(way: Way, code: str = "", *, pushed: bool = False) -> dict[str, list[str]]:
    """Lines of help by language. ``pushed``: the wallet asks the payer by itself."""
    method, channel = way
    title = channel_title(channel)
    # A number for payers of every bank.
    bank = {"id": "bank Anda", "en": "your bank"} if channel == "OTHERS" else {"id": title, "en": title}
    match method:
        case "qris":
            return {
                "id": [
                    "Buka aplikasi bank atau dompet digital Anda, lalu pilih bayar dengan QRIS.",
                    "Pindai kode QR ini, periksa nama penjual dan jumlahnya, lalu konfirmasi.",
                ],
                "en": [
                    "Open your bank or e-wallet app and choose to pay with QRIS.",
                    "Scan this QR code, check the seller's name and the amount, then confirm.",
                ],
            }
        case "ewallet":
            opened = {"id": f"Buka halaman pembayaran {title}.", "en": f"Open the {title} payment page."}
            if pushed:
                opened = {
                    "id": f"Buka aplikasi {title}: permintaan pembayaran sudah dikirim ke nomor Anda.",
                    "en": f"Open the {title} app: a payment request was sent to your number.",
                }
            return {
                "id": [opened["id"], "Periksa jumlahnya, lalu konfirmasi dengan PIN Anda."],
                "en": [opened["en"], "Check the amount, then confirm with your PIN."],
            }
        case "retail":
            return {
                "id": [f"Datang ke kasir {title} dan sebutkan kode pembayaran {code}.", "Bayar dan simpan struknya."],
                "en": [f"Go to a cashier of {title} and give the payment code {code}.", "Pay and keep the receipt."],
            }
        case _:
            return {
                "id": [
                    f"Buka m-banking, ATM, atau internet banking {bank['id']}, lalu pilih Virtual Account.",
                    f"Masukkan nomor {code}, periksa nama dan jumlahnya, lalu konfirmasi.",
                ],
                "en": [
                    f"Open the mobile banking, ATM or internet banking of {bank['en']} and choose Virtual Account.",
                    f"Enter the number {code}, check the name and the amount, then confirm.",
                ],
            }
