"""``python -m services.portal``: runs the portal; arguments as in services/kit/lifecycle.py, and rebuild."""

import sys

import uvloop

from services.portal.app import SERVICE, rebuild

if __name__ == "__main__":
    if sys.argv[1:] == ["rebuild"]:
        raise SystemExit(uvloop.run(rebuild()))
    SERVICE.main()
