"""The dashboard and the command line of daca-ops."""
