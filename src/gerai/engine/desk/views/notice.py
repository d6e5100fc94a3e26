"""One notice, with what it said."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.notices import notice_here, shown_body
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.notices import NoticeRow, row_of
from gerai.kit.bilingual import Bilingual
from gerai.ports.notices import CourierPayout, NoticeFault, NoticeForm
from gerai.store.notices import ListedNotice


class ToldOf(msgspec.Struct, frozen=True):
    """What a notice tells, as it is read: money that came, or a parcel that a courier paid for. ``of``: what names it
    there; ``at``: None where the notice does not say."""

    amount_sen: Annotated[int, words("Jumlah", "Amount")]
    of: Annotated[str, words("Tentang", "About")]
    at: Annotated[datetime | None, words("Waktu", "When")]


class WholeNotice(NoticeRow, frozen=True, kw_only=True):
    """A notice. ``read_as``: what is in it, where its form is one of money or of a courier; ``body``: as it came,
    without what proves it."""

    read_as: Annotated[tuple[ToldOf, ...], words("Terbaca sebagai", "Read as")]
    body: Annotated[str, words("Isi", "Body")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    try:
        notice, source = await notice_here(within, wanted.id)
    except NotFound:
        return ViewPage([])
    listed = ListedNotice(
        notice.notice_id, source.source_id, source.form, notice.status, notice.fault, notice.kept, len(notice.body),
        notice.created_at, notice.updated_at,
    )  # fmt: skip
    told = _told(within.house.notice_forms.get(source.form), notice.body)
    row = msgspec.structs.asdict(row_of(within, listed))
    return ViewPage([WholeNotice(**row, read_as=told, body=shown_body(notice.body))])


def _told(form: NoticeForm | None, body: bytes) -> tuple[ToldOf, ...]:
    """Nothing where it cannot be read: then its fault says why."""
    try:
        told = () if form is None else form.read(body)
    except NoticeFault:
        return ()
    if isinstance(told, CourierPayout):
        return tuple(ToldOf(one.collected_sen, one.receipt, told.at) for one in told.parcels)
    return tuple(ToldOf(one.amount_sen, one.description, one.at) for one in told)


VIEW = View(
    "notices.show", "money:read", Bilingual("Sebuah kabar uang", "A money notice"), ById, WholeNotice, run,
    personal=True,
)  # fmt: skip
