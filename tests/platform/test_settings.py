"""Settings: defaults, file, environment, and nothing that passes silently."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from gerai.settings import Settings, SettingsError, env_name, load, reference

ROOT = Path(__file__).resolve().parents[2]


def test_defaults_need_nothing() -> None:
    """Without file and environment every setting has its default."""
    assert load(environ={}) == Settings()


def test_file_then_environment(tmp_path: Path) -> None:
    """The file overrides the default, the environment overrides the file, and DATABASE_URL is heard."""
    file = tmp_path / "gerai.toml"
    file.write_text('[server]\nport = 9000\nhost = "::1"\n[engine]\ncommand_deadline_s = 3\n')
    loaded = load(file, {"GERAI_SERVER_PORT": "9100", "DATABASE_URL": "postgresql://db", "PATH": "/bin"})
    assert (loaded.server.port, loaded.server.host) == (9100, "::1")
    assert loaded.engine.command_deadline_s == 3.0
    assert loaded.database.url == "postgresql://db"
    assert loaded.http == Settings().http


def test_file_named_by_the_environment(tmp_path: Path) -> None:
    """GERAI_SETTINGS names the file."""
    file = tmp_path / "shop.toml"
    file.write_text("[http]\naccess_log = true\n")
    assert load(environ={"GERAI_SETTINGS": str(file)}).http.access_log is True


def test_a_host_name_for_any_dialect(tmp_path: Path) -> None:
    """`<name>_host` is a setting for every name, in the file and in the environment, which wins; empty is none."""
    file = tmp_path / "gerai.toml"
    file.write_text('[doors]\nscalev_host = "s.example"\nfifth_host = "f.example"\ncekceir_host = "c.example"\n')
    loaded = load(file, {"GERAI_DOORS_SCALEV_HOST": "other.example", "GERAI_DOORS_CEKCEIR_HOST": ""})
    assert loaded.doors.hosts == (("fifth", "f.example"), ("scalev", "other.example"))


@pytest.mark.parametrize(
    ("text", "environ", "said"),
    [
        ("[sever]\n", {}, r"unknown section \[sever\]"),
        ("[server]\nprot = 1\n", {}, "unknown setting server.prot"),
        ("server = 1\n", {}, r"\[server\] must be a table"),
        ("[server]\nport = 'x'\n", {}, "server.port: expected int, got 'x'"),
        ("[server]\nport = true\n", {}, "server.port: expected int, got True"),
        ("[metrics]\ntoken = 4711\n", {}, "metrics.token: expected str, got int$"),
        ("[server]\nport = -1\n", {}, "server.port: -1 is below 0"),
        ("[roblox]\ntimeout_s = nan\n", {}, "roblox.timeout_s: nan is below"),
        ("[server\n", {}, "gerai.toml"),
        ("[doors]\nscalev_hots = 's.example'\n", {}, "unknown setting doors.scalev_hots; known: <name>_host"),
        ("[doors]\nscalev_host = 1\n", {}, "doors.scalev_host: expected str, got 1"),
        ("", {"GERAI_DOORS_SCALEV_HOTS": "s"}, "unknown setting GERAI_DOORS_SCALEV_HOTS"),
        ("", {"GERAI_SERVER_PROT": "1"}, "unknown setting GERAI_SERVER_PROT"),
        ("", {"GERAI_SERVER_PORT": "many"}, "GERAI_SERVER_PORT: 'many' is not a number"),
        ("", {"GERAI_HTTP_ACCESS_LOG": "maybe"}, "GERAI_HTTP_ACCESS_LOG: 'maybe' is neither true nor false"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, text: str, environ: dict[str, str], said: str) -> None:
    """A typo, a wrong type or an impossible value stops the start, and the message names the setting."""
    file = tmp_path / "gerai.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said):
        load(file, environ)


def test_missing_file_is_said(tmp_path: Path) -> None:
    """A settings file that is not there is an error, not the defaults."""
    with pytest.raises(SettingsError, match="cannot read"):
        load(tmp_path / "none.toml", {})


def test_reference_is_current() -> None:
    """docs/reference/settings.md is what `gerai settings` prints, and names every setting."""
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    assert page == reference()
    for section in dataclasses.fields(Settings):
        for field in dataclasses.fields(getattr(Settings(), section.name)):
            suffix = field.metadata["suffix"]
            assert env_name(section.name, f"<name>{suffix}" if suffix else field.name) in page
            assert field.metadata["help"]


def test_every_setting_is_used() -> None:
    """No setting is a promise nobody keeps: each is read somewhere in the package."""
    sources = [p for p in (ROOT / "src/gerai").rglob("*.py") if p.name != "settings.py" or "cli" in p.parts]
    code = "\n".join(p.read_text(encoding="utf-8") for p in sources)
    unused = [
        f"{section.name}.{field.name}"
        for section in dataclasses.fields(Settings)
        for field in dataclasses.fields(getattr(Settings(), section.name))
        if not re.search(rf"\.{field.name}\b", code)
    ]
    assert unused == []
