"""The same stores as in the tests of the data room."""

from tests.data.conftest import store, url

__all__ = ["store", "url"]
