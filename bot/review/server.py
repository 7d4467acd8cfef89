"""Serves the review room, and keeps it up to date with what was said."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from tempfile import TemporaryDirectory

import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from bot.privacy.where import BROKER, DATABASE, FOLDER, secret

logger = logging.getLogger(__name__)
EVERY = 2  # seconds between two looks at the journal
CLEANED_EVERY = 3600  # seconds
THREADS = 8  # pages made at once


def set_up() -> None:
    """Make Django and its tables ready. Raises what the database raises."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bot.review.settings"
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def serve_demo(host: str, port: int) -> None:
    """Serve made-up conversations from a folder that is thrown away at the end. Real data is not touched."""
    with TemporaryDirectory(prefix="review-demo-") as folder:
        os.environ[FOLDER] = folder
        for setting in (DATABASE, f"{DATABASE}_FILE"):
            os.environ.pop(setting, None)
        serve(host, port, demo=True)


def serve(host: str, port: int, demo: bool = False) -> None:
    """Serve until stopped. The first time it prints a link with which the first account is made.

    `demo`: show made-up conversations instead of what was said. Raises OSError if the address is taken.
    """
    from waitress.server import create_server

    broker = "" if demo else secret(BROKER)
    set_up()
    from bot.review.settings import PUBLIC_ADDRESS

    # With a public address only its proxy can reach us, and what that says of the visitor is true.
    behind = {"trusted_proxy": "*", "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
    server = create_server(
        get_wsgi_application(),
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
        **(behind if PUBLIC_ADDRESS else {}),
    )
    if demo:
        from bot.review.demo import fill

        print("Review room: making conversations up, which takes a moment", flush=True)
        fill()
    else:
        if broker:
            threading.Thread(target=_fetch, args=[broker], daemon=True).start()
        threading.Thread(target=_keep_up, daemon=True).start()
    _say_where(PUBLIC_ADDRESS or f"http://{host}:{port}")
    server.run()


def _say_where(address: str) -> None:
    from bot.review.first_account import link_for_first_account

    if link := link_for_first_account(address):
        print(f"Review room: make the first account with this link, within a day:\n{link}", flush=True)
    else:
        print(f"Review room: {address}/", flush=True)


def _fetch(broker: str) -> None:
    from bot.privacy.journal_queue import fetch

    asyncio.run(fetch(broker))


def _keep_up() -> None:
    from bot.knowledge.load import newest_content, read_again
    from bot.privacy.journal import Journal
    from bot.review.detector import shared_detector
    from bot.review.projector import Projector
    from bot.review.retention import clean_up

    journal, projector, cleaned, read = None, None, 0.0, newest_content()
    while True:
        time.sleep(EVERY)  # first of all: whoever waits for the first page goes before
        try:
            if (newest := newest_content()) != read:
                read_again()
                read, projector = newest, None
            journal = journal or Journal()
            projector = projector or Projector(journal, shared_detector())
            projector.catch_up()
            if time.monotonic() - cleaned > CLEANED_EVERY:
                clean_up(journal)
                cleaned = time.monotonic()
        except Exception as error:  # a database that is gone comes back; nothing is lost meanwhile
            logger.error("the review room is not up to date: %s", type(error).__name__)
