"""What `/metrics` tells, in Prometheus' terms."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

TURNS = Counter("chat_agent_turns_total", "Turns by how they ended", ["result"])
TURN_SECONDS = Histogram("chat_agent_turn_seconds", "Seconds from request to answer of a turn")
EVENTS_PUBLISHED = Counter("chat_agent_events_published_total", "Events by how publishing ended", ["result"])
EVENTS_RECEIVED = Counter("chat_agent_events_received_total", "Events received, by what was done", ["result"])
