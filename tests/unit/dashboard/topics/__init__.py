"""Fast tests of topics."""
