"""The command line of a service: run (no argument), worker, migrate, dead-letters list, dead-letters replay [id]."""

import sys
from typing import Any

from services.kit import db, dead_letter, lifecycle, log, migrate
from services.kit.lifecycle import Service
from services.kit.settings import load

USAGE = "give no argument to run the service, or one of: worker, migrate, dead-letters list, dead-letters replay [id]"


CANNOT_START: tuple[type[Exception], ...] = (migrate.SchemaError, *db.TRANSIENT)


def main(service: Service[Any]) -> int:
    """Does what the arguments say; returns the exit code."""
    match sys.argv[1:]:
        case []:
            return _run(service, service.parts, service.name)
        case ["worker"] if service.worker:
            return _run(service, service.worker, f"{service.name}-worker")
        case ["migrate"]:
            return lifecycle.run(_migrate(service))
        case ["dead-letters", "list"]:
            return lifecycle.run(_dead_letters(service, replay=False, only=None))
        case ["dead-letters", "replay", *only] if len(only) <= 1:
            return lifecycle.run(_dead_letters(service, replay=True, only=only[0] if only else None))
    print(f"{service.name}: {USAGE}", file=sys.stderr)
    return 2


def _run(service: Service[Any], parts: Any, name: str) -> int:
    log.configure(load(service.settings).log)
    try:
        return lifecycle.run(service.run(parts, name))
    except CANNOT_START as error:
        print(f"{name} cannot start: {error}", file=sys.stderr)
        return 1


async def _migrate(service: Service[Any]) -> int:
    names = await migrate.migrate(load(service.settings).database_url, service.migrations)
    print(f"{service.name}: {', '.join(names) or 'the schema is up to date'}")
    return 0


async def _dead_letters(service: Service[Any], replay: bool, only: str | None) -> int:
    """Lists them, or takes them again; 1 when one still cannot be handled."""
    pool = await db.create_pool(load(service.settings).database_url, 2)
    failed = 0
    try:
        letters = [letter for letter in await dead_letter.waiting(pool) if only in (None, str(letter.id))]
        for letter in letters:
            place = f"{letter.id} {letter.consumer_group} {letter.topic}/{letter.partition}@{letter.offset}"
            if not replay:
                print(f"{place}: {letter.reason}")
            elif problem := await dead_letter.replay(pool, list(service.subscriptions), letter):
                failed += 1
                print(f"{place}: still fails: {problem}")
            else:
                print(f"{place}: taken")
        print(f"{service.name}: {len(letters)} dead letter(s)" + (f", {failed} still fail" if failed else ""))
    finally:
        await pool.close()
    return 1 if failed else 0
