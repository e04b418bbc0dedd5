"""The REST API: transport, keys, limits and errors around the pure engine."""
