"""A cluster behind the Kubernetes API: lists from watched caches, calls through the API server's proxies."""
