"""The word lists by which redaction knows a personal detail, read from data/privacy and checked."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import yaml
from pydantic import ValidationError, validator

from bot.knowledge import ContentError, Problem
from bot.knowledge.load import ROOT
from bot.knowledge.schema import Entry

Words = frozenset[str]
_WHOLE_NAMES = ("always", "mostly", "things", "doing")


class WordLists(Entry):
    """Lists of one file. In YAML a list is text with commas, or several such texts, each under a heading."""

    letters: ClassVar[str] = r"[^A-Z,]+"  # what a word must look like, as a regular expression

    @validator("*", pre=True)
    def must_be_words_between_commas(cls, value: object) -> Words:
        texts: list[object] = list(value.values()) if isinstance(value, dict) else [value]
        words = []
        for text in texts:
            if not isinstance(text, str):
                raise ValueError("must be words with commas between them")
            words += [word.strip() for word in text.split(",")]
        for word, times in Counter(words).items():
            if not word:
                raise ValueError("has two commas with nothing between them, or one at its end")
            if not re.fullmatch(cls.letters, word):
                raise ValueError(f"{word!r} must be in lower case, without signs that do not belong there")
            if times > 1:
                raise ValueError(f"{word!r} is written twice")
        return frozenset(words)


class Names(WordLists):
    """First names, by how surely each is a name."""

    letters = r"[a-z]{2,}"
    always: Words
    beginnings: Words
    endings: Words
    mostly: Words
    things: Words
    doing: Words
    helping: Words

    @validator("helping")
    def each_stands_in_one_list(cls, helping: Words, values: dict[str, Words]) -> Words:
        lists = {"helping": helping} | {list_: values[list_] for list_ in _WHOLE_NAMES if list_ in values}
        times = Counter(name for names in lists.values() for name in names)
        if twice := sorted(name for name in times if times[name] > 1):
            where = [list_ for list_, names in lists.items() if twice[0] in names]
            raise ValueError(f"{twice[0]!r} stands in {' and in '.join(where)}")
        return helping


class Surnames(WordLists):
    letters = r"[a-z']{2,}"
    surnames: Words
    also_words: Words
    particles: Words
    surname_beginnings: Words


class People(WordLists):
    relations: Words
    kin: Words
    close: Words
    titles: Words
    ranks: Words
    before_miss: Words
    name_words: Words
    names_words: Words
    whose: Words
    called: Words
    im_called: Words
    spelt: Words
    call: Words
    me_or_her: Words
    someone: Words
    does: Words
    also_does: Words
    is_words: Words
    to_someone: Words
    joins: Words
    after_a_name: Words
    before_a_thing: Words
    before_a_town: Words
    im_words: Words
    copulas: Words
    never_names: Words


class Places(WordLists):
    school_kinds: Words
    surely_school: Words
    before_a_school: Words
    not_in_a_school: Words
    streets: Words
    surely_streets: Words
    dwellings: Words
    units: Words
    lives: Words
    not_in_an_address: Words
    before_a_street: Words
    before_a_house: Words
    saints: Words
    before_a_saint: Words
    postcode_areas: Words


class Online(WordLists):
    platforms: Words
    user_words: Words
    between: Words
    not_handles: Words
    after_at: Words
    whose: Words
    says_so: Words
    after_a_handle: Words
    endings: Words
    mail_hosts: Words
    public_sites: Words
    official_endings: Words


class Dates(WordLists):
    born: Words
    months: Words
    before_a_date: Words
    seasons: Words


class Numbers(WordLists):
    said: Words
    telephones: Words
    before: Words
    nhs: Words
    cards: Words


class Public(WordLists):
    """What everybody may know; the headings of its file are for whoever reads it."""

    known: Words


class PrivacyWords(Entry):
    names: Names
    surnames: Surnames
    people: People
    places: Places
    online: Online
    dates: Dates
    numbers: Numbers
    public: Public

    def all(self) -> Words:
        """Every word of every list, phrases in their words."""
        lists = (words for file in self.dict().values() for words in file.values())
        return frozenset(part for words in lists for word in words for part in word.split())


def load_words(root: Path = ROOT) -> PrivacyWords:
    """Read and check `root`/data/privacy. Raises ContentError with every problem found."""
    problems: list[Problem] = []
    files: dict[str, Any] = {}
    for name, field in PrivacyWords.__fields__.items():
        path = root / "data" / "privacy" / f"{name}.yml"
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            files[name] = field.type_.parse_obj({"known": content} if name == "public" else content)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            problems.append(
                Problem(f"data/privacy/{name}.yml", "the file", "-", " ".join(str(error).split()))
            )
        except ValidationError as error:
            for fault in error.errors():
                entry = str(fault["loc"][0]).replace("__root__", "the lists")
                problems.append(Problem(f"data/privacy/{name}.yml", entry, "words", fault["msg"]))
    if problems:
        raise ContentError(problems)
    return PrivacyWords(**files)


@lru_cache(maxsize=1)
def shared_words() -> PrivacyWords:
    """The word lists of this project, read once for each process."""
    return load_words()
