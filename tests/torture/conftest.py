"""The same stores as in the tests of the data room."""

from tests.data.conftest import (
    beginning,
    postgres_server,
    postgres_store_url,
    postgres_url,
    sqlite_store_url,
    sqlite_url,
    store,
    url,
)

__all__ = [
    "beginning",
    "postgres_server",
    "postgres_store_url",
    "postgres_url",
    "sqlite_store_url",
    "sqlite_url",
    "store",
    "url",
]
