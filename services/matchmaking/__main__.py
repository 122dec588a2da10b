"""Runs matchmaking: python -m services.matchmaking [worker | migrate | dead-letters ...]."""

from services.matchmaking.app import SERVICE

SERVICE.main()
