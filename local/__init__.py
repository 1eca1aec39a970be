"""The whole system on one machine without containers: real Redis, real Dapr, agents and the dashboard."""
