"""Give the buyers of a variant a file, or a link."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gerai.domain.records import VariantFile
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.codes import require_coded
from gerai.engine.desk.fields import Id, Name, refers, words
from gerai.engine.desk.goods import Logo, catalogue_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import changing, note
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now
from gerai.store import variant_files as sql

LARGEST_BYTES: Final = 20 * 1024 * 1024
#: Of one variant.
MOST_FILES: Final = 20
#: By the end of its name: what a browser is told that it is.
_KINDS: Final = {
    "pdf": "application/pdf", "epub": "application/epub+zip", "zip": "application/zip", "mp3": "audio/mpeg",
    "mp4": "video/mp4", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "txt": "text/plain",
}  # fmt: skip
_ANY: Final = "application/octet-stream"
Content = Annotated[bytes, Meta(min_length=1, max_length=LARGEST_BYTES)]
Downloads = Annotated[int, Meta(ge=1, le=1_000_000)]


class NewFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``url``: where it is, or ``content``: the file itself, 20 MB at most. ``most_downloads``: how often the buyer of
    an order may fetch it; not given: as often as they like. ``name``: as buyers see it, and as the file is called."""

    variant_id: Annotated[Id, words("Varian", "Variant"), refers("variants")]
    name: Annotated[Name, words("Nama berkas", "Name of the file", "Panduan.pdf")]
    url: Annotated[Logo, words("Tautan (https)", "Link (https)", "https://example.com/panduan.pdf")] = ""
    content: Annotated[Content | UnsetType, words("Berkas", "File")] = UNSET
    most_downloads: Annotated[Downloads | None, words("Paling banyak diunduh", "Most downloads", 5)] = None


async def run(within: Within, given: NewFile) -> Done:
    """Whoever bought the variant may fetch it from then on, also those who bought it before. Refuses InputInvalid: no
    such variant, one that is sent in a parcel or has as many files as it may; a link and a file, or neither."""
    content = given.content if given.content is not UNSET else b""
    if bool(given.url) == bool(content):
        raise InputInvalid({"url": ["give either a link or a file"]})
    digest = await asyncio.to_thread(lambda: hashlib.sha256(content).digest())
    file = VariantFile(
        within.merchant_id, within.engine.ids.next(), given.variant_id, given.name.strip(), given.url,
        _kind(given.name) if content else "", len(content), digest, given.most_downloads, real_now(),
    )  # fmt: skip
    async with changing(within.engine, within.merchant_id) as connection:
        variant = require_coded(await catalogue_in(within, connection), given.variant_id)
        if len(await sql.of_variants(connection, within.merchant_id, [given.variant_id])) >= MOST_FILES:
            raise InputInvalid({"variant_id": [f"a variant has at most {MOST_FILES} files"]})
        await sql.add(connection, file, content)
        note(file.file_id, variant=variant.name, variant_id=given.variant_id, name=file.name, size_bytes=len(content))
    return Done(str(file.file_id))


def _kind(name: str) -> str:
    return _KINDS.get(name.rpartition(".")[2].strip().lower(), _ANY)


ACT = Act(
    "files.add", "catalogue:write", Bilingual("Tambah berkas digital", "Add a digital file"), NewFile, run,
    file_bytes=LARGEST_BYTES,
)  # fmt: skip
