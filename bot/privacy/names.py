"""Finds the names of people without a trained model: lists of names, and the words around a name.

A name that is nothing else ("aaliyah") is found wherever it stands. One that is a word too
("grace") is found only where a person is meant: "my sister grace", "grace said", "me and
grace". A name in no list is found where somebody says that it is one: "my name is", "mr".
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.privacy.found import Found
from bot.privacy.name_rules import NameMarks, Rule, name_rules
from bot.privacy.reading import Reader, Reading
from bot.privacy.words import PrivacyWords

_HYPHENS = ("-", "–")
_MOST_SURNAMES = 3
_A_NAME_ALONE = 3  # words: "Ellie Mae Thornbury" is the whole message, in capitals or not


class NameFinder:
    """`find(text, reading)` yields the parts of `text` that are names."""

    def __init__(self, words: PrivacyWords, reader: Reader) -> None:
        self._marks = NameMarks(words, reader)
        self._rules = {str(place): rule for place, rule in enumerate(name_rules(words, self._marks))}
        self._matches = reader.patterns({key: rule.pattern for key, rule in self._rules.items()})

    def find(self, text: str, reading: Reading) -> Iterator[Found]:
        capitals = reading.capitals_show_something()
        is_short = len(reading.words) <= _A_NAME_ALONE
        spans = []
        for match in self._matches(reading):
            rule = self._rules[match.name]
            name = match.start + match.places.index(rule.name)
            if (capitals or not rule.capitals) and self._agrees(rule, reading, match.start, name):
                last = self._with_surnames(reading, name, rule.loose, capitals or is_short)
                without_s = 1 if rule.owner and last == name else 0
                spans.append((reading.spans[name][0], reading.spans[last][1] - without_s))
        for begin, end in _joined(sorted(spans), text):
            yield Found(begin, end, "name")

    def _agrees(self, rule: Rule, reading: Reading, start: int, name: int) -> bool:
        """Whether the words before `start` and after `name` are such as the rule wants."""
        marks, before, after = self._marks, start - 1, name + 1
        if rule.begins and start and not (reading.words[before].is_punct or reading.has(before, marks.joins)):
            return False
        if rule.after and after < len(reading.words) and reading.words[after].is_alpha:
            return reading.has(after, marks.ends if rule.after == "ends" else marks.does)
        if len(rule.pattern) == 1 and reading.has(name, marks.mostly):
            return not reading.has(before, marks.a_thing)
        return True

    def _with_surnames(self, reading: Reading, name: int, loose: bool, capitals: bool) -> int:
        """The last word of the name that begins at `name`."""
        for _ in range(_MOST_SURNAMES):
            hyphen = reading.is_tight(name, name + 2) and reading.words[name + 1].text in _HYPHENS
            following = name + 2 if hyphen else name + 1
            if following >= len(reading.words):
                break
            if not self._goes_on(reading, name, following, loose, capitals, hyphen):
                break
            name = following
        return name

    def _goes_on(
        self, reading: Reading, name: int, following: int, loose: bool, capitals: bool, hyphen: bool
    ) -> bool:
        """Whether the word at `following` belongs to the name that has come as far as `name`."""
        marks, word, after = self._marks, reading.words[following], following + 1
        sure = (marks.surname, marks.always, marks.mostly)
        if any(reading.has(following, mark) for mark in sure):
            return True
        if reading.has(following, marks.particle):
            return reading.has(after, marks.may_be)
        if len(word) == 1:
            return bool(word.is_upper and reading.words[name].is_title and word.text != "I")
        if not reading.has(following, marks.may_be):
            return False
        capital = capitals and word.is_title
        ended = (
            after >= len(reading.words) or not reading.words[after].is_alpha or reading.has(after, marks.ends)
        )
        if reading.has(following, marks.surname_word) and (capital or ended):
            return True
        in_capitals = capital and reading.words[name].is_title
        return bool(hyphen or in_capitals or (loose and ended) or reading.has(name, marks.particle))


def _joined(spans: list[tuple[int, int]], text: str) -> Iterator[tuple[int, int]]:
    """Overlapping spans, and those with only a space or a hyphen between them, as one."""
    begin, end = spans[0] if spans else (0, 0)
    for start, stop in spans[1:]:
        if start <= end or text[end:start] in (" ", "-"):
            end = max(end, stop)
        else:
            yield begin, end
            begin, end = start, stop
    if spans:
        yield begin, end
