"""Scheduling's doors: gRPC for commands and questions, Kafka for facts."""
