"""`python -m services.scheduling [worker | migrate | dead-letters ...]`."""

from services.scheduling.app import SERVICE

SERVICE.main()
