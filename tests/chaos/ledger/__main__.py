"""``python -m tests.chaos.ledger``: runs the ledger as any service is run."""

from tests.chaos.ledger.app import SERVICE

if __name__ == "__main__":
    SERVICE.main()
