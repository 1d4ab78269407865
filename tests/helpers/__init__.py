"""Things that several folders of tests need."""
