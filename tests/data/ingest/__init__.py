"""Imports of files, real and made."""
