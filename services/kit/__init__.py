"""The plumbing every service shares: settings, PostgreSQL, outbox, Kafka, gRPC, telemetry, life cycle."""
