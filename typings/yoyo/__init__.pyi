# What gerai.store.migrate uses of yoyo-migrations, which ships no types.

from yoyo.backends.base import DatabaseBackend
from yoyo.migrations import MigrationList

def get_backend(uri: str) -> DatabaseBackend: ...
def read_migrations(*sources: str) -> MigrationList: ...
