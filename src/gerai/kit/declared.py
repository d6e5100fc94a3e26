"""The settings of merchants as structs declare them: each with its help, what fits, and what a stored row means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar, cast, get_type_hints

import msgspec
from msgspec import Meta

from gerai.kit.bilingual import Bilingual
from gerai.kit.closest import not_known
from gerai.kit.declare import Known, SettingFault, fulfilment_providers
from gerai.kit.discover import PluginBroken
from gerai.kit.plain_errors import plain

S = TypeVar("S", bound=msgspec.Struct)

_HEADING: Final = """# Merchant settings

Printed from `src/gerai/merchant_settings.py` and the dialects (`gerai merchants reference`); a test holds them equal.

What each merchant may choose for itself; [the server's settings](settings.md) are the operator's. They hold for both
environments.

```sh
gerai merchants settings --merchant toko
gerai merchants set late_payment hold --merchant toko
gerai merchants set payment_fees '{"va": {"fixed_rupiah": 4000}}' --merchant toko
gerai merchants reset payment_fees --merchant toko
```

A value that does not fit is refused and changes nothing. Every process follows within a second. When a row was edited
by hand and a value in it cannot be read, its default counts, and the log says so (`merchant.setting_unreadable`).

| Name | Default | Takes | What it does |
|---|---|---|---|
"""


class Declared(NamedTuple):
    """A setting as ``struct`` declares it. ``takes`` shows what fits, in Markdown; ``known``: the partners it may name,
    None when it names none."""

    name: str
    struct: type[msgspec.Struct]
    type: Any
    default: Any
    help: Bilingual
    takes: Bilingual
    known: Known | None
    fault: Callable[[Any], str] | None

    def unknown_names(self, value: Any, methods: Mapping[str, Any], providers: Mapping[str, Any]) -> str:
        """What of ``value`` names a partner that an installation with these does not have; empty: nothing."""
        if self.known is None:
            return ""
        named: list[str] = [value] if isinstance(value, str) else [*(value or ())]
        known = self.known(methods, providers)
        unknown = [one for one in named if one and one not in known]
        what = "provider" if self.known is fulfilment_providers else "payment method"
        return not_known(what, unknown[0], sorted(known), listed=len(known)) if unknown else ""


def _declared_in(struct: type[msgspec.Struct]) -> list[Declared]:
    plain, found = struct(), list[Declared]()
    for name, hint in get_type_hints(struct, include_extras=True).items():
        said: Meta = hint.__metadata__[-1]
        found.append(Declared(name, struct, hint, getattr(plain, name), **(said.extra or {})))
    return found


@dataclass(frozen=True)
class ChosenSettings:
    """All settings of a merchant as they are in force, by the struct that declares them."""

    by_struct: Mapping[type[msgspec.Struct], Any]

    def of(self, struct: type[S]) -> S:
        """KeyError for a struct that is not declared in this process."""
        return self.by_struct[struct]


class MerchantSettingsDeclared:
    """Every setting a merchant may choose, of these structs. ``by_name``: each as it is declared.

    PluginBroken: two structs declare one name in different ways.
    """

    def __init__(self, *structs: type[msgspec.Struct]) -> None:
        self._structs = structs
        self.by_name: dict[str, Declared] = {}
        for declared in (one for struct in structs for one in _declared_in(struct)):
            earlier = self.by_name.setdefault(declared.name, declared)
            if (earlier.type, earlier.default) != (declared.type, declared.default):
                owners = f"{earlier.struct.__name__} and {declared.struct.__name__}"
                raise PluginBroken(f"{owners} declare the merchant setting {declared.name} in different ways")

    def checked(self, given: dict[str, Any]) -> dict[str, Any]:
        """``given`` ready to be stored, as plain JSON values. SettingFault for the first that is unknown or unfit."""
        fit = {name: self._convert(name, value) for name, value in given.items()}
        return {name: msgspec.json.decode(msgspec.json.encode(value)) for name, value in fit.items()}

    def from_text(self, name: str, text: str) -> Any:
        """What somebody means who types ``text`` at a terminal: JSON, or a bare word. SettingFault: neither fits."""
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeError) as error:
            if text.lstrip().startswith(("{", "[")):
                raise SettingFault(name, f"{text} is no valid JSON ({error}); texts stand in double quotes") from error
            value = text
        wanted = self.by_name.get(name)
        if wanted is not None and isinstance(wanted.default, str) and not isinstance(value, str):
            value = text
        return self.checked({name: value})[name]

    def read(self, stored: Any) -> tuple[ChosenSettings, list[SettingFault]]:
        """The settings in force, and what of the row could not be read: each of those has its default."""
        values: dict[str, Any] = {}
        faults: list[SettingFault] = []
        if not isinstance(stored, dict):
            faults.append(SettingFault("settings", "not an object"))
            stored = {}
        for name, value in cast("dict[str, Any]", stored).items():
            try:
                values[name] = self._convert(name, value)
            except SettingFault as fault:
                faults.append(fault)
        named = {struct: {n: values[n] for n in struct.__struct_fields__ if n in values} for struct in self._structs}
        return ChosenSettings({struct: struct(**chosen) for struct, chosen in named.items()}), faults

    def _convert(self, name: str, value: Any) -> Any:
        wanted = self.by_name.get(name)
        if wanted is None:
            raise SettingFault(name, not_known("setting", name, self.by_name, listed=len(self.by_name)))
        try:
            value = msgspec.convert(value, wanted.type, str_keys=True)
            fault = wanted.fault(value) if wanted.fault else ""
        except msgspec.ValidationError as error:
            fault = plain(str(error), wanted.type)
        if fault:
            raise SettingFault(name, f"{fault}; it takes {wanted.takes.en.replace('`', '')}")
        return value

    def reference(self) -> str:
        """The text of ``docs/reference/merchant-settings.md``."""
        return _HEADING + "".join(
            f"| `{d.name}` | `{msgspec.json.encode(d.default).decode()}` | {d.takes.en} | {d.help.en} |\n"
            for d in self.by_name.values()
        )
