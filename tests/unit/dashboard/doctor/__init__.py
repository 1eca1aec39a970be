"""The doctor, rule by rule."""
