"""Text size, colours, telephone numbers, the home and its accreditation, and what this program is."""
