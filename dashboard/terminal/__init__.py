"""The commands of `daca-ops`, one module per job; each is a thin skin over a service."""
