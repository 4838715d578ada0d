"""The figures of a place on the map: one list that pages, routes and notebooks share."""

from typing import Final

#: Their names, the usual one first.
MEASURES: Final = ("count", "open", "overdue", "on_time", "density", "days", "change")
