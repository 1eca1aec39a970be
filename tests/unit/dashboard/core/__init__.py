"""Fast tests of core."""
