"""The queue: what is shown of each conversation, in which order, and what it can be narrowed to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bot.privacy.journal import Journal
from bot.review.detector import shared_detector
from bot.review.models import Conversation, Label, Word
from bot.review.pages.queue import PAGE
from bot.review.projector import Projector
from bot.review.retention import forget
from tests.review.conftest import AddConversation, Join, Person

DISCLOSURE = {"text": "he hits me with his belt", "level": "urgent", "categories": ["physical_abuse"]}
ALL = "/?order=new"


def listed(page: HttpResponse) -> list[int]:
    """The ids of the conversations on the page, in its order."""
    return [int(pk) for pk in re.findall(r'href="/conversation/(\d+)/', page.content.decode())]


def words(page: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def search(person: Client, typed: str, **more: str) -> HttpResponse:
    """What somebody sees who types these words into the search box."""
    return person.post("/", {"order": "new", "words": typed, **more}, follow=True)


def find(conversation: Conversation) -> None:
    """Make the conversation findable, as the projector does."""
    Word.remember((conversation, turn.text) for turn in conversation.turns.filter(who="user", pressed=False))


def test_the_riskiest_come_first_and_of_these_the_newest(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    calm = add_conversation("hi", ago=timedelta(minutes=1))
    concern = add_conversation({"text": "i feel so alone", "level": "concern"}, ago=timedelta(minutes=2))
    older = add_conversation({"text": "he is here now", "level": "emergency"}, ago=timedelta(days=2))
    newer = add_conversation({"text": "he is at the door", "level": "emergency"}, ago=timedelta(days=1))
    assert listed(reviewer.get("/?order=risk")) == [newer.pk, older.pk, concern.pk, calm.pk]
    assert listed(reviewer.get(ALL)) == [calm.pk, concern.pk, newer.pk, older.pk]


def test_whoever_comes_in_sees_what_is_not_reviewed_the_riskiest_first(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    calm = add_conversation("hi")
    add_conversation(DISCLOSURE, reviewed=timezone.now())
    grave = add_conversation(DISCLOSURE, ago=timedelta(days=3))
    page = reviewer.get("/")
    assert listed(page) == [grave.pk, calm.pk]
    assert (
        '<a href="?order=risk&amp;unreviewed=on" aria-current="true">To review</a>' in page.content.decode()
    )


NARROWED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [  # the address, what it finds, what it does not
    ("level=flagged", {"level": 1}, {"level": 0}),
    ("level=3", {"level": 3}, {"level": 2}),
    ("level=0", {"level": 0}, {"level": 1}),
    ("category=suicide", {"categories": ["neglect", "suicide"]}, {"categories": ["suicide_of_others"]}),
    ("topic=advocate_get", {"topics": ["advocate_get"]}, {"topics": ["advocate_get_more", "greet"]}),
    ("topic=not_sure", {"topics": ["greet", "not_sure"]}, {"topics": []}),
    ("channel=telegram", {"channel": "telegram"}, {"channel": "widget"}),
    ("place=devon", {"place": "devon"}, {"place": ""}),
    ("place=none", {"place": ""}, {"place": "devon"}),
    ("unsure=on", {"least_confidence": 0.49}, {"least_confidence": 0.5}),
    ("not_sure=on", {"not_sure": True}, {"not_sure": False}),
    ("unhelpful=on", {"unhelpful": True}, {"unhelpful": False}),
    ("unreviewed=on", {"reviewed": None}, {"reviewed": datetime(2026, 11, 1, tzinfo=UTC)}),
    ("second=on", {"second_opinion": True}, {"second_opinion": False}),
]


@pytest.mark.parametrize(("address", "wanted", "other"), NARROWED, ids=lambda given: str(given))
def test_each_filter_finds_what_it_names_and_nothing_else(
    address: str,
    wanted: dict[str, Any],
    other: dict[str, Any],
    reviewer: Person,
    add_conversation: AddConversation,
) -> None:
    found = add_conversation("hi", **wanted)
    add_conversation("hi", **other)
    assert listed(reviewer.get(f"{ALL}&{address}")) == [found.pk]


def test_days_are_days_in_england_and_the_last_one_is_part_of_it(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    moments = [
        datetime(2026, 7, 3, 22, 59, tzinfo=UTC),  # one minute before the 4th begins, in summer time
        datetime(2026, 7, 3, 23, 0, tzinfo=UTC),
        datetime(2026, 7, 5, 22, 59, tzinfo=UTC),
        datetime(2026, 7, 5, 23, 0, tzinfo=UTC),
    ]
    made = [add_conversation("hi", last=moment) for moment in moments]
    page = reviewer.get(f"{ALL}&since=2026-07-04&until=2026-07-05")
    assert listed(page) == [made[2].pk, made[1].pk]


def test_mine_are_those_assigned_to_me(
    reviewer: Person, join: Join, add_conversation: AddConversation
) -> None:
    mine = add_conversation("hi", assigned_to=reviewer.user)
    add_conversation("hi", assigned_to=join("reviewer").user)
    add_conversation("hi")
    assert listed(reviewer.get(f"{ALL}&mine=on")) == [mine.pk]


def test_a_label_finds_what_it_is_on(reviewer: Person, add_conversation: AddConversation) -> None:
    labelled, _ = add_conversation("hi"), add_conversation("hi")
    label = Label.objects.create(name="Housing")
    labelled.labels.add(label)
    assert listed(reviewer.get(f"{ALL}&label={label.pk}")) == [labelled.pk]


def test_filters_that_are_chosen_together_all_hold(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    both = add_conversation("hi", place="devon", unhelpful=True)
    add_conversation("hi", place="devon")
    add_conversation("hi", unhelpful=True)
    page = reviewer.post("/", {"order": "new", "place": "devon", "unhelpful": "on"}, follow=True)
    assert listed(page) == [both.pk]
    assert "Filters (2 chosen)" in words(page)


def test_a_team_sees_only_its_places_whatever_it_asks_for(
    join: Join, add_conversation: AddConversation
) -> None:
    devon, _ = add_conversation("hi there", place="devon"), add_conversation("hi there", place="cumberland")
    for conversation in Conversation.objects.all():
        find(conversation)
    person = join("reviewer", places=["devon"])
    assert listed(person.get(ALL)) == [devon.pk]
    assert listed(search(person, "there")) == [devon.pk]
    elsewhere = person.get(f"{ALL}&place=cumberland")
    assert listed(elsewhere) == []
    assert ">Cumberland<" not in elsewhere.content.decode()


def test_somebody_without_a_place_sees_nothing(join: Join, add_conversation: AddConversation) -> None:
    add_conversation("hi")
    assert listed(join("reviewer", places=[]).get(ALL)) == []


def test_a_flagged_conversation_shows_its_level_in_words_and_none_of_its_own(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    add_conversation("can i talk to you about football", DISCLOSURE, "> Nobody should hurt you.")
    page = words(reviewer.get(ALL))
    assert "Urgent physical abuse" in page
    assert "football" not in page
    assert "belt" not in page
    assert "Nobody should" not in page


def test_what_the_second_listener_suspects_shows_none_of_its_words_either(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    add_conversation({"text": "he bought me the phone so i cant say", "suspicion": 0.97})
    page = words(reviewer.get(ALL))
    assert "May be more" in page
    assert "bought me" not in page


def test_an_ordinary_conversation_shows_how_it_begins_and_what_was_about(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    add_conversation(
        {"text": "what is an <advocate>", "topic": "advocate_what"},
        "> An advocate helps you to be heard.",
        place="devon",
        channel="telegram",
    )
    page = reviewer.get(ALL)
    assert "what is an &lt;advocate&gt;" in page.content.decode()
    assert re.search(r"Telegram · Devon · 1 message · What an advocate is", words(page))


def test_words_are_found_by_how_they_begin_and_all_must_be_there(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    meeting = add_conversation("When's my Mum’s MEETING with the café people?", "> a social worker")
    other = add_conversation("is the meeting on monday")
    for conversation in (meeting, other):
        find(conversation)
    assert listed(search(reviewer, "meet")) == [meeting.pk, other.pk]
    assert listed(search(reviewer, "mums meeting")) == [meeting.pk]
    assert listed(search(reviewer, "cafe, whens?")) == [meeting.pk]
    assert listed(search(reviewer, "MEETING tuesday")) == []
    assert listed(search(reviewer, "social")) == []  # said by the bot
    assert listed(search(reviewer, "?")) == []  # no word at all
    assert listed(search(reviewer, "me")) == []  # two letters are a word, not the beginning of one


def test_words_that_are_looked_for_never_stand_in_an_address(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    conversation = add_conversation("my uncle said no")
    find(conversation)
    sent = reviewer.post("/", {"order": "new", "words": "uncle"})
    assert sent.status_code == 302
    assert "uncle" not in sent["Location"]
    page = reviewer.get(sent["Location"]).content.decode()
    assert 'value="uncle"' in page  # the box still has it
    assert not re.search(r'(href|action)="[^"]*uncle', page)
    reading = reviewer.get(re.search(r'href="(/conversation/[^"]*)"', page)[1].replace("&amp;", "&"))
    assert not re.search(r'(href|action)="[^"]*uncle', reading.content.decode())


def test_a_search_that_ended_with_its_session_says_so(reviewer: Person, join: Join) -> None:
    address = reviewer.post("/", {"order": "new", "words": "uncle"})["Location"]
    assert "That search is over" in words(join("reviewer").get(address))
    assert "That search is over" not in words(reviewer.get(address))


def test_two_searches_in_two_tabs_do_not_disturb_each_other(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    cats, dogs = add_conversation("my cats"), add_conversation("my dogs")
    for conversation in (cats, dogs):
        find(conversation)
    first = reviewer.post("/", {"order": "new", "words": "cats"})["Location"]
    second = reviewer.post("/", {"order": "new", "words": "dogs"})["Location"]
    assert listed(reviewer.get(first)) == [cats.pk]
    assert listed(reviewer.get(second)) == [dogs.pk]


def test_what_the_bot_journals_can_be_searched_until_it_is_forgotten(reviewer: Person, room: Any) -> None:
    journal = Journal(f"sqlite:///{room / 'journal.db'}")
    said = {"text": "is the advocate free", "pressed": False, "channel": "widget", "place": "", "topic": "",
            "confidence": 0.9, "offers": [], "runners_up": [], "level": "none", "categories": [],
            "speaker": "", "why": ""}  # fmt: skip
    journal.write("a" * 32, 1_800_000_000, "user", said)
    Projector(journal, shared_detector()).catch_up()
    assert len(listed(search(reviewer, "advocate"))) == 1
    forget("a" * 32)
    assert listed(search(reviewer, "advocate")) == []
    assert not Word.objects.exists()


@pytest.mark.parametrize("order", ["new", "risk"])
def test_pages_of_fifty_show_each_conversation_once_forth_and_back(
    order: str, reviewer: Person, room: Any
) -> None:
    now = timezone.now()
    Conversation.objects.bulk_create(
        Conversation(
            pseudonym=f"{number}", started=now, last=now - timedelta(days=number % 3), level=number % 4
        )
        for number in range(2 * PAGE + 7)
    )
    pages = [reviewer.get(f"/?order={order}")]
    while address := link(pages[-1], "next"):
        pages.append(reviewer.get(f"/{address}"))
    seen = [pk for page in pages for pk in listed(page)]
    assert [len(listed(page)) for page in pages] == [PAGE, PAGE, 7]
    assert len(set(seen)) == 2 * PAGE + 7
    back = [pages[-1]]
    while address := link(back[-1], "prev"):
        back.append(reviewer.get(f"/{address}"))
    assert [listed(page) for page in back] == [listed(page) for page in pages[::-1]]


def link(page: HttpResponse, rel: str) -> str:
    """The address that the page names as its next or previous one, or nothing."""
    found = re.search(rf'rel="{rel}"[^>]*href="([^"]*)"', page.content.decode())
    return found[1].replace("&amp;", "&") if found else ""


def test_the_next_page_is_right_although_the_list_has_changed_meanwhile(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    made = [add_conversation("hi", ago=timedelta(hours=number)) for number in range(1, PAGE + 3)]
    first = reviewer.get(f"{ALL}&unreviewed=on")
    for conversation in made[: PAGE - 1]:
        conversation.reviewed = timezone.now()
        conversation.save()
    add_conversation("new and on top", ago=timedelta(0))
    following = reviewer.get(f"/{link(first, 'next')}")
    assert listed(following) == [made[PAGE].pk, made[PAGE + 1].pk]


def test_a_page_that_began_after_a_deleted_conversation_shows_the_list_from_its_beginning(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    here = add_conversation("hi")
    assert listed(reviewer.get(f"{ALL}&after=999999")) == [here.pk]
    assert listed(reviewer.get(f"{ALL}&before=banana")) == [here.pk]


def test_how_many_there_are_is_said_up_to_a_thousand(reviewer: Person, room: Any) -> None:
    now = timezone.now()
    few = [Conversation(pseudonym=f"{number}", started=now, last=now) for number in range(1001)]
    Conversation.objects.bulk_create(few)
    assert "More than 1,000 conversations." in words(reviewer.get(ALL))
    Conversation.objects.filter(pseudonym="7").update(unhelpful=True)
    assert "1 conversation." in words(reviewer.get(f"{ALL}&unhelpful=on"))


def test_an_address_that_makes_no_sense_says_what_is_wrong_and_finds_nothing(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    add_conversation("hi")
    page = reviewer.get(f"{ALL}&level=banana&since=tomorrow")
    assert page.status_code == 200
    assert "Select a valid choice" in words(page)
    assert "Enter a valid date" in words(page)
    assert listed(page) == []


def test_a_full_page_asks_the_database_no_more_often_than_a_short_one(
    reviewer: Person, add_conversation: AddConversation, join: Join
) -> None:
    label, colleague = Label.objects.create(name="Housing"), join("reviewer").user
    asked = []
    for count in (2, PAGE):
        for number in range(count):
            add_conversation(f"hi {number}", assigned_to=colleague).labels.add(label)
        with CaptureQueriesContext(connection) as queries:
            assert len(listed(reviewer.get(ALL))) == min(PAGE, Conversation.objects.count())
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_addresses_of_conversations_keep_what_was_chosen(
    reviewer: Person, add_conversation: AddConversation
) -> None:
    add_conversation("hi", place="devon")
    page = reviewer.get(f"{ALL}&place=devon&unreviewed=on").content.decode()
    address = re.search(r'href="(/conversation/[^"]*)"', page)[1].replace("&amp;", "&")
    assert parse_qs(urlsplit(address).query) == {"order": ["new"], "place": ["devon"], "unreviewed": ["on"]}


def test_nobody_reads_the_queue_without_an_account(room: Any) -> None:
    response = Client().get("/")
    assert response.status_code == 302
    assert "/account/login/" in response["Location"]
