"""One actor as agent, store and topic know it."""
