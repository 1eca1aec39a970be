"""How each namespace is."""
