"""How settings are read: a file, the environment over it, each value checked against what was declared."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, cast

from gerai.kit.json_values import is_object
from gerai.settings.sections import Settings

#: Environment names that begin with GERAI_ but are not settings: where the file is, and where the data is.
RESERVED: Final = frozenset({"GERAI_SETTINGS", "GERAI_DATA", "GERAI_LANG"})


class SettingsError(Exception):
    """A setting is unknown or has an impossible value. The text names it and is fit for an operator."""


def env_name(section: str, name: str) -> str:
    """``http``, ``body_limit_bytes`` → ``GERAI_HTTP_BODY_LIMIT_BYTES``."""
    return f"GERAI_{section}_{name}".upper()


def as_environment(settings: Settings, *sections: str) -> dict[str, str]:
    """These sections as environment variables: what a process of ours needs to run with the same settings."""
    return {
        env_name(section, f.name): str(getattr(getattr(settings, section), f.name))
        for section in sections
        for f in dataclasses.fields(getattr(settings, section))
    }


def load(
    file: Path | None = None, environ: Mapping[str, str] | None = None, plugins: Mapping[str, Any] | None = None
) -> Settings:
    """Settings from ``file`` (or the file GERAI_SETTINGS names), overlaid with the environment. ``plugins``: the
    sections of the plug-ins, their defaults by name.

    Raises SettingsError for an unreadable file, an unknown name or a value that does not fit.
    """
    environ = os.environ if environ is None else environ
    if file is None and environ.get("GERAI_SETTINGS"):
        file = Path(environ["GERAI_SETTINGS"])
    given = _read(file) if file else {}
    sections = sections_of(plugins or {})
    if unknown := sorted(set(given) - set(sections)):
        raise SettingsError(f"unknown section [{unknown[0]}]; known: {', '.join(sections)}")
    declared = [(s, f) for s, default in sections.items() for f in dataclasses.fields(default)]
    names = {env_name(s, f.name) for s, f in declared if not f.metadata["suffix"]} | RESERVED
    families = [(env_name(s, ""), f.metadata["suffix"].upper()) for s, f in declared if f.metadata["suffix"]]
    for name in environ:
        known = name in names or any(name.startswith(start) and name.endswith(end) for start, end in families)
        if name.startswith("GERAI_") and not known:
            closest = get_close_matches(name, names, 1)
            meant = f" (did you mean {closest[0]}?)" if closest else ""
            raise SettingsError(f"unknown setting {name}{meant}; docs/reference/settings.md lists all of them")
    values = {name: _section(name, default, given.get(name, {}), environ) for name, default in sections.items()}
    own = {name: values.pop(name) for name in plugins or {}}
    return Settings(**values, plugins=own)


def sections_of(plugins: Mapping[str, Any]) -> dict[str, Any]:
    """Each section's defaults by its name, the plug-ins' behind the server's own."""
    ours = {f.name: f.default for f in dataclasses.fields(Settings) if f.name != "plugins"}
    if taken := [name for name in plugins if name in ours or name == "plugins"]:
        raise SettingsError(f"the plug-in {taken[0]} has the name of a section of the server's own settings")
    return ours | dict(plugins)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error


def _section(section: str, default: Any, given: Any, environ: Mapping[str, str]) -> Any:
    if not is_object(given):
        raise SettingsError(f"[{section}] must be a table")
    families = {f.name: f for f in dataclasses.fields(default) if f.metadata["suffix"]}
    known = {f.name: f for f in dataclasses.fields(default) if f.name not in families}
    values: dict[str, Any] = {}
    for name, declared in families.items():
        values[name], given = _per_name(section, declared.metadata["suffix"], given, environ)
    if unknown := sorted(set(given) - set(known)):
        shown = [*known, *(f"<name>{f.metadata['suffix']}" for f in families.values())]
        raise SettingsError(f"unknown setting {section}.{unknown[0]}; known: {', '.join(shown)}")
    for name, declared in known.items():
        where, raw = f"{section}.{name}", given.get(name, declared.default)
        if (section, name) == ("database", "url") and environ.get("DATABASE_URL"):
            where, raw = "DATABASE_URL", environ["DATABASE_URL"]
        if (variable := env_name(section, name)) in environ:
            where, raw = variable, _from_text(variable, environ[variable], _type_of(declared))
        values[name] = _checked(where, raw, declared)
    return type(default)(**values)


def _per_name(
    section: str, suffix: str, given: dict[str, Any], environ: Mapping[str, str]
) -> tuple[tuple[tuple[str, str], ...], dict[str, Any]]:
    """The pairs (name, text) of the settings with this suffix, and what else is given in the section."""
    found = {name.removesuffix(suffix): value for name, value in given.items() if name.endswith(suffix)}
    for name, value in found.items():
        if not isinstance(value, str):
            raise SettingsError(f"{section}.{name}{suffix}: expected str, got {value!r}")
    begin, end = env_name(section, ""), suffix.upper()
    for variable, value in environ.items():
        if variable.startswith(begin) and variable.endswith(end):
            found[variable.removeprefix(begin).removesuffix(end).lower()] = value
    rest = {name: value for name, value in given.items() if not name.endswith(suffix)}
    return tuple(sorted((name, value) for name, value in found.items() if value)), rest


def _type_of(declared: dataclasses.Field[Any]) -> type[Any]:
    """A setting has the type of its default; each has one."""
    return cast("type[Any]", type(declared.default))


def _from_text(where: str, text: str, wanted: type[Any]) -> Any:
    if wanted is bool:
        answers = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if text.lower() not in answers:
            raise SettingsError(f"{where}: {text!r} is neither true nor false")
        return answers[text.lower()]
    try:
        return wanted(text)
    except ValueError:
        raise SettingsError(f"{where}: {text!r} is not a number") from None


def _checked(where: str, value: Any, declared: dataclasses.Field[Any]) -> Any:
    wanted = _type_of(declared)
    if wanted is float and type(value) is int:
        value = float(value)
    if type(value) is not wanted:
        got = type(value).__name__ if declared.name == "token" else repr(value)
        raise SettingsError(f"{where}: expected {wanted.__name__}, got {got}")
    if (fault := declared.metadata["fault"]) is not None and (said := fault(value)):
        raise SettingsError(f"{where}: {said}")
    minimum = declared.metadata["minimum"]
    if minimum is not None and not value >= minimum:
        raise SettingsError(f"{where}: {value!r} is below {minimum}")
    return value
