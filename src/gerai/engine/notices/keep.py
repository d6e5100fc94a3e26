"""Keep a notice that money came in, as it came; and what became of it."""

from __future__ import annotations

from typing import Final

import msgspec

from gerai.domain.records import Event, Notice
from gerai.domain.refusals import NotFound
from gerai.domain.states import NOTICE
from gerai.engine.command import Command, Context, Needs
from gerai.engine.made import Made
from gerai.engine.state import Job, State
from gerai.store import notices as sql
from gerai.store.connection import Connection

READ_NOTICE_TASK: Final = "gerai.read_notice"
#: The event of one that begins to wait for a person.
NOTICE_WAITS: Final = "notice.waiting"
_QUEUE: Final = "payments"
#: The longest text that says why one waits.
_LONGEST: Final = 300


class KeepNotice(Command[Notice], frozen=True, kw_only=True):
    """Keep a notice whose proof was checked, once, and have it read after the commit. ``digest``: of its body; what
    came from the same source with the same one is returned.

    Refuses: NotFound (no such source, or it was closed).
    """

    notice_id: int
    source_id: int
    digest: bytes
    body: bytes

    def needs(self) -> Needs:
        return Needs(notice_keys=((self.source_id, self.digest),))

    def decide(self, state: State, context: Context) -> Notice:
        source = state.notice_sources.get(self.merchant_id, self.source_id)
        if source is None or source.closed_at is not None:
            raise NotFound("notice source", str(self.source_id))
        for known in state.notices.named(self.merchant_id, self.source_id, self.digest):
            return known
        state.jobs.append(
            Job(_QUEUE, READ_NOTICE_TASK, None, {"merchant_id": self.merchant_id, "notice_id": self.notice_id})
        )
        return state.notices.insert(
            Notice(
                self.merchant_id, self.notice_id, self.source_id, self.digest, self.body, "received", "", 0,
                context.now, context.now,
            )
        )  # fmt: skip


class _OneNotice(Command[Notice], frozen=True, kw_only=True):
    """Base of what is decided about one notice."""

    notice_id: int

    def needs(self) -> Needs:
        return Needs(notices=(self.notice_id,))

    def identify(self, answer: Notice) -> Made:
        return Made(target=str(self.notice_id))

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> Notice:
        found = await sql.notice(connection, merchant_id, int(made.target))
        if found is None:
            raise NotFound("notice", made.target)
        return found


class EndNotice(_OneNotice, frozen=True, kw_only=True):
    """It was read: ``kept`` arrivals are kept of it, and with a ``fault`` it waits for a person all the same, which is
    announced (``notice.waiting``) when it begins to.

    Refuses: NotFound, StateConflict (it was read or dismissed already).
    """

    kept: int
    fault: str = ""

    def decide(self, state: State, context: Context) -> Notice:
        notice = _found(state, self.merchant_id, self.notice_id)
        status = NOTICE.move(notice.status, "set_aside" if self.fault else "finish", str(self.notice_id))
        if self.fault and notice.status != status:
            facts = {"notice": self.notice_id, "fault": self.fault[:_LONGEST], "kept": self.kept}
            state.events.append(Event(self.merchant_id, self.environment, None, NOTICE_WAITS, facts, context.now))
        return state.notices.update(
            msgspec.structs.replace(
                notice, status=status, fault=self.fault[:_LONGEST], kept=self.kept, updated_at=context.now
            )
        )


class DismissNotice(_OneNotice, frozen=True, kw_only=True):
    """A person says that there is nothing in it, whether it was read or not.

    Refuses: NotFound, StateConflict (it was read, or dismissed already).
    """

    def decide(self, state: State, context: Context) -> Notice:
        notice = _found(state, self.merchant_id, self.notice_id)
        status = NOTICE.move(notice.status, "dismiss", str(self.notice_id))
        return state.notices.update(msgspec.structs.replace(notice, status=status, updated_at=context.now))


def _found(state: State, merchant_id: int, notice_id: int) -> Notice:
    notice = state.notices.get(merchant_id, notice_id)
    if notice is None:
        raise NotFound("notice", str(notice_id))
    return notice
