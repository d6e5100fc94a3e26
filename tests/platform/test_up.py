"""`gerai up`, as a new user meets it: a process of its own, a folder of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

import fork_server
from gerai.store.check import INVARIANTS
from gerai.store.embedded_folder import read_pointer
from gerai.store.embedded_host import remove_tree
from gerai.store.embedded_process import end_left_over

#: What scripts rely on.
KEYS = {
    "leuwongrr": {
        "sandbox_token",
        "unlimited_sandbox_token",
        "production_token",
        "discord_user_id",
        "roblox_username",
        "place_id",
        "roblox_pass_id",
    },
    "cekceir": {"api_key", "user_id", "second_api_key", "second_user_id"},
    "durianpay": {"test_key", "live_key"},
    "scalev": {
        "secret_key",
        "store_id",
        "store_unique_id",
        "digital_variant_unique_id",
        "physical_variant_id",
        "physical_variant_unique_id",
        "bundle_price_option_unique_id",
        "storefront_key",
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """One data folder for this file: cold at first, warm afterwards."""
    chosen = tmp_path_factory.mktemp("up") / "shop"
    yield chosen
    remove(chosen)


def remove(folder: Path) -> None:
    """The database of a data folder, with whatever still runs there."""
    if (pointer := read_pointer(folder)) is not None:
        end_left_over(pointer.home / "data")
        remove_tree(pointer.home)


def gerai(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return fork_server.run(arguments, clean(environ))


def clean(environ: dict[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GERAI_") and k != "DATABASE_URL"}
    return kept | environ


def told(standard_error: str) -> list[str]:
    """What was said besides the progress of slow steps."""
    return [line for line in standard_error.splitlines() if not line.endswith(" …")]


def demo_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "demo.json").read_text(encoding="utf-8"))


def test_once(folder: Path) -> None:
    """The first start places an order at each counter, pays one, prints it all, writes demo.json, and stops with 0."""
    done = gerai("up", "--once", "--port", "0", "--data", str(folder))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for door in ("LeuwongRR", "Cek Ceir", "Durianpay", "Scalev"):
        assert f"\n{door} ─" in done.stdout
    for path in ("/api/v1/me/orders", "/api/order", "/orders", "/v3/orders"):
        assert re.search(rf"^curl .* -X POST http://127.0.0.1:\d+(/v1)?{path} ", done.stdout, re.MULTILINE), path
    assert done.stdout.count("✓ lunas / paid") == 1
    assert "gagal / failed" not in done.stdout
    assert "Traceback" not in done.stderr
    demo = demo_of(folder)
    assert stat.S_IMODE((folder / "demo.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "metrics.token").stat().st_mode) == 0o600
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", demo["base_url"])
    for door, keys in KEYS.items():
        assert keys <= set(demo[door])
        assert all(demo[door][key] not in (None, "") for key in keys)


def test_no_secret_in_the_log(folder: Path) -> None:
    """Nothing of demo.json that opens a door stands in the log; that the simulators are used does."""
    text = (folder / "gerai.log").read_text(encoding="utf-8")
    demo = demo_of(folder)
    secrets = [v for door in KEYS for k, v in demo[door].items() if k.endswith(("token", "key"))]
    assert len(secrets) >= 9
    secrets.append((folder / "metrics.token").read_text(encoding="utf-8").strip())
    assert len(secrets[-1]) >= 32
    assert [s for s in secrets if s in text] == []
    assert "demo.simulated" in text
    assert stat.S_IMODE((folder / "gerai.log").stat().st_mode) == 0o600


def test_books_are_right(folder: Path) -> None:
    """After the demo, `gerai check` finds every invariant to hold."""
    done = gerai("check", "--data", str(folder))
    assert (done.returncode, told(done.stderr)) == (0, [])
    assert len(re.findall(r"^holds ", done.stdout, re.MULTILINE)) == len(INVARIANTS)


def test_again_while_it_runs(folder: Path) -> None:
    """A second start keeps the demo's keys, its curl lines work when pasted, others join or are told, SIGTERM ends."""
    before, token = demo_of(folder), (folder / "metrics.token").read_text(encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-P", "-m", "gerai", "up", "--port", port, "--data", str(folder)]
    with subprocess.Popen(command, env=clean({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        lines: list[str] = []
        try:
            for line in server.stdout:
                lines.append(line)
                if "Ctrl-C" in line:
                    break
            after = demo_of(folder)
            assert after == before | {"base_url": f"http://127.0.0.1:{port}"}
            assert (folder / "metrics.token").read_text(encoding="utf-8") == token
            check_what_stands(lines, folder, port)
        finally:
            server.send_signal(signal.SIGTERM)
            rest, complaints = server.communicate(timeout=120)
    assert (server.returncode, rest, told(complaints)) == (0, "stopped / berhenti\n", [])
    pointer = read_pointer(folder)
    assert pointer is not None
    assert not (pointer.home / "data/postmaster.pid").exists()


def scrape(lines: list[str], folder: Path) -> str:
    """The metrics, by the one line that was printed for them; the token stays in its file."""
    [line] = [line for line in lines if line.startswith("curl ") and "/metrics" in line]
    assert (folder / "metrics.token").read_text(encoding="utf-8").strip() not in "".join(lines)
    return subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True).stdout


def check_what_stands(lines: list[str], folder: Path, port: str) -> None:
    """What one can do beside a running server."""
    pasted = [line for line in lines if line.startswith("curl ") and "/api/v1/me/orders" in line]
    if shutil.which("curl"):
        answer = subprocess.run(shlex.split(pasted[0]), capture_output=True, text=True, check=True)
        assert json.loads(answer.stdout)["success"] is True
        told = scrape(lines, folder)
        assert 'gerai_requests_total{door="leuwongrr",method="POST",route="/api/v1/me/orders",status="2xx"}' in told
        assert told.count("\ngerai_invariant_broken_rows{") == len(INVARIANTS)
        assert not re.search(r"^gerai_invariant_broken_rows\{.*\} [^0]", told, re.MULTILINE)
    assert gerai("check", "--data", str(folder)).returncode == 0
    live = 0
    for environment in ("sandbox", "production"):
        listed = gerai("keys", "list", "--json", "--environment", environment, "--data", str(folder))
        assert listed.returncode == 0, listed.stderr
        live += sum(row["state"] == "live" for row in json.loads(listed.stdout)["rows"])
    assert live == 9
    busy = gerai("up", "--once", "--port", "0", "--data", str(folder))
    assert (busy.returncode, busy.stdout) == (1, "")
    assert "another Gerai is running on this data folder" in busy.stderr
    taken = gerai("up", "--once", "--port", port, "--data", f"{folder}-other")
    assert (taken.returncode, taken.stdout) == (2, "")
    assert f"port {port} on 127.0.0.1 is taken" in taken.stderr
    assert "Traceback" not in busy.stderr + taken.stderr
    assert not Path(f"{folder}-other").exists()


def test_keys_from_made_to_revoked(folder: Path) -> None:
    """A key made at the terminal is shown once, listed without its secret, and revoked by its id."""
    made = gerai("keys", "create", "leuwongrr", "production", "--name", "bot", "--data", str(folder))
    token = made.stdout.splitlines()[-1]
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(r"lrrp_v1_[0-9A-Za-z]{40}", token)
    listed = gerai("keys", "list", "--data", str(folder))
    row = next(line for line in listed.stdout.splitlines() if " bot " in line)
    assert token not in listed.stdout
    revoked = gerai("keys", "revoke", row.split()[0], "--data", str(folder))
    assert (revoked.returncode, told(revoked.stderr)) == (0, [])
    again = gerai("keys", "revoke", row.split()[0], "--data", str(folder))
    assert (again.returncode, again.stdout) == (0, f"{row.split()[0]} is revoked already\n")


def test_a_revoked_demo_key_stops_nobody(folder: Path) -> None:
    """With a demo key revoked the server serves all the same and says which; --once says so with exit code 1."""
    listed = gerai("keys", "list", "--environment", "sandbox", "--data", str(folder)).stdout
    row = next(line for line in listed.splitlines() if " Demo sandbox " in line and "no limit" not in line)
    assert gerai("keys", "revoke", row.split()[0], "--data", str(folder)).returncode == 0
    said = f"gagal / failed: {folder}/demo.json: leuwongrr.sandbox_token is revoked"

    once = gerai("up", "--once", "--port", "0", "--data", str(folder))

    assert once.returncode == 1
    assert said in once.stdout
    assert "\nScalev ─" in once.stdout
    assert "\nLeuwongRR ─" not in once.stdout
    with fork_server.start(["up", "--port", "0", "--data", str(folder)], clean({})) as server:
        assert server.stdout is not None
        lines: list[str] = []
        for line in server.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        server.send_signal(signal.SIGTERM)
        rest, _ = server.communicate()
    assert said in "".join(lines)
    assert (server.returncode, rest) == (0, "stopped / berhenti\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["keys", "create", "nodoor"], 2, "no such counter: nodoor"),
        (["keys", "list", "--merchant", "nobody"], 1, "no such merchant: nobody"),
        (["serve"], 2, "DATABASE_URL is not set"),
        (["work"], 2, "DATABASE_URL is not set"),
        (["check", "--data", "/nonexistent/shop"], 1, "holds no database"),
        (["up", "--settings", "/nonexistent.toml"], 2, "cannot read /nonexistent.toml"),
    ],
)
def test_mistakes_are_told_plainly(folder: Path, arguments: list[str], code: int, said: str) -> None:
    """A mistake at the terminal gets one sentence and an exit code, never a traceback."""
    given = arguments if arguments[0] != "keys" else [*arguments, "--data", str(folder)]
    done = gerai(*given)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_name_of_nobody() -> None:
    """A host name for a dialect that is not there stops the start, and says which there are."""
    done = gerai("up", GERAI_DOORS_FIFHT_HOST="fifth.example")
    assert done.returncode == 2
    assert "doors.fifht_host: no such dialect; there are cekceir, durianpay" in done.stderr
    assert done.stdout == ""


def test_without_a_demo(tmp_path: Path) -> None:
    """With --no-demo there is no demo merchant, no demo.json and nothing is placed; --tour then makes no sense."""
    folder = tmp_path / "bare"
    try:
        done = gerai("up", "--once", "--no-demo", "--port", "0", "--data", str(folder))
        assert (done.returncode, told(done.stderr)) == (0, [])
        assert "Server        http://127.0.0.1:" in done.stdout
        assert re.findall(r"demo\.json|Toko demo|LeuwongRR|gagal", done.stdout) == []
        assert "curl -sS -X POST" not in done.stdout
        assert "gerai shop init" in done.stdout
        assert not list(folder.glob("demo*"))
        listed = gerai("merchants", "list", "--data", str(folder))
        assert "Toko" not in listed.stdout
    finally:
        remove(folder)
    assert gerai("up", "--no-demo", "--tour").returncode == 2
