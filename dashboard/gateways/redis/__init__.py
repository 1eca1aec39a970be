"""A namespace's Redis, read without harm."""
