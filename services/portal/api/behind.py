"""How many events wait at the broker for this process's read model."""

from services.kit.consumer import Consumer


async def behind(consumer: Consumer) -> int | None:
    """Events known to be there and not yet fetched; None while the broker has not been heard."""
    kafka = consumer.subscriber.consumer
    if kafka is None or not (partitions := kafka.assignment()):
        return None
    waiting = 0
    for partition in partitions:
        if (end := kafka.highwater(partition)) is not None:  # None: nothing was ever fetched from it
            waiting += max(0, end - await kafka.position(partition))
    return waiting
