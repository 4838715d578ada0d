"""Files of reports: any export of a city, read into the store with what was wrong kept and told."""

from data.ingest.importer import import_file
from data.ingest.summary import Summary

__all__ = ["Summary", "import_file"]
