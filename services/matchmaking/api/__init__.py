"""The doors of matchmaking: gRPC commands and questions, Kafka events."""
