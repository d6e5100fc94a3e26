"""Members of a door: a row for each, found again by its identifier."""

from __future__ import annotations

from gerai.engine.desk.importing import Import
from gerai.engine.desk.member_job import MemberLine, begin_members
from gerai.kit.bilingual import Bilingual

IMPORT = Import(
    "members", "members:write", Bilingual("Impor anggota", "Import members"), MemberLine, "members.list", begin_members
)
