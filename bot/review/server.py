"""Serves the review room, and keeps it up to date with what was said."""

from __future__ import annotations

import logging
import os
import threading

import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

logger = logging.getLogger(__name__)
EVERY = 2  # seconds between two looks at the journal


def set_up() -> None:
    """Make Django and its tables ready. Raises what the database raises."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bot.review.settings"
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def serve(host: str, port: int) -> None:
    """Serve until stopped. The first time it prints a link with which the first account is made."""
    import waitress

    set_up()
    from bot.review.first_account import link_for_first_account

    application = get_wsgi_application()
    stop = threading.Event()
    threading.Thread(target=_keep_up, args=(stop,), daemon=True).start()
    address = f"http://{host}:{port}"
    print(f"Review room: {link_for_first_account(address) or address}", flush=True)
    try:
        waitress.serve(application, host=host, port=port, threads=8, ident=None, _quiet=True)
    finally:
        stop.set()


def _keep_up(stop: threading.Event) -> None:
    from bot.privacy.journal import Journal
    from bot.review.detector import shared_detector
    from bot.review.projector import Projector

    projector = None
    while not stop.wait(EVERY):
        try:
            projector = projector or Projector(Journal(), shared_detector())
            projector.catch_up()
        except Exception as error:  # a database that is gone comes back; nothing is lost meanwhile
            logger.error("the review room is not up to date: %s", type(error).__name__)
