"""The key file of a data folder, whatever stands in it."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from engine_kit import another_engine, copy_of
from gateway_kit import METHODS, gateway_shop
from gerai.cli.metrics import kept_token
from gerai.cli.seal_key import (
    kept_key,
    warn_of_backup_without_key,
    warn_of_closed_secrets,
    warn_of_restored_secrets,
    with_seal_key,
)
from gerai.engine.installation import not_opened, sealed_secrets_in
from gerai.engine.merchants.open import open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.engine.notices.sources import open_source
from gerai.kit.discover import discover
from gerai.kit.files import create_private
from gerai.kit.secret_box import SecretBox, SecretBoxError, new_key
from gerai.ports.notices import NoticeForm
from gerai.settings import DatabaseSettings, Settings

FORMS: dict[str, NoticeForm] = discover("gerai.partners.notices", "FORM")


@pytest.fixture
def fresh_dsn(migrated: str) -> Generator[str]:
    """A database in which nothing was sealed."""
    with copy_of(migrated) as dsn:
        yield dsn


def test_a_key_file_that_is_spoilt(tmp_path: Path) -> None:
    """The key without the blanks around it; nothing where there is no file; and what a disk made of it is no key, which
    is found when something is to be opened, and not with an error about characters."""
    file, key = tmp_path / "seal.key", new_key()
    assert kept_key(tmp_path) == ""
    file.write_text(f"{key}\n")
    assert kept_key(tmp_path) == key
    file.write_bytes(b"\xff\xfe\x00" + key.encode())
    with pytest.raises(SecretBoxError, match="a sealing key must be 32 bytes"):
        SecretBox(kept_key(tmp_path))


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("what", ["key", "token"])
def test_two_that_start_at_once_have_one_key(
    tmp_path: Path, fresh_dsn: str, monkeypatch: pytest.MonkeyPatch, what: str, links: bool
) -> None:
    """Whoever made it, all who start at once seal with what the file keeps, on disks where a file has one name, too;
    the same of the metrics' token."""
    if not links:
        monkeypatch.setattr("os.link", _no_links)
    settings, many = Settings(database=DatabaseSettings(url=fresh_dsn)), 8 if links else 1
    together = Barrier(many)

    def start(_: int) -> str:
        together.wait()
        if what == "token":
            return kept_token(tmp_path / "metrics.token")
        return with_seal_key(settings, tmp_path).webhooks.seal_key

    with ThreadPoolExecutor(many) as threads:
        [made] = set(threads.map(start, range(many)))
    name = "seal.key" if what == "key" else "metrics.token"
    assert (tmp_path / name).read_text().strip() == made
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with ThreadPoolExecutor(many) as threads:
        assert set(threads.map(start, range(many))) == {made}


def _no_links(*_: object) -> None:
    raise PermissionError("this disk has no links")


def test_what_is_there_is_not_replaced(tmp_path: Path) -> None:
    """Not even when it came between the look and the writing."""
    file = tmp_path / "seal.key"
    assert create_private(file, "first")
    assert not create_private(file, "second")
    assert (file.read_text(), [one.name for one in tmp_path.iterdir()]) == ("first", ["seal.key"])


async def sealed_by(dsn: str, sealer: SecretBox, kind: str) -> None:
    """Something of this kind is sealed."""
    async with another_engine(dsn) as engine:
        if kind == "contract":
            shop = await gateway_shop(engine, sealer=sealer)
            await shop.desk.__aexit__()
        else:
            merchant_id = await open_merchant(engine, "toko", "Toko Saya")
            bank = {"bank": "BCA", "number": "1234567890", "holder": "Budi"}
            await open_account(engine, merchant_id, METHODS["bank_transfer"], bank, "t")
            await open_source(engine, sealer, merchant_id, FORMS["moota"], receiving_id=None, secret="", by="t")


@pytest.mark.parametrize(
    ("kind", "whose", "fails"),
    [
        ("contract", "1 of 1 gateway contracts", "no gateway can be asked"),
        ("source", "1 of 1 addresses of money notices", "no notice is taken"),
    ],
)
def test_whatever_was_sealed_misses_its_key(
    tmp_path: Path, fresh_dsn: str, capsys: pytest.CaptureFixture[str], kind: str, whose: str, fails: str
) -> None:
    """A gateway's contract and a sender's secret are sealed by the same key as webhooks: where it is gone no new one is
    made, a start and a backup say what will fail, and so does a restore; with the key nothing is said."""
    settings, key = Settings(database=DatabaseSettings(url=fresh_dsn)), new_key()
    asyncio.run(sealed_by(fresh_dsn, SecretBox(key), kind))
    assert with_seal_key(settings, tmp_path).webhooks.seal_key == ""
    assert list(tmp_path.iterdir()) == []
    sealed = asyncio.run(sealed_secrets_in(fresh_dsn))
    assert [one.kind for one in sealed] == [kind]
    for warn in (
        lambda: warn_of_closed_secrets(settings, tmp_path),
        lambda: warn_of_backup_without_key(settings, tmp_path),
        lambda: warn_of_restored_secrets(sealed, [new_key()], "seal.key"),
    ):
        warn()
        told = " ".join(capsys.readouterr().err.split())
        assert whose in told
        assert fails.partition(" can")[0].partition(" is")[0] in told
        assert "webhook" not in told
    assert [one.kind for one in not_opened(sealed, new_key())] == [kind]
    (tmp_path / "seal.key").write_text(key)
    found = with_seal_key(settings, tmp_path)
    assert (found.webhooks.seal_key, not_opened(sealed, key)) == (key, [])
    warn_of_closed_secrets(found, tmp_path)
    warn_of_backup_without_key(found, tmp_path)
    assert capsys.readouterr().err == ""
