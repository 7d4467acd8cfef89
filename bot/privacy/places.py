"""Finds where somebody lives and which school they go to. Towns, and what everybody knows, stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.lang.en.stop_words import STOP_WORDS

from bot.privacy.found import Found
from bot.privacy.reading import Mark, Pattern, Reader, Reading, one_of, plain
from bot.privacy.words import PrivacyWords, Words

_CAPITAL: Mark = {"IS_TITLE": True}
_THE: Mark = {"LOWER": "the"}
_HOUSE_NUMBER, _DOOR = re.compile(r"\d{1,4}[a-z]?", re.I), re.compile(r"\d{1,4}[a-z]?|[a-z]", re.I)
_PARTS = frozenset({"'s", "'", "-"})  # of a word, split from it


@dataclass(frozen=True)
class Rule:
    """From `pattern[first]` on it is a detail of this kind."""

    kind: str
    pattern: Pattern
    first: int = 0
    capitals: bool = False  # only where capital letters show something
    alone: bool = False  # only if it is the whole message
    ends: bool = False  # "school", "academy" or the like must be its last word


class PlaceFinder:
    """`find(reading)` gives the addresses and schools of a text, of overlapping ones the longest first."""

    def __init__(self, words: PrivacyWords, reader: Reader) -> None:
        places = words.places
        self._surely_school = reader.mark(places.surely_school)
        self._school_ends = reader.mark(places.surely_school | {"form", "ce", "rc"})
        rules = [*self._schools(words, reader), *self._addresses(words, reader)]
        self._rules = {str(place): rule for place, rule in enumerate(rules)}
        self._matches = reader.patterns(
            {key: rule.pattern for key, rule in self._rules.items()}, longest=True
        )

    def _schools(self, words: PrivacyWords, reader: Reader) -> Iterator[Rule]:
        places, people = words.places, words.people
        ordinary = places.not_in_a_school | places.school_kinds | STOP_WORDS
        part: Mark = {reader.mark(lambda word: _is_part(word, ordinary)): True}
        school, boys = {self._surely_school: True}, one_of(frozenset({"boys", "girls"}))
        kind, before, whose = map(
            one_of, (places.school_kinds, places.before_a_school, people.whose - {"the"})
        )
        called, copula = one_of(people.called), one_of(people.copulas)
        saint, before_saint = one_of(places.saints), one_of(places.before_a_saint)
        part_capital, kind_capital = {**part, **_CAPITAL}, {**kind, **_CAPITAL}

        def ending(*pattern: Mark, first: int = 0, capitals: bool = False, alone: bool = False) -> Rule:
            return Rule("school", [*pattern], first, capitals, alone, ends=True)

        yield ending(before, _times(_THE, 0, 1), _times(part, 1, 4), _times(kind, 1, 7), first=2)
        yield ending(part_capital, _times(part, 0, 3), kind_capital, _times(kind, 0, 6), capitals=True)
        yield ending(_times(part, 1, 4), _times(kind, 1, 7), alone=True)
        yield Rule("school", [before, _times(_THE, 0, 1), _times(part, 2, 4), boys], 2)
        yield Rule("school", [whose, school, _times(copula, 0, 1), called, _times(part, 1, 3)], 4)
        yield Rule("school", [before_saint, saint, part, _times(kind, 0, 4)], 1)

    def _addresses(self, words: PrivacyWords, reader: Reader) -> Iterator[Rule]:
        places = words.places
        ordinary = places.not_in_an_address | STOP_WORDS
        owners = frozenset(f"{name}s" for name in words.names.always)  # "at ellies house"
        part: Mark = {reader.mark(lambda word: _is_part(word, ordinary)): True}
        house_part: Mark = {reader.mark(lambda word: _is_part(word, ordinary | owners)): True}
        number: Mark = {reader.mark(lambda word: bool(_HOUSE_NUMBER.fullmatch(word))): True}
        door: Mark = {reader.mark(lambda word: bool(_DOOR.fullmatch(word))): True}
        street, surely, house, unit = map(
            one_of, (places.streets, places.surely_streets, places.dwellings, places.units)
        )
        lives = one_of(places.lives, words.people.im_words)
        on, at = one_of(places.before_a_street), one_of(places.before_a_house)
        any_word: Mark = {"IS_ALPHA": True}
        comma: Mark = {"ORTH": ","}
        part_capital = {**part, **_CAPITAL}
        flat = [unit, door, _times(comma, 0, 1)]
        for start in ([number], flat, [*flat, number]):
            yield Rule("address", [*start, _times(part, 1, 3), street])
            yield Rule("address", [*start, _THE, _times(part, 0, 2), street])
        yield Rule("address", [*flat, _times(part, 1, 2), house])
        yield Rule("address", [number, _times({**house_part, **_CAPITAL}, 1, 2), {**house, **_CAPITAL}])
        where = [lives, _times(any_word, 0, 3), _times(on, 1, 2), _times(_THE, 0, 1)]
        yield Rule("address", [*where, _times(part, 1, 2), surely], len(where))
        yield Rule("address", [lives, at, _times(house_part, 1, 2), house], 2)
        in_capitals = [_times(part_capital, 1, 3), {**surely, **_CAPITAL}]
        named_house = [_times({"ORTH": "The"}, 0, 1), _times(part_capital, 1, 2), comma]
        yield Rule("address", in_capitals, capitals=True)
        yield Rule("address", [*named_house, *in_capitals], capitals=True)

    def find(self, reading: Reading) -> list[Found]:
        return sorted(self._find(reading), key=lambda found: found.start - found.end)

    def _find(self, reading: Reading) -> Iterator[Found]:
        capitals = reading.capitals_show_something()
        for name, start, end, places in self._matches(reading):
            rule = self._rules[name]
            if (rule.capitals and not capitals) or (rule.alone and end - start != len(reading.words)):
                continue
            first = start + next(i for i, place in enumerate(places) if place >= rule.first)
            if rule.kind == "school" and rule.ends:
                end = self._school_end(reading, first, end)
            if end > first:
                yield Found(reading.spans[first][0], reading.spans[end - 1][1], rule.kind)

    def _school_end(self, reading: Reading, first: int, end: int) -> int:
        """Where the name of the school ends; `first` if it is none."""
        if not any(reading.has(place, self._surely_school) for place in range(first, end)):
            return first
        while end > first and not reading.has(end - 1, self._school_ends):
            end -= 1
        return end


def _times(word: Mark, least: int, most: int) -> Mark:
    return {**word, "OP": f"{{{least},{most}}}"}


def _is_part(word: str, ordinary: Words) -> bool:
    """Whether `word` can be part of the name of a street, a house or a school."""
    word = plain(word)
    return word in _PARTS or (word not in ordinary and word.replace("'", "").isalpha())
