"""The words around a name by which somebody is known to be meant, as patterns for spaCy's Matcher."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from spacy.lang.en.stop_words import STOP_WORDS

from bot.privacy.reading import Mark, Pattern, Reader, none_of, one_of, plain
from bot.privacy.words import Names, PrivacyWords, Surnames, Words

_AND: Mark = {"LOWER": {"IN": ["and", "n", "nd", "&", "+"]}}
_OWN: Mark = {"LOWER": "'s"}
_ME: Mark = {"LOWER": "me"}
_MISS: Mark = {"LOWER": "miss"}
_CAPITAL: Mark = {"IS_TITLE": True}
_AGE: Mark = {"LOWER": {"IN": [str(years) for years in range(7, 22)]}}
_LEAST_FORMED = 5  # letters of "mcgee", to be known by its beginning
_ALSO_YET_TO_DO = {"hit"}  # "my uncle will hit me"


@dataclass(frozen=True)
class Rule:
    """`pattern[name]` is a name, if what is around it agrees.

    `after` is what must follow, if anything does: the end of a name, or a verb or the next part
    of the sentence.
    """

    pattern: Pattern
    name: int = 0
    begins: bool = False  # only where a part of a sentence begins
    after: Literal["", "ends", "does"] = ""
    capitals: bool = False  # only where capital letters show something
    loose: bool = False  # a second word belongs to the name though it is in no list
    owner: bool = False  # the s at its end does not belong to it


class NameMarks:
    """Marks on words that the rules and the finder both look at."""

    def __init__(self, words: PrivacyWords, reader: Reader) -> None:
        people, names = words.people, words.names
        ordinary = names.things | names.doing | names.helping
        listed = names.always | names.mostly | ordinary
        never = people.never_names | people.titles | people.ranks | STOP_WORDS
        owners = frozenset(f"{n}s" for n in names.always | {m for m in names.mostly if m.endswith("y")})
        self.always = reader.mark(lambda word: _is_a_name(plain(word), names))
        self.mostly, self.listed = reader.mark(names.mostly), reader.mark(listed)
        self.may_be = reader.mark(lambda word: _may_be_a_name(plain(word), listed, never))
        self.stranger = reader.mark(lambda word: _is_a_stranger(plain(word), words))
        self.owner = reader.mark(owners - listed - never)
        self.surname = reader.mark(lambda word: _is_a_surname(plain(word), words.surnames))
        self.surname_word = reader.mark(words.surnames.also_words)
        self.particle, self.a_thing = map(reader.mark, (words.surnames.particles, people.before_a_thing))
        self.joins, self.ends = map(reader.mark, (people.joins, people.after_a_name))
        self.does = reader.mark(people.does | people.also_does | people.is_words | people.joins)


def name_rules(words: PrivacyWords, marks: NameMarks) -> Iterator[Rule]:
    """Every rule, most of them with an example in the data file whose list it uses."""
    yield Rule([{marks.always: True}])
    yield Rule([{marks.owner: True}], owner=True)
    yield Rule([{marks.mostly: True}])
    yield from _introductions(words, marks)
    yield from _relations_and_titles(words, marks)
    yield from _sentences(words)
    yield from _capitals(words, marks)


def _introductions(words: PrivacyWords, marks: NameMarks) -> Iterator[Rule]:
    """My name is ..., im called ..., im ... and im 15."""
    people = words.people
    word: Mark = {marks.may_be: True}
    listed: Mark = {marks.listed: True}
    name, names = one_of(people.name_words, people.names_words), one_of(people.names_words)
    whose, copula, called = map(one_of, (people.whose, people.copulas, people.called))
    im, im_called = one_of(people.im_words), one_of(people.im_called)
    yield Rule([name, copula, word], 2, loose=True)
    yield Rule([name, copula, copula, word], 3, loose=True)
    yield Rule([whose, name, listed], 2, loose=True)
    yield Rule([whose, names, word], 2, loose=True)
    yield Rule([called, listed], 1, loose=True)
    yield Rule([im_called, called, word], 2, loose=True)
    yield Rule([one_of(people.someone, people.relations), copula, called, word], 3, loose=True)
    yield Rule([im, listed], 1, after="ends", loose=True)
    yield Rule([im, word, {**_AND, "OP": "?"}, {**im, "OP": "?"}, _AGE], 1)
    yield Rule([one_of(people.spelt), word], 1)
    yield Rule([one_of(people.call), one_of(people.me_or_her), listed], 2)


def _relations_and_titles(words: PrivacyWords, marks: NameMarks) -> Iterator[Rule]:
    """My mum ..., auntie ..., mr ..., pc ..., miss ..."""
    people, names = words.people, words.names
    word: Mark = {marks.may_be: True}
    capital, surname = {**word, **_CAPITAL}, {marks.surname: True}
    relation, kin, rank, title = map(one_of, (people.relations, people.kin, people.ranks, people.titles))
    initial: Mark = {"LENGTH": 1, "IS_ALPHA": True, "IS_UPPER": True}
    yield Rule([relation, one_of(names.things)], 1)
    yield Rule([relation, one_of(names.doing)], 1, after="does")
    yield Rule([relation, one_of(names.helping), _done(words)], 1)
    yield Rule([{**relation, "IS_LOWER": True}, capital], 1, capitals=True)
    yield Rule([kin, capital], 1, capitals=True)
    yield Rule([one_of(people.close), {marks.stranger: True}, _any_verb(words)], 1)
    yield Rule([title, word], 1)
    yield Rule([title, {"ORTH": "."}, word], 2)
    yield Rule([title, initial, word], 1)
    yield Rule([rank, surname], 1)
    yield Rule([rank, capital], 1, capitals=True)
    yield Rule([{"LOWER": "called"}, rank, word], 2)
    yield Rule([one_of(people.before_miss), _MISS, word], 2)
    yield Rule([_MISS, surname], 1)
    yield Rule([{**_MISS, **_CAPITAL}, capital], 1, capitals=True)


def _sentences(words: PrivacyWords) -> Iterator[Rule]:
    """... said, told ..., me and ..., ...'s mum."""
    people, names = words.people, words.names
    thing, doing, helping = map(one_of, (names.things, names.doing, names.helping))
    either, listed = one_of(names.things, names.doing), one_of(*_all_names(names))
    sure, relation, done = one_of(names.always, names.mostly), one_of(people.relations), _done(words)
    own_word = one_of(frozenset(f"{n}s" for n in names.things | names.doing | names.helping))
    yield Rule([thing, one_of(people.does)], begins=True)
    yield Rule([doing, _any_verb(words)], begins=True)
    yield Rule([helping, done], begins=True)
    yield Rule([one_of(people.to_someone), either], 1)
    yield Rule([sure, _AND, either], 2)
    yield Rule([either, _AND, sure])
    yield Rule([_ME, _AND, either], 2)
    yield Rule([_ME, _AND, helping, done], 2)
    yield Rule([_ME, _AND, listed, _AND, listed], 2)
    yield Rule([_ME, _AND, listed, _AND, listed], 4)
    yield Rule([_undated(words), _AND, one_of(frozenset({"me", "i"}))], begins=True)
    yield Rule([listed, _OWN, relation])
    yield Rule([own_word, relation], owner=True)


def _capitals(words: PrivacyWords, marks: NameMarks) -> Iterator[Rule]:
    """And Grace came; when Brayleigh said; Ade Oyelaran."""
    people = words.people
    lower: Mark = {"IS_LOWER": True, "IS_ALPHA": True}
    lower |= none_of(people.before_a_thing, people.before_a_town)
    capital: Mark = {marks.may_be: True, **_CAPITAL}
    yield Rule([lower, {**_undated(words), **_CAPITAL}], 1, capitals=True)
    yield Rule([lower, capital, one_of(people.does)], 1, capitals=True)
    yield Rule([capital, {marks.surname: True, **_CAPITAL}], capitals=True)


def _all_names(names: Names) -> tuple[Words, ...]:
    return names.always, names.mostly, names.things, names.doing, names.helping


def _any_verb(words: PrivacyWords) -> Mark:
    return one_of(words.people.does, words.people.also_does, words.people.is_words)


def _done(words: PrivacyWords) -> Mark:
    """Verbs that cannot follow "will" or "may", which are a name before them."""
    people = words.people
    return one_of((people.does | people.also_does | people.is_words) - _ALSO_YET_TO_DO)


def _undated(words: PrivacyWords) -> Mark:
    """Names that are words, but no month or season."""
    names, dates = words.names, words.dates
    return one_of((names.things | names.doing | names.helping) - dates.months - dates.seasons)


def _is_a_name(word: str, names: Names) -> bool:
    formed = word.startswith(tuple(names.beginnings)) or word.endswith(tuple(names.endings))
    return word in names.always or (formed and word.isalpha())


def _is_a_surname(word: str, surnames: Surnames) -> bool:
    formed = word.startswith(tuple(surnames.surname_beginnings)) and len(word) >= _LEAST_FORMED
    return word in surnames.surnames or formed


def _may_be_a_name(word: str, listed: Words, never: Words) -> bool:
    letters = word.replace("'", "")
    return letters.isalpha() and (word in listed or (word not in never and len(letters) > 1))


def _is_a_stranger(word: str, words: PrivacyWords) -> bool:
    """Whether `word` is none that we know to be something else, after "my brother"."""
    people = words.people
    lists = (people.never_names, people.relations, people.does, people.also_does, people.is_words, STOP_WORDS)
    return (
        word.isalpha()
        and len(word) > 2
        and not any(word in list_ for list_ in lists)
        and not word.endswith(("ly", "ing", "nt"))
    )
