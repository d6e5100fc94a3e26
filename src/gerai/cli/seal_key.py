"""The key that seals the secrets of webhook endpoints, gateways and money notices: made with a data folder, and missed
by name when it is gone."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from gerai.cli.terminal import errors, fail
from gerai.engine.installation import DatabaseError, SealedSecrets, not_opened, sealed_secrets_in
from gerai.kit.files import kept_or_made
from gerai.kit.secret_box import SecretBoxError, new_key
from gerai.settings import Settings

#: In a data folder.
SEAL_KEY_FILE: Final = "seal.key"
_SETTING: Final = "webhooks.seal_key"


def with_seal_key(settings: Settings, folder: Path) -> Settings:
    """The same settings with the sealing key of a data folder, whose database they name; a key that is set wins. Made
    when there is none and nothing was sealed yet: where something was, a new one would only hide that the old one is
    gone, and the key stays empty."""
    if settings.webhooks.seal_key:
        return settings
    if not (key := kept_key(folder)) and _sealed(settings) == []:
        # Two commands that start at once must not seal with two keys: the file keeps one.
        key = kept_or_made(folder / SEAL_KEY_FILE, new_key)
    return _with_key(settings, key)


def with_kept_seal_key(settings: Settings, folder: Path) -> Settings:
    """Like :func:`with_seal_key`, and makes none."""
    return settings if settings.webhooks.seal_key else _with_key(settings, kept_key(folder))


def kept_key(folder: Path) -> str:
    """The sealing key of a data folder, or whatever stands in its place; empty when there is none."""
    file = folder / SEAL_KEY_FILE
    # What is no text is no key either, and is said to be none by whoever wants to open something with it.
    return file.read_text(encoding="utf-8", errors="replace").strip() if file.exists() else ""


def warn_of_closed_secrets(settings: Settings, folder: Path | None = None) -> None:
    """Warn in the log, and people where the log goes elsewhere (``folder``) or is a terminal, when there are secrets
    that the key does not open: of endpoints, whose webhooks all fail, of gateways and of senders of money notices.
    Leaves with exit code 2 when the key is none at all."""
    where = str(folder / SEAL_KEY_FILE) if folder is not None and kept_key(folder) else _SETTING
    sealed, keys = _sealed(settings) or [], settings.webhooks.seal_key
    try:
        closed = not_opened(sealed, keys)
    except SecretBoxError as error:
        fail(f"{where}: {error}", 2)
    if not closed:
        return
    of, place = _Closed.of(closed, sealed), _SETTING if folder is None else str(folder / SEAL_KEY_FILE)
    what, apa = (
        (f"{where} does not open", f"{where} tidak membuka") if keys else ("no key opens", "tak ada kunci untuk")
    )
    text = (
        f"{what} the secrets of {of.whose}: {of.fails}. Put the key that was used before back into {place}, from a "
        f"backup. Where it is lost, {of.instead}."
    )
    teks = (
        f"{apa} rahasia {of.milik}: {of.gagal}. Kembalikan kunci yang dulu dipakai ke {place}, dari cadangan. "
        f"Jika hilang, {of.gantinya}."
    )
    structlog.get_logger("gerai").error(
        "webhooks.secrets_closed", closed=len(closed), endpoints=len(sealed), text=text, teks=teks
    )
    # Where standard error is the log, it holds one JSON object per line and nothing else.
    if folder is not None or errors.is_terminal:
        errors.lines(f"gerai: {text}", f"  {teks}", style="red")


def warn_of_restored_secrets(sealed: list[SealedSecrets], keys: list[str], place: str) -> None:
    """Warn when none of ``keys`` opens what was restored; ``place`` is where the right one belongs."""
    if closed := _not_opened_by_any(sealed, keys):
        of = _Closed.of(closed, sealed)
        errors.line(
            f"no key at hand opens the secrets of {of.whose}: {of.will_fail}. Put the key of the old server into "
            f"{place} before you start; where it is lost, {of.instead}.",
            style="yellow",
        )


def warn_of_backup_without_key(settings: Settings, folder: Path | None) -> None:
    """Warn when the database that was backed up holds secrets that the key in its backup does not open."""
    sealed = _sealed(settings) or []
    if closed := _not_opened_by_any(sealed, [settings.webhooks.seal_key]):
        of, place = _Closed.of(closed, sealed), _SETTING if folder is None else folder / SEAL_KEY_FILE
        errors.line(
            f"the backup holds the secrets of {of.whose}, and no key that opens them: wherever it is restored, "
            f"{of.fails}. Put the key that was used before back into {place} and back up again; where it is lost, "
            f"{of.instead}.",
            style="yellow",
        )


class _Kind(NamedTuple):
    """Whose secrets they are, what becomes of them without their key, and what one does when it is lost."""

    whose: str
    milik: str
    fails: str
    will_fail: str
    gagal: str
    instead: str
    gantinya: str


_KINDS: Final = {
    "endpoint": _Kind(
        "webhook endpoints", "endpoint webhook", "their webhooks fail", "their webhooks will fail", "webhook-nya gagal",
        "`gerai webhooks remove` these endpoints and add them again",
        "hapus endpoint itu dengan `gerai webhooks remove`, lalu tambahkan lagi",
    ),
    "contract": _Kind(
        "gateway contracts", "kontrak gateway", "no gateway can be asked", "no gateway can be asked",
        "gateway tidak bisa dihubungi", "`gerai payments gateways close` these contracts and add them again",
        "tutup kontrak itu dengan `gerai payments gateways close`, lalu tambahkan lagi",
    ),
    "source": _Kind(
        "addresses of money notices", "alamat pemberitahuan dana", "no notice is taken", "no notice will be taken",
        "pemberitahuan tidak diterima", "`gerai payments notices close` these addresses and add them again",
        "tutup alamat itu dengan `gerai payments notices close`, lalu tambahkan lagi",
    ),
}  # fmt: skip


class _Closed(_Kind):
    """What is said of all secrets that no key opens, of each kind as many as there are."""

    @classmethod
    def of(cls, closed: list[SealedSecrets], sealed: list[SealedSecrets]) -> _Closed:
        all_of, closed_of = Counter(one.kind for one in sealed), Counter(one.kind for one in closed)
        kinds = {name: kind for name, kind in _KINDS.items() if closed_of[name]}
        said = (
            [f"{closed_of[name]} of {all_of[name]} {kind.whose}" for name, kind in kinds.items()],
            [f"{closed_of[name]} dari {all_of[name]} {kind.milik}" for name, kind in kinds.items()],
            *([kind[n] for kind in kinds.values()] for n in range(2, len(_Kind._fields))),
        )
        return cls(*(", ".join(texts) for texts in said))


def _not_opened_by_any(sealed: list[SealedSecrets], keys: list[str]) -> list[SealedSecrets]:
    """Those that none of these opens; what is no key opens nothing."""
    for key in keys:
        with contextlib.suppress(SecretBoxError):
            sealed = not_opened(sealed, key)
    return sealed


def _with_key(settings: Settings, key: str) -> Settings:
    return dataclasses.replace(settings, webhooks=dataclasses.replace(settings.webhooks, seal_key=key))


def _sealed(settings: Settings) -> list[SealedSecrets] | None:
    """None when the database cannot say, for want of this version's tables."""
    try:
        return asyncio.run(sealed_secrets_in(settings.database.url, settings.database))
    except DatabaseError:
        return None
