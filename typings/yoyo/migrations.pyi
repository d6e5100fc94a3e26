from collections.abc import Iterator

from yoyo.backends.base import DatabaseBackend

class Migration:
    id: str
    use_transactions: bool
    def load(self) -> None: ...
    def process_steps(self, backend: DatabaseBackend, direction: str) -> None: ...

class MigrationList:
    def __iter__(self) -> Iterator[Migration]: ...
