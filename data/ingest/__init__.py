"""Files of reports: any export of a city, read into the store with what was wrong kept and told."""

from data.ingest.importer import import_file
from data.ingest.summary import Summary
from data.ingest.survey import Survey, survey

__all__ = ["Summary", "Survey", "import_file", "survey"]
