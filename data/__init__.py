"""Records and what is derived from them: schema, store, cube, ingest, demo."""
