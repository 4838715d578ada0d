"""Hypothesis as these tests need it: the same examples each time, however busy the machine is."""

from hypothesis import settings

settings.register_profile("geo", deadline=None, derandomize=True)
settings.load_profile("geo")
