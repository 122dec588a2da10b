"""The JSON API for integrators, under /api/v1."""
