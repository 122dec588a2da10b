"""The portal's use cases, one a file; ports.py names what they need."""
