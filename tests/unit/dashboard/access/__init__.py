"""Fast tests of access."""
