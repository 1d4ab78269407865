"""The premium's rules: what holds, what held, and what the commissioner has been asked."""
