"""The settings as a page for people: ``docs/reference/settings.md``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gerai.settings.read import env_name, sections_of


def reference(plugins: Mapping[str, Any]) -> str:
    """The text of ``docs/reference/settings.md``, with the sections of the plug-ins."""
    lines = [
        "# Settings",
        "",
        "Printed from `src/gerai/settings` and the plug-ins (`gerai settings`); a test holds the two equal.",
        "",
        "A TOML file (`--settings FILE` or `GERAI_SETTINGS`) with one table per section, and the environment, which",
        "wins. Unknown names are refused at start.",
    ]
    for section, default in sections_of(plugins).items():
        lines += ["", f"## [{section}]", "", " ".join((type(default).__doc__ or "").split()), ""]
        lines += ["| Name | Default | Environment | What it does |", "|---|---|---|---|"]
        for f in dataclasses.fields(default):
            suffix = f.metadata["suffix"]
            name, shown = (f"<name>{suffix}", "") if suffix else (f.name, f.default)
            lines.append(f"| `{name}` | `{_toml(shown)}` | `{env_name(section, name)}` | {f.metadata['help']} |")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
