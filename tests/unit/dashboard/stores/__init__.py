"""Fast tests of stores."""
