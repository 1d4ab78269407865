"""Forms and dialogs drawn from data: questions, typed answers, and what was wrong with them."""
