"""Fast tests of actors."""
