"""Keeping and destroying records."""
