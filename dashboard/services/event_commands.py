"""The commands behind the pages Events and Actor; see `services/commands.py`."""

from __future__ import annotations

import shlex

from dashboard.model.events import Wanted
from dashboard.model.places import Place
from dashboard.services import commands
from dashboard.services.settings import Settings


def entries(settings: Settings, place: Place, topic: str, wanted: Wanted) -> dict[str, str]:
    """The lines that list a topic's entries, and that follow it."""
    options = (("--topic", topic), ("--actor", wanted.actor_id), ("--type", wanted.event_type))
    words = [word for option, value in options if value for word in (option, value)]
    return {
        "Entries": commands.daca_ops(settings, "events", "list", *words, namespaces=[place.name]),
        "As they come": commands.daca_ops(settings, "events", "tail", *words, namespaces=[place.name]),
        "As Redis holds them": commands.read_key(place.at_its_topics, topic, "stream"),
    }


def groups(settings: Settings, place: Place, topic: str) -> dict[str, str]:
    """The lines that list a topic's groups and what is pending."""
    pending = f"XPENDING {shlex.quote(topic)} {shlex.quote(place.app_id)} - + 100"
    return {
        "Groups": commands.daca_ops(settings, "events", "groups", "--topic", topic, namespaces=[place.name]),
        "As Redis tells them": commands.stream_groups(place.at_its_topics, topic),
        "Pending": commands.redis_cli(place.at_its_topics, pending),
    }


def truth(settings: Settings, place: Place, actor_id: str, until: int | None = None) -> dict[str, str]:
    """The lines that ask each witness of an actor."""
    where, topic = [place.name], ("events", "list", "--actor", actor_id)
    actor = ["actor", actor_id, *(("--until", str(until)) if until else ())]
    return {
        "All four, compared": commands.daca_ops(settings, *actor, namespaces=where),
        **commands.witnesses(place, actor_id),
        "What the store holds": commands.stored_history(place, actor_id),
        "What the topic carried": commands.daca_ops(settings, *topic, namespaces=where),
    }
