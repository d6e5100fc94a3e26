"""Read a notice again, once it can be: the account that it names is known now, or its gateway answers."""

from __future__ import annotations

from gerai.domain.refusals import PartnerUnavailable
from gerai.engine.acting import beside
from gerai.engine.arrivals.take import PRODUCTION
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.notices import notice_here, reader_of
from gerai.engine.desk.registry import Act, Done, submitted
from gerai.engine.merchants.open import note
from gerai.engine.notices.keep import EndNotice
from gerai.engine.notices.read import taken
from gerai.kit.bilingual import Bilingual
from gerai.kit.http import NoAnswer
from gerai.ports.gateways import OutcomeUnknown

_RETRY_AFTER_S = 30


async def run(within: Within, given: ById) -> Done:
    """What is in it is booked or waits among the money that came, once however often it is read. ``fault`` of the
    answer: why it waits still. Refuses NotFound, StateConflict (it was read or dismissed already), PartnerUnavailable
    (its gateway does not answer), Busy."""
    notice, source = await notice_here(within, given.id)
    try:
        # What follows from it is booked as a worker would, and is no act of its own.
        with beside():
            command = await taken(
                within.engine, within.house.notice_forms, within.merchant_id, given.id, reader_of(within)
            )
    except (NoAnswer, OutcomeUnknown) as error:
        raise PartnerUnavailable(source.form, _RETRY_AFTER_S) from error
    if command is None:
        # Done before, by this act under its key or by somebody else: the command finds out.
        command = EndNotice(
            merchant_id=within.merchant_id, environment=PRODUCTION, notice_id=given.id, kept=notice.kept,
            fault=notice.fault,
        )  # fmt: skip
    note(given.id, sender=source.form, kept=command.kept, fault=command.fault)
    outcome = await submitted(within, command)
    after = outcome.answer
    details = {"status": after.status, "kept": after.kept, "fault": after.fault}
    return Done(str(given.id), replayed=outcome.replayed, details=details)


ACT = Act("notices.read", "money:act", Bilingual("Baca lagi", "Read it again"), ById, run, reasoned=True)
