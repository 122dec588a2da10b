"""What a container's health check runs: python -m services.check_health URL."""

import sys
import urllib.request

if __name__ == "__main__":
    try:
        urllib.request.urlopen(sys.argv[1], timeout=3).close()
    except OSError as error:
        sys.exit(str(error))
