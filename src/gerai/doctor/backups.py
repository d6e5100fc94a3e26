"""The check of backups: made, lately, and the last attempt did not fail."""

from __future__ import annotations

from typing import Final

from gerai.doctor import advice
from gerai.doctor.diagnosis import Diagnosis, Installation, fail, not_checked, ok, warn
from gerai.engine import installation as ask

_HOUR_S: Final = 3600.0
#: A machine that is off at night makes it when it is on again.
_LATE: Final = 2


async def backups(here: Installation) -> Diagnosis:
    """The last backup, whoever made it, and what became of the last attempt at one."""
    async with here.asking() as connection:
        last = await ask.last_backup(connection)
    chosen = here.settings.backup
    scheduled = chosen.every_h > 0 and (here.folder is not None or bool(chosen.dir))
    if last is None:
        return not_checked("none made yet" if scheduled else "none is made by itself (backup.dir)")
    age_s = None if last.made_at is None else (last.now - last.made_at).total_seconds()
    rounded_s = None if age_s is None else round(age_s)
    figures = {"age_s": rounded_s, "size_bytes": last.bytes, "took_ms": last.took_ms, "fault": last.fault}
    seen = "never made" if age_s is None else f"made {age_s / _HOUR_S:.0f} hours ago, {last.bytes / 1e6:.1f} MB"
    if last.fault:
        return fail(f"{seen}; the last attempt failed: {last.fault}", advice.BACKUP_FAILED, **figures)
    if scheduled and (age_s is None or age_s > _LATE * chosen.every_h * _HOUR_S):
        return warn(seen, advice.BACKUP_OLD, **figures)
    return ok(seen, **figures)
