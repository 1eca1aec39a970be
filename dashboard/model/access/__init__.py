"""Who may write: roles, write lock, audit."""
