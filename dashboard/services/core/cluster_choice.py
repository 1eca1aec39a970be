"""Which clusters the page can be switched to: the contexts of the kubeconfig, or the kinds that need none."""

from __future__ import annotations

from dashboard.gateways.clusters.open import kube_contexts
from dashboard.services.core.settings import Settings


def names(settings: Settings) -> tuple[tuple[str, ...], str]:
    """The names of all, as they stand in the URL, and the one that the settings mean."""
    if settings.cluster != "kubernetes":
        kinds = (settings.cluster, *(["static"] if settings.static_file.exists() else ()))
        return tuple(dict.fromkeys(kinds)), settings.cluster
    contexts, current = kube_contexts()
    meant = settings.context or current
    return tuple(dict.fromkeys((*contexts, *([meant] if meant else ())))), meant


def shown(settings: Settings, asked: str) -> str:
    """The one to show where the address asks for `asked`; "" where there is no choice."""
    known, meant = names(settings)
    if len(known) < 2:
        return ""
    return next((name for name in (asked, meant) if name in known), known[0])


def chosen(settings: Settings, name: str) -> Settings:
    """The settings with the cluster of that name; an unknown kind or "" leaves them as they are."""
    if settings.cluster == "kubernetes":
        return settings.model_copy(update={"context": name or settings.context})
    known = name in names(settings)[0]
    return settings.model_copy(update={"cluster": name if known else settings.cluster})
