"""What an order's buyer was handed: its codes, and the files that its variants have."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from gerai.domain.payment_status import payment_status
from gerai.domain.records import CodeDelivery, LicenceCode, OrderView, VariantFile
from gerai.engine.core import Engine
from gerai.engine.digital.hand_out import units_of
from gerai.engine.orders.handing_out import is_over
from gerai.store import codes, variant_files

#: Codes of one order that are shown.
MOST_SHOWN: Final = 500
#: So long after a download began, its rest is no other one.
RESUMED_WITHIN: Final = timedelta(hours=1)
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


async def file_of(engine: Engine, view: OrderView, file_id: int, *, begun: bool = False) -> VariantFile | None:
    """The order's file with this id, where its buyer could fetch it now; nothing is counted. None: there is none, they
    may not have it, or fetched it as often as they may. ``begun``: where they began to fetch it within
    :data:`RESUMED_WITHIN`, whose rest they may have."""
    found = await _file_of(engine, view, file_id)
    if found is None:
        return None
    order = view.order
    async with engine.connection() as connection:
        counted = await variant_files.downloads(connection, order.merchant_id, order.order_id)
    fetched = next((one for one in counted if one.file_id == file_id), None)
    if begun:
        at = engine.now(order.merchant_id, order.environment)
        return found if fetched is not None and at - fetched.last_at <= RESUMED_WITHIN else None
    return found if BoughtFile(found, 0 if fetched is None else fetched.downloads).left != 0 else None


async def fetch(engine: Engine, view: OrderView, file_id: int) -> VariantFile | None:
    """The order's file with this id, counted as fetched once more; None as of :func:`file_of`."""
    file = await _file_of(engine, view, file_id)
    if file is None:
        return None
    order = view.order
    async with engine.connection() as connection:
        at = engine.now(order.merchant_id, order.environment)
        counted = await variant_files.count_download(connection, order.merchant_id, order.order_id, file, at)
    return file if counted else None


async def _file_of(engine: Engine, view: OrderView, file_id: int) -> VariantFile | None:
    if not is_handed_over(view):
        return None
    async with engine.connection() as connection:
        file = await variant_files.one(connection, view.order.merchant_id, file_id)
    return file if file is not None and file.variant_id in units_of(view) else None


async def pieces(engine: Engine, file: VariantFile, begin: int = 0, end: int | None = None) -> AsyncGenerator[bytes]:
    """The file's content from ``begin`` to before ``end`` (None: its end), a piece at a time: a large one is never in
    memory whole. Raises LookupError where it is removed meanwhile."""
    end = file.size_bytes if end is None else end
    for at in range(begin, end, _PIECE_BYTES):
        length = min(_PIECE_BYTES, end - at)
        async with engine.connection() as connection:
            piece = await variant_files.piece(connection, file.merchant_id, file.file_id, at, length)
        if piece is None:
            raise LookupError(f"file {file.file_id} is gone")
        yield piece
