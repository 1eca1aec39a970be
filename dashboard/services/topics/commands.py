"""The commands that list and follow what topics carry."""

from __future__ import annotations

import shlex

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.topics.events import EntryFilter
from dashboard.services.core import commands
from dashboard.services.core.settings import Settings


def entries(settings: Settings, endpoint: Endpoint, topic: str, wanted: EntryFilter) -> dict[str, str]:
    """The lines that list a topic's entries, and that follow it."""
    options = (("--topic", topic), ("--actor", wanted.actor_id), ("--type", wanted.event_type))
    words = [word for option, value in options if value for word in (option, value)]
    return {
        "Entries": commands.daca_ops(settings, "events", "list", *words, namespaces=[endpoint.name]),
        "As they come": commands.daca_ops(settings, "events", "tail", *words, namespaces=[endpoint.name]),
        "As Redis holds them": commands.read_key(endpoint.at_its_topics, topic, "stream"),
    }


def groups(settings: Settings, endpoint: Endpoint, topic: str) -> dict[str, str]:
    """The lines that list a topic's groups and what is pending."""
    pending = f"XPENDING {shlex.quote(topic)} {shlex.quote(endpoint.app_id)} - + 100"
    return {
        "Groups": commands.daca_ops(
            settings, "events", "groups", "--topic", topic, namespaces=[endpoint.name]
        ),
        "As Redis tells them": commands.stream_groups(endpoint.at_its_topics, topic),
        "Pending": commands.redis_cli(endpoint.at_its_topics, pending),
    }
