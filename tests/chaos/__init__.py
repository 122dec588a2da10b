"""Hallway under faults: a seeded workload, a nemesis, and a checker of what everybody was told (see __main__.py)."""

import os

# Before anything loads gRPC: its fork handlers end in a segmentation fault of some children started beside its calls.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
