"""``python -m services.portal``: runs the portal; arguments as in services/kit/commands.py."""

from services.portal.app import SERVICE

if __name__ == "__main__":
    SERVICE.main()
