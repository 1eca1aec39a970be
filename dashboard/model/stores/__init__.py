"""Keys and values of a namespace's store."""
