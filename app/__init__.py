"""Hartwell: the offline-first record of a care home's champions."""
