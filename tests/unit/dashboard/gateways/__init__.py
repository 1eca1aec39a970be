"""Fast tests of gateways."""
