"""Controls that every page shares, so that a date, an error or a button looks and speaks the same everywhere."""
