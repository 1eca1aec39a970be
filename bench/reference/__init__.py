"""What figures are compared with: the course's actor, and the least that a turn can cost."""
