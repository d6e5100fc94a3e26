"""Settings: defaults, file, environment, and nothing that passes silently."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from gerai.cli.database import plugin_sections
from gerai.kit.declare import setting
from gerai.partners.lookups.roblox.settings import RobloxSettings
from gerai.settings import Settings, SettingsError, env_name, load, reference

ROOT = Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Stars:
    """The section of a plug-in."""

    url: str = setting("http://stars", "Where they are.")
    limit: int = setting(3, "How many.", 1)


def sections() -> dict[str, Any]:
    """The defaults of all sections, the plug-ins' too."""
    own = {f.name: getattr(Settings(), f.name) for f in dataclasses.fields(Settings) if f.name != "plugins"}
    return own | plugin_sections()


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
        load(file, environ, plugin_sections())


def test_missing_file_is_said(tmp_path: Path) -> None:
    """A settings file that is not there is an error, not the defaults."""
    with pytest.raises(SettingsError, match="cannot read"):
        load(tmp_path / "none.toml", {})


def test_reference_is_current() -> None:
    """docs/reference/settings.md is what `gerai settings` prints, and names every setting."""
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    assert page == reference(plugin_sections())
    for section, values in sections().items():
        for field in dataclasses.fields(values):
            suffix = field.metadata["suffix"]
            assert env_name(section, f"<name>{suffix}" if suffix else field.name) in page
            assert field.metadata["help"]


def test_a_plugin_has_a_section(tmp_path: Path) -> None:
    """What a plug-in declares is read like any other section: default, file, environment; without the plug-in its names
    are unknown. A plug-in named like a section of the server's own stops the start."""
    file = tmp_path / "gerai.toml"
    file.write_text('[stars]\nurl = "http://file"\nlimit = 5\n')
    plugins = {"stars": Stars(), "moons": Stars()}
    loaded = load(file, {"GERAI_STARS_LIMIT": "7"}, plugins)
    assert loaded.plugins == {"stars": Stars("http://file", 7), "moons": Stars()}
    with pytest.raises(SettingsError, match=r"unknown section \[stars\]"):
        load(file, {})
    with pytest.raises(SettingsError, match="unknown setting GERAI_STARS_LIMIT"):
        load(environ={"GERAI_STARS_LIMIT": "7"})
    with pytest.raises(SettingsError, match=r"unknown setting stars\.limit; known: users_base_url"):
        load(file, {}, {"stars": RobloxSettings()})
    with pytest.raises(SettingsError, match="GERAI_STARS_LIMIT: 0 is below 1"):
        load(file, {"GERAI_STARS_LIMIT": "0"}, plugins)
    for name in ("http", "plugins"):
        with pytest.raises(SettingsError, match=f"the plug-in {name} has the name of a section"):
            load(environ={}, plugins={name: Stars()})


def test_names_of_the_roblox_section_stay(tmp_path: Path) -> None:
    """`[roblox]` and GERAI_ROBLOX_* are what they were when the server itself declared them."""
    file = tmp_path / "gerai.toml"
    file.write_text('[roblox]\nusers_base_url = "http://u"\ngames_base_url = "http://g"\n')
    environ = {"GERAI_ROBLOX_APIS_BASE_URL": "http://a", "GERAI_ROBLOX_TIMEOUT_S": "2"}
    loaded = load(file, environ, plugin_sections())
    assert loaded.plugins == {"roblox": RobloxSettings("http://u", "http://g", "http://a", 2.0)}


def test_every_setting_is_used() -> None:
    """No setting is a promise nobody keeps: each is read somewhere in the package."""
    declared = ROOT / "src/gerai/settings"
    sources = [p for p in (ROOT / "src/gerai").rglob("*.py") if not p.is_relative_to(declared)]
    code = "\n".join(p.read_text(encoding="utf-8") for p in sources)
    unused = [
        f"{section}.{field.name}"
        for section, values in sections().items()
        for field in dataclasses.fields(values)
        if not re.search(rf"\.{field.name}\b", code)
    ]
    assert unused == []
