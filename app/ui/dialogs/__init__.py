"""Questions that interrupt: confirmation, a password, the list of shortcut keys. Each has a default and answers Esc."""
