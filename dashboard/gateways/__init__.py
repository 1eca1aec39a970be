"""The only code that opens a connection. Every call has a deadline and raises `GatewayError` alone."""
