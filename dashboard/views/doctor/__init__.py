"""Misconfigurations, each with its fix."""
