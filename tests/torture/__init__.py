"""The trials of the store at full length: `make torture`."""
