"""Invoices and receipts in tests: set by the program that the server runs, and read back from the PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from pay_orders import NOW, page_context
from pypdf import PdfReader

from gerai.domain.records import OrderView
from gerai.doors.http.paper.typesetter import Typesetter
from gerai.doors.pay.paper.compose import paper_of, source_of
from gerai.doors.pay.paper.model import Paper
from gerai.doors.pay.seller import ShopFacts
from gerai.doors.pay.words import Words
from gerai.engine.orders.find import EventEntry
from gerai.kit.contacts import read_contact

SHOP: Final = ShopFacts(
    "Jl. Pegangsaan Timur 56, Jakarta Pusat 10310",
    read_contact("0812-3456-7890"),
    read_contact("pengaduan@toko.example"),
)
SETTER: Final = Typesetter()


def composed(order: OrderView, language: Any = "id", events: Sequence[EventEntry] = (), **context: Any) -> Paper | None:
    """The paper of an order at NOW, of a shop that says who it is."""
    facts = {"papers": True, "shop": SHOP} | context
    return paper_of(order, events, page_context(**facts), NOW, Words(language))


async def printed_text(order: OrderView, language: Any = "id", **facts: Any) -> str:
    """What is read on the pages of an order's PDF, one blank between words."""
    paper = composed(order, language, **facts)
    assert paper is not None
    return text_of(await SETTER.pdf(source_of(paper), 1, 99))


def text_of(pdf: bytes) -> str:
    """The text of all pages, in the order it was set."""
    return " ".join(" ".join(pages_of(pdf)).split())


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, without the marks where a long word may be broken."""
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    return [page.extract_text().replace("\u200b", "") for page in reader.pages]


def actions_in(pdf: bytes) -> list[str]:
    """Names of what a PDF could do by itself or open: there is none on a paper."""
    named = (
        "/JavaScript",
        "/JS",
        "/OpenAction",
        "/AA",
        "/Launch",
        "/EmbeddedFile",
        "/URI",
        "/SubmitForm",
        "/RichMedia",
    )
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    found = [name for name in named if name in reader.trailer["/Root"]]
    return found + [str(note) for page in reader.pages for note in page.get("/Annots", [])]


def pictures_in(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of the pictures on the first page, those in drawings too."""
    found = list[tuple[int, int]]()

    def look(resources: Any) -> None:
        for one in (resources.get("/XObject") or {}).values():
            named = one.get_object()
            if named["/Subtype"] == "/Image":
                found.append((named["/Width"], named["/Height"]))
            elif "/Resources" in named:
                look(named["/Resources"])

    look(PdfReader(io.BytesIO(pdf), strict=True).pages[0]["/Resources"])
    return found
