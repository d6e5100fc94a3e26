"""Give a buyer the way to what they bought once more."""

from __future__ import annotations

from urllib.parse import quote

from gerai.domain.records import OrderView
from gerai.domain.refusals import InputInvalid, StateConflict
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import order_of
from gerai.engine.desk.registry import Act, Done
from gerai.engine.digital.bought import bought, is_handed_over
from gerai.engine.digital.hand_out import hand_out
from gerai.engine.merchants.open import changing, note
from gerai.engine.orders.handing_out import HAND_OUT
from gerai.kit.bilingual import Bilingual
from gerai.kit.phones import canonical_phone


async def run(within: Within, given: ById) -> Done:
    """The link of the order's page, where its files and codes are, and a WhatsApp message with it to the buyer. An
    order that waits for codes gets them now, if there are any. Refuses NotFound, StateConflict (it is not paid, or
    ended), InputInvalid: its counter hands out no page, or there is nothing digital in it."""
    view = await order_of(within, given.id)
    if not is_handed_over(view):
        raise StateConflict("order", view.order.public_id, view.order.status, "send_digital")
    await hand_out(within.engine, within.merchant_id, given.id)
    found = await bought(within.engine, view)
    read = within.house.order_facts.get(view.order.channel)
    link = "" if read is None else read(view, within.house.base_url).link
    if not link or not (found.files or view.order.after_payment in HAND_OUT):
        raise InputInvalid({"id": ["there is nothing digital in it"]})
    async with changing(within.engine, within.merchant_id):
        note(given.id, files=len(found.files), codes=len(found.codes))
    delivered = view.order.after_payment not in HAND_OUT or (
        found.delivery is not None and found.delivery.status == "delivered"
    )
    return Done(str(given.id), details={"link": link, "delivered": delivered} | _whatsapp(view, link))


def _whatsapp(view: OrderView, link: str) -> dict[str, str]:
    """The address of a chat with the buyer, with the link in it; nothing where no number is known."""
    try:
        number = canonical_phone(view.order.contact.mobile).removeprefix("+")
    except ValueError:
        return {}
    text = f"Pesanan {view.order.number}: {link}"
    return {"whatsapp": f"https://wa.me/{number}?text={quote(text, safe='')}"}


def _may_be_sent(view: OrderView) -> bool:
    # Whether it has files is not known of what was read: the view of one order adds those.
    return view.order.after_payment in HAND_OUT and is_handed_over(view)


ACT = Act(
    "orders.send_digital", "orders:act", Bilingual("Kirim tautan barang digital", "Send the digital goods' link"),
    ById, run, possible=_may_be_sent, reasoned=True,
)  # fmt: skip
