"""The logs of agents and sidecars."""
