"""The public base address: asked for at the start where others are served, and missed aloud where links need it."""

from __future__ import annotations

import itertools
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from serve_kit import Starter, environment, event_of, passed_over

import fork_server
from cluster_kit import migrated_scratch
from gerai.app import make_engine
from gerai.domain.records import Environment
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key, merchant_with_real_keys, revoke_key
from gerai.engine.merchants.open import open_merchant
from gerai.settings import DatabaseSettings, Settings

_numbers = itertools.count(1)


def gerai(dsn: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command without a public base address."""
    env = {name: value for name, value in environment(dsn).items() if name != "GERAI_HTTP_PUBLIC_BASE_URL"}
    return fork_server.run(arguments, env)


@pytest.mark.parametrize(("command", "host"), [("serve", "::"), ("up", "0.0.0.0")])
def test_a_server_for_others_needs_its_address(dsn: str, tmp_path: Path, command: str, host: str) -> None:
    """Nothing is started, no data folder is made, and the text says what to set, in both languages."""
    more = ["--data", str(tmp_path / "shop")] if command == "up" else []

    done = gerai(dsn, command, "--host", host, "--port", "0", *more)

    assert done.returncode == 2
    assert f"http.public_base_url is not set, but {host} is reached from other machines" in done.stderr
    assert f"http.public_base_url belum diisi, padahal {host} dapat dijangkau komputer lain" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize("command", ["serve", "work"])
async def test_a_real_merchant_with_a_production_key_is_warned(
    engine: Engine, dsn: str, start: Starter, command: str
) -> None:
    """Whoever restarts a server whose shop made its first production key meanwhile has a shop that runs, and is told in
    the log, and on standard error in both languages, that its buyers' links lead nowhere."""
    code = f"nyata{next(_numbers)}{command}"
    merchant_id = await open_merchant(engine, code, "Toko Nyata")
    key_id = await create_key(engine, merchant_id, "production", "durianpay", f"dp_live_{code}", name="k", prefix="dp")
    more = ["--port", "0"] if command == "serve" else []

    running = start(command, *more, without=["GERAI_HTTP_PUBLIC_BASE_URL"])

    entry = event_of(running, "server.without_address")
    assert (entry["level"], entry["merchant"]) == ("warning", code)
    assert entry["text"].startswith(f"merchant {code} has a production key, but http.public_base_url is not set")
    assert entry["teks"].startswith(f"merchant {code} punya kunci production")
    event_of(running, "server.listening" if command == "serve" else "worker.started")
    await revoke_key(engine, merchant_id, key_id)


async def test_which_keys_are_real() -> None:
    """A production key of a merchant that is not simulated, while it works; nothing else."""
    with migrated_scratch() as server:
        engine = make_engine(replace(Settings(), database=DatabaseSettings(url=server.dsn)))
        async with engine.running():
            past = datetime(2020, 1, 1, tzinfo=UTC)
            played = await open_merchant(engine, "played", "Toko Main", {}, simulated=True)
            real = await open_merchant(engine, "real", "Toko Nyata")

            async def key(merchant_id: int, environment: Environment, expires_at: datetime | None = None) -> int:
                token = f"t{next(_numbers)}"
                return await create_key(
                    engine, merchant_id, environment, "durianpay", token, name="k", prefix="d", expires_at=expires_at
                )

            await key(played, "production")
            await key(real, "sandbox")
            await key(real, "production", past)
            assert merchant_with_real_keys(server.dsn) is None
            key_id = await key(real, "production")
            assert merchant_with_real_keys(server.dsn) == "real"
            await revoke_key(engine, real, key_id)
            assert merchant_with_real_keys(server.dsn) is None


def test_a_public_server_without_a_proxy_is_warned_of(dsn: str, tmp_path: Path, start: Starter) -> None:
    """Not in front of others without a word: the log warns in both languages, `up` also on standard error; not where a
    proxy is named, and not on loopback."""
    public = start("serve", "--host", "0.0.0.0", "--port", "0")
    entry = event_of(public, "server.without_proxy")
    assert (entry["level"], entry["host"]) == ("warning", "0.0.0.0")
    assert "http.trusted_proxies names no proxy" in entry["text"]
    assert "http.trusted_proxies tidak menyebut proxy" in entry["teks"]
    for settings, host in (('[http]\ntrusted_proxies = "10.0.0.1"\n', "0.0.0.0"), ("", "127.0.0.1")):
        file = tmp_path / "gerai.toml"
        file.write_text(settings, encoding="utf-8")
        quiet = start("serve", "--host", host, "--port", "0", "--settings", str(file))
        event_of(quiet, "server.listening")
        assert "server.without_proxy" not in passed_over(quiet)


def test_up_warns_on_standard_error(dsn: str, tmp_path: Path) -> None:
    """Whoever starts `up` for others at a terminal reads it there; the log is in the data folder."""
    command = ["up", "--once", "--no-demo", "--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path / "shop")]
    done = fork_server.run(command, environment(dsn))
    assert done.returncode == 0, done.stderr
    assert "http.trusted_proxies names no proxy" in done.stderr
    assert "http.trusted_proxies tidak menyebut proxy" in done.stderr
    assert "server.without_proxy" in (tmp_path / "shop" / "gerai.log").read_text(encoding="utf-8")
