"""Conversations on the real bot, over HTTP, as young people have them."""

from __future__ import annotations

import pytest

from tests.conftest import Chat

pytestmark = pytest.mark.rasa


def test_how_long_means_the_thing_that_was_asked_about(chat: Chat) -> None:
    chat.says("what is an assessment")
    assert "45 working days" in chat.says("how long does that take")
    chat.says("what is a child protection conference")
    said = chat.says("how long does that take")
    assert "15 working days" in said
    assert "45" not in said


@pytest.mark.parametrize(
    ("topic", "asked", "expected"),
    [
        ("what happens in an assessment", "can i say no", "do not have to"),
        ("what is a child protection plan", "who decides", "meeting"),
        ("whats a child in need plan", "will my mum find out", "parents"),
        ("someone reported us to social services what happens", "what happens then", "social worker"),
        ("can the police question me on my own", "who can that be", "parent"),
        ("can the police question me on my own", "what if i dont want my dad there", "someone"),
        ("what is childline", "does it cost anything", "free"),
        ("why do social workers share information about me", "why", "harm"),
    ],
)
def test_a_follow_up_is_about_the_last_answer(chat: Chat, topic: str, asked: str, expected: str) -> None:
    chat.says(topic)
    said = chat.says(asked).casefold()
    assert expected in said
    assert "did you mean" not in said


def test_say_it_simpler_is_shorter_and_without_the_law(chat: Chat) -> None:
    first = chat.says("what do all services have to do by law")
    simpler = chat.says("i dont get it say it simpler")
    assert len(simpler) < len(first)
    assert "section 11" not in simpler
    assert "safe" in simpler
    assert "plainest words" in chat.says("can you say it even simpler please")


def test_a_change_of_subject_is_followed(chat: Chat) -> None:
    chat.says("how long does an assessment take")
    assert "advocate" in chat.says("ok what about an advocate what do they do")
    assert "court" in chat.says("and what does cafcass do")


def test_the_same_question_twice_comes_back_in_plainer_words(chat: Chat) -> None:
    first = chat.says("what is a child in need plan")
    second = chat.says("what is a child in need plan")
    assert "You asked this before" in second
    assert len(second) < len(first)


def test_tell_me_more_says_more_and_then_says_that_it_is_all(chat: Chat) -> None:
    first = chat.says("what is an advocate")
    more = chat.says("tell me more")
    assert more != first
    assert "all I know about this" in chat.says("tell me more")


def test_thanks_does_not_lose_the_subject(chat: Chat) -> None:
    chat.says("how long does an assessment take")
    chat.says("thank you")
    assert "nine weeks" in chat.says("can you say that again simpler")


def test_a_number_picks_from_the_list(chat: Chat) -> None:
    titles = list(chat.buttons("menu"))
    assert titles[1] in chat.says("2")


def test_a_number_that_is_not_on_the_list_is_explained(chat: Chat) -> None:
    chat.says("what is an advocate")
    assert "not on the list" in chat.says("11")


def test_typing_a_buttons_label_is_pressing_it(chat: Chat) -> None:
    assert "45 working days" in chat.says("How long an assessment takes")


def test_a_first_message_that_sounds_like_a_follow_up_is_still_answered_or_asked_about(chat: Chat) -> None:
    assert len(chat.says("how long does that take")) > 20


def test_out_of_scope_says_so_and_the_next_question_is_answered(chat: Chat) -> None:
    said = chat.says("who won the football last night")
    assert "I can't help with that" in said
    assert "0800 1111" in said
    assert "advocate" in chat.says("what is an advocate")


def test_words_nobody_understands_are_asked_about_and_then_a_person_is_offered(chat: Chat) -> None:
    chat.says("the thing about the people and the stuff they do in it with him")
    said = chat.says("you know the thing about the other thing they had")
    assert "0800 1111" in said


def test_a_young_person_in_devon_gets_devons_numbers(chat: Chat) -> None:
    chat.says("how do i contact social services")
    said = chat.says("i live in exeter")
    assert "0345 155 1071" in said
    assert "Devon" in said


def test_somebody_in_wales_is_told_that_the_rules_differ(chat: Chat) -> None:
    said = chat.says("i live in wales what is a child protection plan")
    assert "Wales" in said
    assert "Meic" in said


def test_an_adult_gets_an_adult_answer(chat: Chat) -> None:
    said = chat.says("I am a teacher and I am worried about a child in my class, who do I call")
    assert "0808 800 5000" in said


def test_deleting_the_chat_forgets_it(chat: Chat) -> None:
    chat.says("what is a child protection conference")
    assert "deleted" in chat.says("delete this chat")
    assert "deleted" in chat.says("yes delete it")
    said = chat.says("how long does that take")
    assert "15 working days" not in said


def test_the_bot_says_that_it_is_a_program(chat: Chat) -> None:
    assert "computer program" in chat.says("are you a real person")
    assert "computer program" in chat.says("swear down ur not a person")


def test_yes_and_no_after_did_you_mean(chat: Chat) -> None:
    said = chat.says("the thing about the people and the stuff they do in it with him")
    if "Did you mean" in said:
        assert "Did you mean" not in chat.says("yes")


def test_the_reply_says_where_it_is_from_and_what_has_changed(chat: Chat) -> None:
    said = chat.says("what is a local safeguarding children board")
    assert "Young Person's Guide (chapter 4" in said
    assert "What has changed since the Guide:" in said
    assert "Last checked on 22 November 2026" in said


def test_goodbye_leaves_childlines_number(chat: Chat) -> None:
    assert "0800 1111" in chat.says("bye")


def test_the_councils_own_page_is_not_given_as_the_finder_of_councils(chat: Chat) -> None:
    said = chat.says("i live in exeter how do i ring social services")
    assert "put your postcode in at gov.uk/find-local-council" in said
