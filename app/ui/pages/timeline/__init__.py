"""Everything that happened to one resident, newest first."""
