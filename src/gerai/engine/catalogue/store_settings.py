"""What each store decides for itself, kept with its row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, cast, get_type_hints

import msgspec
import structlog

from gerai.domain.refusals import InputInvalid
from gerai.kit.closest import not_known
from gerai.kit.plain_errors import plain

log = structlog.get_logger("gerai.catalogue")
_NotNegative = Annotated[int, msgspec.Meta(ge=0)]
#: A hundred years. More is for ever, and beyond what a calendar holds.
_EVER_H: Final = 876_000


class StoreSettings(msgspec.Struct, frozen=True):
    """What a store may decide. ``check_shipping_cost``: refuse a cost that is not our own quote;
    ``digital_completion``: when a paid order without parcels is complete; ``unique_code_max``: largest discount, in
    rupiah, that distinguishes manual transfers (0 = none); ``expire_after_h``: an unpaid order expires after so many
    hours (0 = never)."""

    check_shipping_cost: bool = True
    digital_completion: Literal["auto", "when_settled", "manual"] = "auto"
    unique_code_max: _NotNegative = 0
    min_name_length: _NotNegative = 1
    min_address_length: _NotNegative = 1
    expire_after_h: _NotNegative = 72

    @property
    def open_for(self) -> timedelta | None:
        """How long an unpaid order waits for its money; None: for ever."""
        return timedelta(hours=self.expire_after_h) if 0 < self.expire_after_h <= _EVER_H else None

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> StoreSettings:
        """The settings that are ``given``. InputInvalid: one that is unknown or does not fit."""
        return cls(**{name: cls._fit(name, value) for name, value in given.items()})

    @classmethod
    def read(cls, stored: Any) -> StoreSettings:
        """The settings of a row that may have been edited by hand: what cannot be read has its default, and the log
        names it."""
        found: dict[str, Any] = {}
        for name, value in cast("dict[str, Any]", stored).items() if isinstance(stored, dict) else ():
            try:
                found[name] = cls._fit(name, value)
            except InputInvalid as fault:
                log.warning("store.setting_unreadable", name=name, fault=fault.fields[name][0])
        return cls(**found)

    @classmethod
    def _fit(cls, name: str, value: Any) -> Any:
        known = cls.__struct_fields__
        if name not in known:
            raise InputInvalid({name: [not_known("setting", name, known, listed=len(known))]})
        wanted = get_type_hints(cls, include_extras=True)[name]
        try:
            return msgspec.convert(value, wanted)
        except msgspec.ValidationError as error:
            raise InputInvalid({name: [plain(str(error), wanted)]}) from error
