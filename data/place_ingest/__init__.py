"""Places from files: streets, compounds and areas, from the formats that cities have them in."""

from data.place_ingest.importer import Guard, import_places
from data.place_ingest.reading import ReadPlaces, read_places
from data.place_ingest.reasons import PlaceNotice
from data.place_ingest.summary import PlaceSummary

__all__ = ["Guard", "PlaceNotice", "PlaceSummary", "ReadPlaces", "import_places", "read_places"]
