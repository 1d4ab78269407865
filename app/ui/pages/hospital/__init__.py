"""Hospital: who is away, one journey there and back, and where the red bags are."""
