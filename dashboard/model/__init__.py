"""Frozen values and pure functions: nothing here opens a connection or draws."""
