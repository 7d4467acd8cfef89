"""On Telegram every kind of update gets the right thing, once."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram_sending import LONGEST_PAYLOAD, MOST_CARDS, in_pieces, keyboard
from bot.channels.turn import button_payloads
from bot.knowledge import Knowledge
from tests.channels.bot_api import BotApi, Person
from tests.conftest import until

pytestmark = pytest.mark.rasa
CHILDLINE, EMERGENCY = "0800 1111", "999"
FILE = {"file_id": "AgAD", "file_unique_id": "AQAD", "file_size": 9}
PICTURE = {**FILE, "width": 90, "height": 90}
MEDIA: dict[str, Any] = {
    "voice": {**FILE, "duration": 3},
    "audio": {**FILE, "duration": 3},
    "video_note": {**FILE, "length": 240, "duration": 3},
    "video": {**PICTURE, "duration": 3},
    "photo": [PICTURE],
    "sticker": {**PICTURE, "type": "regular", "is_animated": False, "is_video": False, "emoji": "😢"},
    "animation": {**PICTURE, "duration": 3},
    "document": {**FILE, "file_name": "secret.pdf"},
    "location": {"latitude": 50.72, "longitude": -3.53},
    "venue": {"location": {"latitude": 50.72, "longitude": -3.53}, "title": "Home", "address": "1 The Lane"},
    "contact": {"phone_number": "+447700900123", "first_name": "Dad"},
    "poll": {
        "id": "1", "question": "Tea?", "options": [{"text": "Yes", "voter_count": 0, "persistent_id": "1"}],
        "total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular",
        "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
    },
    "dice": {"emoji": "🎲", "value": 3},
}  # fmt: skip


def answers(person: Person) -> list[str]:
    """The answers from the Guide that they got, each as often as it came."""
    return [message["text"] for message in person.sees() if "Last checked on" in message.get("text", "")]


def test_a_question_is_answered_with_buttons_a_source_and_a_typing_sign(child: Person) -> None:
    (*_, answer) = child.asks("how long does an assessment take", "45 working days")
    assert "Last checked on" in child.reads()
    assert answer["reply_markup"]["inline_keyboard"]
    assert child.chat.actions == 1


def test_a_button_is_acknowledged_and_taken(child: Person) -> None:
    (*_, answer) = child.asks("how long does an assessment take", "45 working days")
    query = child.presses(answer, "Say it simpler")
    child.waits("nine weeks", after=answer["message_id"])
    assert query not in child.api.queries


def test_a_double_tap_is_one_press(child: Person) -> None:
    (*_, answer) = child.asks("how long does an assessment take", "45 working days")
    child.presses(answer, "Say it simpler")
    child.presses(answer, "Say it simpler")
    child.asks("what is an advocate", "They are on your side")
    assert child.reads(answer["message_id"]).count("nine weeks") == 1


@pytest.mark.parametrize("payload", ["/restart", "/advocate_what", "anything", "/menu{}", "/action_help"])
def test_a_button_that_is_not_under_the_message_is_explained_kindly(child: Person, payload: str) -> None:
    (*_, answer) = child.asks("how long does an assessment take", "45 working days")
    child.presses(answer, "Say it simpler", payload=payload)
    child.waits("does not work any more", after=answer["message_id"])


@pytest.mark.parametrize("kind", MEDIA)
def test_what_is_not_words_is_refused_kindly_and_never_fetched(child: Person, kind: str) -> None:
    child.sends(**{kind: MEDIA[kind]})
    child.waits("not kept")
    assert CHILDLINE in child.reads()
    assert not child.api.calls["getFile"]


def test_an_album_is_refused_once(child: Person) -> None:
    for _ in range(3):
        child.sends(photo=[PICTURE], media_group_id="album")
    child.asks("what is an advocate", "They are on your side")
    assert child.reads().count("not kept") == 1


def test_a_caption_that_discloses_is_helped_and_the_picture_explained(child: Person) -> None:
    child.sends(photo=[PICTURE], caption="this is where my stepdad hit me last night")
    child.waits("I can't look at pictures")
    said = child.reads()
    assert said.index(EMERGENCY) < said.index("I can't look at pictures")


@pytest.mark.parametrize(
    "more",
    [
        {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "someone"}},
        {"quote": {"text": "hello", "position": 0}},
        {"entities": [{"type": "bold", "offset": 0, "length": 4}]},
    ],
    ids=["forwarded", "quoting", "in bold"],
)
def test_words_are_heard_however_they_come(child: Person, more: dict[str, Any]) -> None:
    child.sends(text="he says he will kill me if i tell anyone", **more)
    child.waits(CHILDLINE)


def test_emoji_alone_get_an_answer(child: Person) -> None:
    child.types("😭😭")
    until(lambda: bool(child.reads()), 30)


def test_a_changed_message_is_answered_once_and_is_seen_to_be_the_one_answered(child: Person) -> None:
    message = child.types("what is an advocate")
    child.waits("They are on your side")
    child.edits(message, text="how long does an assessment take")
    child.waits("You changed your message")
    changed = next(m for m in child.sees() if "You changed" in m["text"])
    assert "45 working days" in child.reads()
    assert changed["answers"] == message["message_id"]
    child.edits(child.chat.messages[message["message_id"]])
    child.asks("what is an assessment", "social worker")
    assert child.reads().count("You changed your message") == 1


def test_a_caption_that_is_changed_into_a_disclosure_is_helped(child: Person) -> None:
    message = child.sends(photo=[PICTURE], caption="my room")
    child.waits("not kept")
    child.edits(message, caption="my uncle makes me touch him in my room")
    child.waits("You changed your message")
    assert CHILDLINE in child.reads(message["message_id"])


def test_the_same_update_twice_is_answered_once(child: Person) -> None:
    message = child.message(text="what is an advocate")
    number = child.api.deliver({"message": message})
    child.waits("They are on your side")
    child.api.shuffle = lambda updates: [{"update_id": number, "message": message}, *updates]
    try:
        child.asks("how long does an assessment take", "45 working days")
    finally:
        child.api.shuffle = list
    assert len(answers(child)) == 2


def test_a_burst_is_answered_in_order(child: Person) -> None:
    questions = {"how long does an assessment take": "45 working days", "what is nspcc": "NSPCC"}
    for question in [*questions] * 3:
        child.types(question)
    until(lambda: len(answers(child)) == 6, 30)
    assert ["45 working" in text for text in answers(child)] == [True, False] * 3


def test_a_message_that_comes_late_is_answered_as_the_one_it_is(child: Person) -> None:
    first = child.message(text="how long does an assessment take")
    child.asks("what is an advocate", "They are on your side")
    child.api.deliver({"message": first})
    child.waits("45 working days")
    assert (
        next(m for m in child.sees() if "45 working" in m.get("text", ""))["answers"] == first["message_id"]
    )


def test_start_says_in_three_short_paragraphs_who_can_see_this(child: Person) -> None:
    said = child.asks("/start", "Telegram can see it too")[0]
    assert "not a person" in said["text"]
    assert "/hide" in said["text"]
    assert "https://yoursay.example/" in said["text"]
    assert CHILDLINE in said["text"]


def test_help_comes_at_once_with_cards_to_tap(child: Person) -> None:
    child.asks("/help", "press 55")
    until(lambda: len(child.sees()) == 3, 10)
    assert [m["contact"]["phone_number"] for m in child.sees() if "contact" in m] == ["999", "08001111"]


def test_the_menu_of_commands_is_telegrams_own(telegram: BotApi) -> None:
    assert set(telegram.commands) == {"start", "menu", "help", "privacy", "hide", "delete"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [("/menu", "what you can ask me"), ("/privacy", "Telegram"), ("/delete", "deleted"),
     ("/MENU@your_say_test_bot", "what you can ask me")],
)  # fmt: skip
def test_a_command_does_what_it_says(child: Person, typed: str, words: str) -> None:
    child.asks(typed, words)


@pytest.mark.parametrize("command", ["start", "help", "menu", "delete", "hide", "whatever"])
def test_a_disclosure_after_a_command_is_heard(child: Person, command: str) -> None:
    child.asks(f"/{command} my dad beats me with his belt", "Are you safe right now?")


@pytest.mark.parametrize("typed", ["/hide", "/hide now!", "/HIDE."])
def test_hide_takes_both_sides_away_and_forgets_the_conversation(child: Person, typed: str) -> None:
    child.asks("how long does an assessment take", "45 working days")
    child.asks(typed, "taken away what I could")
    assert len(child.chat.messages) == 1
    child.asks("say it simpler", "not told you anything yet")


def test_hide_takes_away_all_that_telegram_lets_go_and_says_so_when_something_stays(child: Person) -> None:
    child.asks("how long does an assessment take", "45 working days")
    die = child.sends(dice=MEDIA["dice"])  # one that is younger than a day cannot be deleted
    child.waits("not kept")
    child.asks("/hide", "could not take all of it away")
    until(lambda: len(child.chat.messages) == 2, 10)
    assert die["message_id"] in child.chat.messages


def test_a_disclosure_behind_hide_is_heard_after_hiding(child: Person) -> None:
    child.asks("how long does an assessment take", "45 working days")
    child.asks("/hide my dad beats me with his belt", "Are you safe right now?")
    assert "45 working days" not in child.reads()


def test_help_does_not_wait_for_what_came_before(child: Person) -> None:
    for _ in range(8):
        child.types("how long does an assessment take")
    child.types("/help\nmy dad beats me")
    child.waits("press 55")
    child.waits("Are you safe right now?")


def test_too_many_messages_are_answered_kindly_with_the_numbers_to_ring(child: Person) -> None:
    for _ in range(33):
        child.types("hello")
    child.waits("more than I can read at once")
    assert CHILDLINE in child.sees()[-1].get("text", CHILDLINE)


def test_an_update_that_cannot_be_read_hides_no_other(
    telegram: BotApi, child: Person, telegram_log: Path
) -> None:
    telegram.deliver({"message": child.message(text="my dad hits me", poll={"what": "is this"})})
    telegram.deliver({"message": {"text": "nonsense"}})
    child.waits(CHILDLINE)
    child.asks("what is an advocate", "They are on your side")
    assert "dad" not in telegram_log.read_text()


def test_a_token_that_is_refused_for_a_while_is_tried_again(telegram: BotApi, child: Person) -> None:
    telegram.faults["getUpdates"].append("unauthorised")
    until(lambda: not telegram.faults["getUpdates"], 60)
    child.asks("what is an advocate", "They are on your side")


def test_delete_forgets_what_we_hold(child: Person) -> None:
    child.asks("how long does an assessment take", "45 working days")
    child.asks("/delete", "deleted")
    child.asks("say it simpler", "not told you anything yet")


def test_somebody_who_blocks_the_bot_is_forgotten_and_can_come_back(child: Person) -> None:
    child.asks("how long does an assessment take", "45 working days")
    child.becomes("kicked")
    child.types("this cannot be answered")
    child.becomes("member")
    child.asks("say it simpler", "not told you anything yet")


@pytest.mark.parametrize("kind", ["group", "supergroup"])
def test_in_a_group_it_declines_once_with_childline(telegram: BotApi, child: Person, kind: str) -> None:
    child.chat.kind = kind
    child.becomes("member")
    child.waits("I do not talk in groups")
    child.types("@your_say_test_bot my dad hits me")
    child.types("/start@your_say_test_bot")
    child.sends(photo=[PICTURE])
    marker = telegram.person(child.number + 1_000_000)
    marker.asks("what is an advocate", "They are on your side")
    assert CHILDLINE in child.reads()
    assert child.reads().count("I do not talk in groups") == 1
    assert "Are you safe" not in child.reads()


def test_in_a_channel_it_declines_with_childline(telegram: BotApi, child: Person) -> None:
    child.chat.kind = "channel"
    telegram.deliver({"channel_post": child.message(text="hello bot")})
    child.waits("I do not talk in channels")
    assert CHILDLINE in child.reads()


def test_another_bot_gets_no_answer(child: Person) -> None:
    child.sends(text="what is an advocate", **{"from": {**child.user, "is_bot": True}})
    child.asks("how long does an assessment take", "45 working days")
    assert "They are on your side" not in child.reads()


def test_what_telegram_itself_says_in_a_chat_gets_no_answer(child: Person) -> None:
    child.sends(pinned_message={"message_id": 1, "date": 0, "chat": {"id": child.number, "type": "private"}})
    child.sends(message_auto_delete_timer_changed={"message_auto_delete_time": 86400})
    child.asks("how long does an assessment take", "45 working days")
    assert "only read words" not in child.reads()


def test_a_flood_limit_is_obeyed(child: Person) -> None:
    child.api.faults["sendMessage"].append(1)
    began = time.monotonic()
    child.asks("how long does an assessment take", "45 working days")
    assert time.monotonic() - began >= 1
    assert child.reads().count("45 working days") == 1


@pytest.mark.parametrize("fault", ["broken", "lost"])
def test_a_reply_that_could_not_be_sent_is_sent_again(child: Person, fault: str) -> None:
    child.api.faults["sendMessage"] += [fault, fault]
    child.asks("how long does an assessment take", "45 working days")
    assert child.reads().count("45 working days") == 1


def test_a_reply_whose_answer_was_lost_is_sent_again_rather_than_never(child: Person) -> None:
    child.api.faults["sendMessage"] += ["answer lost"]
    child.asks("how long does an assessment take", "45 working days")
    child.asks("what is an advocate", "They are on your side")
    assert len(answers(child)) == 3


def test_after_the_network_was_gone_nothing_is_lost_or_repeated(child: Person) -> None:
    child.asks("what is an advocate", "They are on your side")
    refused = child.api.refused
    child.api.down = True
    for question in ("how long does an assessment take", "what is nspcc"):
        child.types(question)
    until(lambda: child.api.refused > refused, 60)
    child.api.down = False
    child.waits("NSPCC", seconds=60)
    child.asks("hello", "")
    assert len(answers(child)) == 3


def test_updates_that_come_twice_and_in_disorder_are_each_answered_once(child: Person) -> None:
    child.api.shuffle = lambda updates: [*reversed(updates), *updates]
    try:
        child.types("how long does an assessment take")
        child.types("what is an advocate")
        child.waits("They are on your side")
        child.waits("45 working days")
        child.asks("what is nspcc", "NSPCC")
    finally:
        child.api.shuffle = list
    assert len(answers(child)) == 3


def test_no_name_number_or_word_of_a_person_is_in_the_log(child: Person, telegram_log: Path) -> None:
    child.asks("my dad beats me with his belt", "Are you safe right now?")
    log = telegram_log.read_text()
    for private in ("zaphira", "Zaphira", str(child.number), "belt", child.api.token):
        assert private not in log


def test_every_payload_of_ours_fits_under_a_button(knowledge: Knowledge) -> None:
    assert max(len(payload.encode()) for payload in button_payloads(knowledge)) <= LONGEST_PAYLOAD


def test_a_reply_has_few_cards(child: Person) -> None:
    child.asks("who can i talk to", "Last checked on")
    child.asks("thanks", "ask me something else")
    assert 0 < len([m for m in child.sees() if "contact" in m]) <= MOST_CARDS


@given(st.text(min_size=1, max_size=9000), st.integers(50, 4096))
def test_pieces_are_short_enough_and_lose_no_word(text: str, longest: int) -> None:
    pieces = in_pieces(text, longest)
    assert all(len(piece) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.lists(st.text("ab ", min_size=1, max_size=38), max_size=12))
def test_every_button_is_on_the_keyboard_once_and_in_order(titles: list[str]) -> None:
    made = keyboard([{"title": title, "payload": f"/{title}"} for title in titles])
    rows = made.inline_keyboard if made else ()
    assert [button.text for row in rows for button in row] == titles
    assert all(len(row) == 1 or all(len(b.text) <= 16 for b in row) for row in rows)


_somebody = count(6_000_001)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)
ANYTHING = st.one_of(
    WORDS.map(lambda words: {"text": words}),
    st.sampled_from(sorted(MEDIA)).map(lambda kind: {kind: MEDIA[kind]}),
    st.tuples(st.sampled_from(sorted(MEDIA)), WORDS).map(lambda p: {p[0]: MEDIA[p[0]], "caption": p[1]}),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ANYTHING, min_size=1, max_size=4))
def test_whatever_a_person_sends_is_answered(telegram: BotApi, contents: list[dict[str, Any]]) -> None:
    somebody = telegram.person(next(_somebody))
    for content in contents:
        last = somebody.sends(**content)
        until(lambda number=last["message_id"]: bool(somebody.sees(number)), 30)


def test_two_hundred_people_at_once_are_all_answered_and_none_gets_anothers(telegram: BotApi) -> None:
    people = [telegram.person(7_000_001 + number) for number in range(200)]
    questions = {
        "how long does an assessment take": "45 working days",
        "what is an advocate": "They are on your side",
        "what is nspcc": "NSPCC",
        "delete my chat": "deleted",
        "my dad beats me with his belt": "Are you safe right now?",
    }
    asked = {
        person.number: [*questions][number % 5 :] + [*questions][: number % 5]
        for number, person in enumerate(people)
    }
    for turn in range(5):
        for person in people:
            person.types(asked[person.number][turn])
    for person in people:
        for words in questions.values():
            person.waits(words, seconds=300)
    for person in people:
        places = [person.reads().index(questions[question]) for question in asked[person.number]]
        assert places == sorted(places)
        assert len(answers(person)) == 3
        assert len([m for m in person.sees() if "Are you safe right now?" in m.get("text", "")]) == 1
