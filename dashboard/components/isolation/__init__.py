"""The proof that namespaces are isolated."""
