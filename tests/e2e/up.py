"""Runs an embedded Hallway until SIGINT; prints one line of JSON once it is ready. Arguments: state folder, port."""

import json
import sys
from pathlib import Path

from rich.console import Console

from embedded.hallway import Running, run
from embedded.options import Options


def tell(running: Running) -> None:
    """Where everything is, for the test that started this."""
    facts = {
        "url": running.portal_url,
        "token": running.bootstrap_token,
        "mailbox": running.mailbox_url,
        "kafka": running.kafka_bootstrap,
        "databases": dict(running.database_urls),
    }
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    run(tell, Options(state=Path(sys.argv[1]), port=int(sys.argv[2])), Console(stderr=True))
