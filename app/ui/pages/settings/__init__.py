"""Text size, colours, telephone numbers and what this program is."""
