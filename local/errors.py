"""What stops a stack, in words for the person who started it."""

from __future__ import annotations


class StackError(Exception):
    """The stack cannot do what was asked; the text says why and what to do."""
