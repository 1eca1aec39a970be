"""Fast tests of chat."""
