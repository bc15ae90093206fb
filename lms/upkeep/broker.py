"""The embedded broker keeps every message it ever delivered, unless somebody deletes them."""

from kombu.connection import Connection
from kombu.transport.sqlalchemy import Channel
from sqlalchemy import delete


def forget_delivered(connection: Connection) -> int:
    """Delete what the broker behind `connection` has delivered; the number of messages.

    Kombu's SQL transport marks a message invisible as it hands it out and never looks at it again:
    a worker that gives a message back writes a new one from its own memory. Any other broker
    deletes by itself, and nothing is done.
    """
    channel = connection.default_channel
    if not isinstance(channel, Channel):
        return 0
    message = channel.message_cls
    done = channel.session.execute(delete(message).where(message.visible.is_(False)))
    channel.session.commit()
    return int(done.rowcount)
