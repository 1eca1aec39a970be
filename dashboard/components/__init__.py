"""Widgets. Each draws what it is given; none decides what that is."""
