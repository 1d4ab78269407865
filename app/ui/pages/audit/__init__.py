"""The audit trail of the whole home."""
