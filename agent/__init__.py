"""The deployed service: a FastAPI app that hosts the Dapr virtual actor `ChatAgent`."""
