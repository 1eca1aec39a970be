"""Messages, turns and histories."""
