"""Fast tests of isolation."""
