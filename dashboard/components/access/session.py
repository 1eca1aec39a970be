"""Who is here and what they may write: one user's things, kept in their session."""

from __future__ import annotations

import sys

import streamlit as st

from dashboard.components.core.provider import chosen_cluster, get_settings, get_workspace
from dashboard.model.access.person import Person
from dashboard.services.access import roles
from dashboard.services.access.audit import AuditLog
from dashboard.services.access.audited_write import AuditedWrites
from dashboard.services.access.write_policy import WritePolicy


def get_person() -> Person | None:
    """Who is here; None where they have to sign in first."""
    settings, user = get_settings(), st.user.to_dict()
    if "is_logged_in" not in user:  # no provider is set up
        return roles.anonymous(settings)
    if not user["is_logged_in"] or roles.is_over(settings, user):
        return None
    return roles.signed_in(settings, user)


def get_policy() -> WritePolicy:
    """This session's rights and unlocked namespaces; another person starts with none unlocked.

    Each cluster has its own: `prod` of one is not `prod` of another.
    """
    key = f"policy {chosen_cluster()}"
    person = get_person() or Person("nobody", "viewer", "Sign in to write.")
    policy: WritePolicy | None = st.session_state.get(key)
    if policy is None or policy.person != person:
        policy = WritePolicy(get_settings().read_only, person=person)
        st.session_state[key] = policy
    return policy


def get_audit() -> AuditLog:
    """The audit log, which a cluster collects where it is printed too."""
    settings = get_settings()
    return AuditLog(settings.audit_file, echo=sys.stdout if settings.echoes_audit else None)


def get_writes() -> AuditedWrites:
    """This session's writes."""
    return AuditedWrites(get_workspace(), get_policy(), get_audit())
