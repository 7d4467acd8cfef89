"""How long the pages of the review room take among a hundred thousand conversations."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from statistics import median
from typing import TYPE_CHECKING

from bot.knowledge.load import ROOT
from bot.privacy.where import DATABASE, FOLDER

if TYPE_CHECKING:
    from django.test import Client

COUNT, ROUNDS = 100_000, 5
KEPT = ROOT / ".cache" / "review-bench"  # writing them takes minutes; delete the folder to do it again
PAGES = (  # what the queue is narrowed to; the order is "new" or "risk"
    "order=risk&unreviewed=on",
    "order=new",
    "order=new&level=flagged",
    "order=new&level=3",
    "order=risk&category=suicide",
    "order=new&topic=advocate_get",
    "order=new&topic=armed_services",  # nobody asked about it
    "order=new&channel=telegram",
    "order=new&channel=rest",
    "order=risk&place=cumberland",
    "order=new&unsure=on",
    "order=new&not_sure=on",
    "order=new&unhelpful=on",
    "order=new&unreviewed=on",
    "order=new&mine=on",
    "order=risk&second=on",
    "order=risk&unreviewed=on&place=devon&not_sure=on&unhelpful=on&topic=get_help",
)
SEARCHES = ("social", "advocate", "mum", "so", "someone hits me", "social worker meeting", "xylophone")


def run() -> None:
    """Print the median of each page in milliseconds, and how much of it the processor was busy for us."""
    KEPT.mkdir(parents=True, exist_ok=True)
    os.environ[FOLDER] = str(KEPT)
    os.environ.pop(DATABASE, None)
    client = _logged_in()
    for name, address in _addresses(client):
        spent = [_milliseconds(client, address) for _ in range(ROUNDS)]
        whole, busy = (median(times) for times in zip(*spent, strict=True))
        print(f"{name:80} {whole:6.0f} ms, busy {busy:4.0f}")


def _logged_in() -> Client:
    """Somebody who may see everything in a room that is filled."""
    from bot.review.server import set_up

    set_up()
    from django.contrib.auth.models import User
    from django.test import Client

    from bot.review.demo import many
    from bot.review.models import Conversation, Member

    if (there := Conversation.objects.count()) < COUNT:
        many(COUNT - there)
    user, _ = User.objects.get_or_create(username="bench")
    Member.objects.get_or_create(user=user, all_places=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _addresses(client: Client) -> Iterator[tuple[str, str]]:
    from bot.review.models import Conversation, Label

    newest = Conversation.objects.order_by("-last", "-pk")
    middle, late = newest[COUNT // 2], newest[COUNT - 100]
    days = f"since={middle.last:%Y-%m-%d}&until={middle.last:%Y-%m-%d}"
    label = Label.objects.order_by("pk")[0].pk
    for query in (*PAGES, f"order=new&label={label}", f"order=new&{days}", f"order=risk&{days}"):
        yield query, f"/?{query}"
    for order in ("new", "risk"):
        yield f"order={order}, the last page", f"/?order={order}&after={late.pk}"
        yield f"order={order}, back from the middle", f"/?order={order}&before={middle.pk}"
    for words in SEARCHES:
        yield f"words: {words}", client.post("/", {"order": "new", "words": words})["Location"]
    for query in ("order=risk&unreviewed=on", "order=new&topic=armed_services"):
        yield f"a conversation, {query}", f"/conversation/{middle.pk}/?{query}"


def _milliseconds(client: Client, address: str) -> tuple[float, float]:
    started, busy = time.perf_counter(), time.process_time()
    response = client.get(address)
    spent = 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - busy)
    if response.status_code != 200:
        raise ValueError(f"{address} answered {response.status_code}")
    return spent
