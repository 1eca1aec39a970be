"""What all features use."""
