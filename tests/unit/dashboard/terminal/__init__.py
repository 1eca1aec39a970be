"""Fast tests of terminal."""
