"""The hallway command: a client of the portal's HTTP API, and the embedded Hallway's switch."""
