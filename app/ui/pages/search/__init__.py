"""Searching the notes of the whole home."""
