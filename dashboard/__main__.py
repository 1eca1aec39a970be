"""`python -m dashboard` is `daca-ops`."""

from dashboard.cli import main

main()
