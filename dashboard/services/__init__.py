"""What daca-ops does, callable without Streamlit."""
