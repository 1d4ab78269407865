"""Keys: the data key of a store, the slots that wrap it, and the signing keys of the people who may open it."""
