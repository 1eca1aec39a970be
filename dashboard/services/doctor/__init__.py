"""The doctor: evidence of each namespace, rules that look at it, and a report of what they found."""
