"""Fast tests of logs."""
