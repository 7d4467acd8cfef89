"""Finds what only the words around it give away: handles ("my snap is ...") and dates of birth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from spacy.lang.en.stop_words import STOP_WORDS

from bot.privacy.exact_details import any_of
from bot.privacy.found import Found
from bot.privacy.words import PrivacyWords

_OLD_ENOUGH = 4  # years: a date alone is a birthday only if whoever was born then could write
_LEAST_LETTERS = 5  # of a handle that looks like a word, or stands right after the app

# Only handles look so: with an underscore, or a Discord number.
_SURE = re.compile(
    r"(?<![\w@.\[/])(?=[\w.]{4})(?=[\w.]{0,32}[^\W_])"
    r"(?:[\w.-]{2,32}#\d{4}|[\w.]{0,32}[^\W_][._]{0,2}_[\w.]{0,32}|_{1,3}[\w.]{3,32})(?!\w)"
)
_AT = re.compile(r"(?<![\w@.])@[a-z_][\w.-]{0,30}\w", re.I)
_UNLIKE_A_WORD = re.compile(r"(?=\S*[A-Za-z])(?:\S*[\d_#]|\S+\.\S|\S*[a-z][A-Z])")
_COUNTED = re.compile(r"\d+(?:am|pm|st|nd|rd|th|mins?|yrs?|k|p|x)?", re.I)  # "snap is 3rd on my list"
_HANDLE = r"\w[\w.#-]{0,62}\w"


class Handles:
    """Names that people go by on an app."""

    def __init__(self, words: PrivacyWords) -> None:
        online = words.online
        self._never = online.not_handles | STOP_WORDS | online.platforms | online.user_words
        self._after_at, self._sayings = online.after_at, online.says_so
        app, user = any_of(online.platforms), any_of(online.user_words)
        between = rf"(?:[\s:=>-]+(?:{any_of(online.between | online.platforms)})(?!\w))"
        self._introduced = re.compile(
            rf"(?<![\w.])(?P<whose>(?:{any_of(online.whose)})\s)?(?P<word>{user}|{app})s?(?!\w)"
            rf"(?P<between>{between}{{0,4}})(?P<sign>\s*[:=>-]+)?\s*(?P<handle>@?{_HANDLE})",
            re.I,
        )
        self._said_before = re.compile(
            rf"(?<![\w.@#-])({_HANDLE})\s+(?:on|is\s(?:my|his|her))\s+(?:{app}|{user})\b", re.I
        )
        self._ends = re.compile(rf"\s*(?:$|[,.!?;)\n]|(?:{any_of(online.after_a_handle)})\b)", re.I)
        self._user = re.compile(user, re.I)

    def find(self, text: str) -> Iterator[Found]:
        for match in _SURE.finditer(text):
            yield Found(match.start(), match.end(), "handle")
        for match in _AT.finditer(text):
            if match[0][1:].casefold() not in self._after_at:
                yield Found(match.start(), match.end(), "handle")
        for match in self._introduced.finditer(text):
            if self._is_handle(match, text):
                yield Found(match.start("handle"), match.end("handle"), "handle")
        for match in self._said_before.finditer(text):
            if (
                _UNLIKE_A_WORD.match(match[1])
                and not match[1][0].isdigit()
                and not self._is_ordinary(match[1])
            ):
                yield Found(match.start(1), match.end(1), "handle")

    def _is_handle(self, match: re.Match[str], text: str) -> bool:
        word, mine = match["handle"], match["whose"] or self._user.fullmatch(match["word"])
        if self._is_ordinary(word):
            return False
        if _UNLIKE_A_WORD.match(word):
            return bool(mine or match["between"] or match["sign"] or len(word) >= _LEAST_LETTERS)
        said = match["sign"] or (match["between"].casefold().split() or [""])[-1] in self._sayings
        return bool(
            said
            and (mine or match["sign"])
            and len(word) >= _LEAST_LETTERS
            and self._ends.match(text, match.end())
        )

    def _is_ordinary(self, word: str) -> bool:
        return word.casefold().strip("@") in self._never or bool(_COUNTED.fullmatch(word.replace(".", "")))


class BirthDates:
    """Dates that somebody was born on; the dates of meetings and moves stay."""

    def __init__(self, words: PrivacyWords) -> None:
        dates = words.dates
        month = rf"(?:{any_of(dates.months)})"
        day, year = r"\d{1,2}\s?(?:st|nd|rd|th)?", r"(?:\d{4}|'?\d{2})"
        numeric = (
            r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:\d{4}|\d{2})|\d{4}-\d\d-\d\d"
            r"|\d{1,2}\s\d{1,2}\s(?:\d{4}|\d{2})|\d{8}|\d{6}"
        )
        worded = (
            rf"{day}\s?(?:of\s|day of\s)?{month}(?:,?\s{year})?"
            rf"|{month}\s(?:the\s)?{day}(?:,?\s{year})?|{month},?\s\d{{4}}"
        )
        written = rf"(?P<date>(?<!\d)(?:{numeric}|{worded})(?![\d/]|\w))"
        between = rf"(?:[\s:=,.-]*(?:{any_of(dates.before_a_date)})(?!\w))"
        born = rf"(?:{any_of(dates.born)})"
        self._after = re.compile(
            rf"(?<!\w)(?:{born}s?|turn(?:ed|ing|s)?\s\d{{1,2}})(?!\w){between}{{0,4}}[\s:=,.(-]*{written}",
            re.I,
        )
        self._before = re.compile(
            rf"{written}[\s,]*(?:is|=|was|thats|that's)?\s*(?:my|his|her)?\s*{born}(?!\w)", re.I
        )
        self._alone = re.compile(rf"\W*(?:(?:it'?s|im|i'm)\s*)?{written}\W*", re.I)

    def find(self, text: str) -> Iterator[Found]:
        for pattern in (self._after, self._before):
            for match in pattern.finditer(text):
                yield Found(match.start("date"), match.end("date"), "date of birth")
        if (alone := self._alone.fullmatch(text)) and _is_long_ago(alone["date"]):
            yield Found(alone.start("date"), alone.end("date"), "date of birth")


def _is_long_ago(said: str) -> bool:
    year = re.search(r"(?:19|20)\d\d", said)
    return bool(year and int(year[0]) <= date.today().year - _OLD_ENOUGH)
