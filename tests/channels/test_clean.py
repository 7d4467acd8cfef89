"""Whatever is typed becomes words that are safe to read, and the words survive."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.clean import LONGEST, clean


def test_control_characters_and_invisible_marks_go() -> None:
    assert clean("he\x00l\u200blo\u202e there\u2066") == "hello there"


def test_a_family_emoji_stays_in_one_piece() -> None:
    assert clean("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"


def test_a_flood_of_marks_is_thinned() -> None:
    assert len(clean("h" + "\u0301" * 500 + "elp")) < 12


def test_a_joiner_or_a_stroke_in_a_word_hides_nothing() -> None:
    assert clean("he\u200dlp m\u0336e\u0336") == "help me"


def test_what_cannot_be_seen_pushes_no_words_out() -> None:
    assert clean("\u200b" * 5000 + "help me" + "\u200b" * 5000) == "help me"


def test_letters_that_stand_for_whole_words_do_not_lengthen_a_message() -> None:
    assert len(clean("ﷺ" * 2000)) <= LONGEST


def test_each_line_says_one_thing() -> None:
    assert clean("what is an advocate\n\nmy dad hits me\r\nthanks!\nbye") == (
        "what is an advocate. my dad hits me. thanks! bye"
    )
    assert clean("\n hello \n") == "hello"


def test_the_same_again_and_again_is_read_a_few_times() -> None:
    assert clean("bla " * 400 + "help me") == "bla bla bla help me"
    assert clean("ring 00000000000") == "ring 00000000000"


def test_of_a_long_message_the_part_with_words_of_danger_is_read() -> None:
    day = " ".join(f"then we did thing number {number} at home and it was good." for number in range(400))
    assert "my dad beats me with his belt" in clean(f"{day} my dad beats me with his belt. {day}")


def test_of_a_long_message_the_start_and_the_end_are_read() -> None:
    read = clean("help me " + "x" * 50_000 + " what is an advocate")
    assert read.startswith("help me")
    assert read.endswith("what is an advocate")


@given(st.text(max_size=5_000))
def test_any_text_becomes_short_and_printable(text: str) -> None:
    read = clean(text)
    assert len(read) <= LONGEST * 20  # one character may stand for several letters
    assert not [c for c in read if unicodedata.category(c) in ("Cc", "Cs") or c == "\u202e"]


@given(st.text(alphabet="abcdefghijklmnop qrstuvwxyz?'", max_size=300))
def test_plain_words_are_left_alone(text: str) -> None:
    assert clean(text) == " ".join(text.split())
