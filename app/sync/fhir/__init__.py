"""FHIR R4 messages as plain dictionaries: built, checked by our own rules, and read back under limits."""
