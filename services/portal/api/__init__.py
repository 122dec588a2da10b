"""The portal's doors: HTTP, pages, Kafka, and the clients of the other services."""
