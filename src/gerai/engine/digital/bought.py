"""What an order's buyer was handed: its codes, and the files that its variants have."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from gerai.domain.payment_status import payment_status
from gerai.domain.records import CodeDelivery, LicenceCode, OrderView, VariantFile
from gerai.engine.core import Engine
from gerai.engine.digital.hand_out import units_of
from gerai.engine.orders.handing_out import is_over
from gerai.store import codes, variant_files

#: Codes of one order that are shown.
MOST_SHOWN: Final = 500
_PIECE_BYTES: Final = 256 * 1024


@dataclass(frozen=True)
class BoughtFile:
    """A file, and how often the order fetched it."""

    file: VariantFile
    downloads: int

    @property
    def left(self) -> int | None:
        """How often it may still be fetched; None: as often as they like."""
        most = self.file.most_downloads
        return None if most is None else max(0, most - self.downloads)


@dataclass(frozen=True)
class Bought:
    """``delivery``: how its codes stand; None: it has none to get, or nobody looked yet. ``codes``: sealed, the first
    :data:`MOST_SHOWN`, each with its line's name."""

    files: tuple[BoughtFile, ...] = ()
    codes: tuple[tuple[str, LicenceCode], ...] = ()
    delivery: CodeDelivery | None = None


def is_handed_over(view: OrderView) -> bool:
    """Whether the order's buyer may have what it is about now: it was paid, or its seller completed it, and neither did
    it end otherwise nor was its money given back."""
    order = view.order
    if is_over(order):
        return False
    return order.status in ("completed", "closed") or payment_status(order, view.invoice) in ("paid", "settled")


async def bought(engine: Engine, view: OrderView) -> Bought:
    """What there is of it, whether or not its buyer may have it now."""
    order, variants, names = view.order, sorted(units_of(view)), {line.line_no: line.name for line in view.lines}
    if not variants:
        return Bought()
    async with engine.connection() as connection:
        files = await variant_files.of_variants(connection, order.merchant_id, variants)
        counted = await variant_files.downloads(connection, order.merchant_id, order.order_id) if files else []
        delivery = await codes.delivery_of(connection, order.merchant_id, order.order_id)
        given = []
        if delivery is not None and delivery.status == "delivered":
            given = await codes.of_order(connection, order.merchant_id, order.order_id, MOST_SHOWN)
    downloads = {one.file_id: one.downloads for one in counted}
    return Bought(
        tuple(BoughtFile(file, downloads.get(file.file_id, 0)) for file in files),
        tuple((names.get(one.code.line_no or 0, ""), one.code) for one in given),
        delivery,
    )


async def fetch(engine: Engine, view: OrderView, file_id: int) -> VariantFile | None:
    """The order's file with this id, counted as fetched once more; None: there is none, its buyer may not have it now,
    or fetched it as often as they may."""
    if not is_handed_over(view):
        return None
    order = view.order
    async with engine.connection() as connection:
        file = await variant_files.one(connection, order.merchant_id, file_id)
        if file is None or file.variant_id not in units_of(view):
            return None
        at = engine.now(order.merchant_id, order.environment)
        counted = await variant_files.count_download(connection, order.merchant_id, order.order_id, file, at)
    return file if counted else None


async def pieces(engine: Engine, file: VariantFile) -> AsyncGenerator[bytes]:
    """The file's content, a piece at a time: a large one is never in memory whole. Raises LookupError where it is
    removed meanwhile."""
    for begin in range(0, file.size_bytes, _PIECE_BYTES):
        async with engine.connection() as connection:
            piece = await variant_files.piece(connection, file.merchant_id, file.file_id, begin, _PIECE_BYTES)
        if piece is None:
            raise LookupError(f"file {file.file_id} is gone")
        yield piece
