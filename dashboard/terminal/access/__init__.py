"""Who may write from a terminal, and what was written."""
