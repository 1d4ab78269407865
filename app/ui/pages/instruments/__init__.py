"""Which instruments the home may use, and the questionnaires of its own."""
