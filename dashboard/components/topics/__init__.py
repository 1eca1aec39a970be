"""What topics carry and who received it."""
