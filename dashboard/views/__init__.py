"""The pages. Each puts components together and keeps its own URL; none holds logic."""
