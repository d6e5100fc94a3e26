"""`gerai doctor` at the terminal: its words, its JSON, its exit codes, a data folder, and its page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from unittest.mock import patch

from terminal_kit import run_here

from cluster_kit import make_ready
from gerai.doctor import advice, run
from gerai.doctor.diagnosis import Advice, Thresholds
from gerai.doctor.run import CHECKS
from gerai.engine.installation import SEEN_WITHIN_S
from gerai.kit.secret_box import new_key
from gerai.store.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
ORDER = [check.name for check in CHECKS]
SEAL_KEY = new_key()


async def test_the_command(own_dsn: str) -> None:
    """A line for each check, and under those that need a person what to do in both languages; exit 1. As JSON the
    same, with stable names. Unknown options are 2."""
    environ = {"DATABASE_URL": own_dsn, "GERAI_WEBHOOKS_SEAL_KEY": SEAL_KEY}
    code, out, _ = await run_here(environ, ["doctor"])
    assert code == 1
    assert [check.title for check in CHECKS if check.title not in out] == []
    assert advice.DURABILITY.id in " ".join(out.split())
    assert advice.DURABILITY.en in " ".join(out.split())
    code, out, _ = await run_here(environ, ["doctor", "--json"])
    found = json.loads(out)
    assert code == 1
    assert [check["name"] for check in found["checks"]] == ORDER
    assert (found["state"], found["needs_a_person"]) == ("fail", True)
    by_name = {check["name"]: check for check in found["checks"]}
    assert by_name["durability"]["do"] == {"id": advice.DURABILITY.id, "en": advice.DURABILITY.en}
    assert by_name["versions"]["do"] is None
    assert set(by_name["jobs"]) == {"name", "state", "seen", "figures", "do"}
    assert SEAL_KEY not in out
    assert (await run_here(environ, ["doctor", "--jsn"]))[0] == 2
    code, out, _ = await run_here(environ | {"GERAI_SERVER_PRT": "1"}, ["doctor", "--json"])
    by_name = {check["name"]: check for check in json.loads(out)["checks"]}
    assert (code, by_name["settings"]["state"], by_name["database"]["state"]) == (1, "fail", "ok")
    assert "GERAI_SERVER_PORT" in by_name["settings"]["seen"]


async def test_a_data_folder(tmp_path: Path) -> None:
    """One that nobody runs on: the doctor starts its database for the look, finds nobody's work late, and makes no key.
    All is well: exit 0. One that holds nothing: 1, and what needs no database is looked at."""
    make_ready(tmp_path / "shop")
    with patch.object(run, "CHECKS", tuple(c for c in CHECKS if c.name != "disk")):
        code, out, err = await run_here({}, ["doctor", "--data", str(tmp_path / "shop"), "--json"])
        found = {check["name"]: check for check in json.loads(out)["checks"]}
        assert (code, err) == (0, ""), out
        assert found["workers"]["state"] == "not_checked"
        assert found["durability"]["state"] == "ok"
        assert not (tmp_path / "shop" / "seal.key").exists()
        code, out, _ = await run_here({}, ["doctor", "--data", str(tmp_path / "shop")])
        assert (code, "All is well." in out) == (0, True)
    code, out, _ = await run_here({}, ["doctor", "--data", str(tmp_path / "none"), "--json"])
    found = {check["name"]: check for check in json.loads(out)["checks"]}
    assert (code, found["database"]["state"], found["versions"]["state"]) == (1, "fail", "ok")
    assert "holds no database" in found["database"]["seen"]
    # There is none, so that none lies anywhere or fails to answer.
    unseen = {check["seen"] for check in found.values() if check["state"] == "not_checked"}
    assert (unseen, found["disk"]["state"]) == ({"there is no database"}, "not_checked")
    assert f"`gerai up --data {tmp_path / 'none'}` makes it" in found["database"]["do"]["en"]
    assert f"`gerai up --data {tmp_path / 'none'}` membuatnya" in found["database"]["do"]["id"]
    server = EmbeddedPostgres(tmp_path / "shop")
    server.start()
    try:
        code, out, _ = await run_here({}, ["doctor", "--data", str(tmp_path / "shop"), "--json"])
    finally:
        server.stop()
    found = {check["name"]: check for check in json.loads(out)["checks"]}
    assert (code, found["workers"]["state"]) == (1, "fail")
    # Commands of an advice work on the folder that was looked at.
    named = advice.START_WORKER.en.replace("`gerai up`", f"`gerai up --data {tmp_path / 'shop'}`")
    assert found["workers"]["do"]["en"] == named


def test_the_page_has_every_check() -> None:
    """The table of the how-to names the checks there are, in their order; every advice is in both languages."""
    page = (ROOT / "docs/how-to/doctor.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == ORDER
    limits, row = Thresholds(), dict(re.findall(r"^\| `(\w+)` (\|.*)$", page, re.MULTILINE))
    figures = {
        "disk": (f"{limits.disk_warn_part:.0%}".replace("%", " %"), f"{limits.disk_warn_bytes >> 30} GB",
                 f"{limits.disk_fail_bytes >> 20} MB"),
        "limits": (f"{limits.connections_warn_part * 100:.0f} %", f"{limits.connections_fail_part * 100:.0f} %"),
        "clock": (f"| {limits.skew_warn_s:g} s |", f"| {limits.skew_fail_s:g} s |"),
        "locks": (f"{limits.transaction_s / 60:g} minutes", f"{limits.lock_wait_s:g} s"),
        "keys": (f"{limits.key_days} days",),
        "workers": ("last minute",),
    }  # fmt: skip
    assert [(name, text) for name, texts in figures.items() for text in texts if text not in row[name]] == []
    assert (limits.late_warn_s, limits.late_fail_s, limits.unknown_work_s, SEEN_WITHIN_S) == (60, 300, 1800, 60)
    told = [found for found in vars(advice).values() if isinstance(found, Advice)]
    assert len(told) > 20
    assert [one for one in told if not (one.id.endswith(".") and one.en.endswith(".") and one.id != one.en)] == []
