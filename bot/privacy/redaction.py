"""Takes personal details out of a text before it is stored, and puts readable stand-ins in their place.

What is taken out and what it misses: docs/redaction.md. The word lists are in data/privacy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.knowledge import Knowledge, Service, shared
from bot.privacy.exact_details import ExactDetails, apart, digits
from bot.privacy.found import Found, hide, spans
from bot.privacy.introduced import BirthDates, Handles
from bot.privacy.names import NameFinder
from bot.privacy.places import PlaceFinder
from bot.privacy.reading import Reader
from bot.privacy.words import PrivacyWords, shared_words

KINDS = (
    "name",
    "phone",
    "email",
    "postcode",
    "address",
    "handle",
    "link",
    "date of birth",
    "school",
    "card number",
    "NHS number",
)
_STAND_IN = re.compile(rf"\[(?:{'|'.join(KINDS)})\]")
_LEAST_DIGITS = 5  # of a helpline that could be taken for somebody's number
_LONG = 8  # digits: no part of somebody's number looks so
_DIGITS = re.compile(r"\d(?:[ ()-]{0,2}\d)*")


@dataclass(frozen=True)
class Redacted:
    """`text` with stand-ins, and where the details of which kind were in the text as it came."""

    text: str
    details: tuple[Found, ...]


def redact(text: str) -> str:
    """`text` with a stand-in such as [name] for each personal detail; twice is the same as once.

    Never raises; half a surrogate pair, which cannot be stored, becomes a question mark.
    The rules that words and numbers are judged by are in data/privacy.

    >>> redact("my names tyler, ring mum on 07700 900123 or childline on 0800 1111")
    'my names [name], ring mum on [phone] or childline on 0800 1111'
    """
    return redacted(text).text


def redacted(text: str) -> Redacted:
    """Like `redact`, and says what was found."""
    return _shared().redacted(text.encode("utf-8", "replace").decode("utf-8"))


@lru_cache(maxsize=1)
def _shared() -> Redactor:
    return Redactor(shared_words(), shared())


class Redactor:
    """Redacts by these lists, sparing the helplines and sites of `knowledge`."""

    def __init__(self, words: PrivacyWords, knowledge: Knowledge) -> None:
        self._reader = Reader()
        self._exact, self._handles, self._births = ExactDetails(words), Handles(words), BirthDates(words)
        self._places, self._names = PlaceFinder(words, self._reader), NameFinder(words, self._reader)
        self._known_phrases = self._reader.phrases(words.public.known)
        self._reader.know(words.all())
        services = [*knowledge.services.values()]
        services += [service for place in knowledge.places.values() for service in place.services.values()]
        self._helplines = _helplines(services)
        long = (r"[ ()-]{0,2}".join(number) for number in self._helplines if len(number) >= _LONG)
        self._long_helplines = re.compile(rf"(?<!\d)(?:{'|'.join(long)})(?!\d)")  # also beside other digits
        self._sites = frozenset(service.web.partition("/")[0] for service in services if service.web)
        self._public_sites, self._official = words.online.public_sites, tuple(words.online.official_endings)

    def redacted(self, text: str) -> Redacted:
        details: list[Found] = []
        with self._reader.forgetting():
            # Again until nothing is found, so that a second redaction of what is stored changes nothing.
            while found := self._find(written := _replaced(text, details)):
                more = [_in_original(detail, details) for detail in found]
                details = sorted([*more, *(d for d in details if not any(_covers(m, d) for m in more))])
        return Redacted(written, tuple(details))

    def _find(self, text: str) -> list[Found]:
        """The details of `text`, in order, none overlapping another."""
        rest = hide(text.replace("’", "'"), (match.span() for match in _STAND_IN.finditer(text)))
        rest = hide(rest, self._helplines_and_sites(rest))
        found: list[Found] = []
        for finder in (self._exact, self._handles, self._births):
            found += (some := apart(finder.find(rest)))
            rest = hide(rest, spans(some))
        rest = hide(rest, self._well_known(rest))
        found += (some := apart(self._places.find(self._reader.read(rest))))
        rest = hide(rest, spans(some))
        return sorted([*found, *self._names.find(rest, self._reader.read(rest))])

    def _helplines_and_sites(self, text: str) -> Iterator[tuple[int, int]]:
        for match in _DIGITS.finditer(text):
            if digits(match[0]) in self._helplines:
                yield match.span()
        for match in self._long_helplines.finditer(text):
            yield match.span()
        for start, end, link in self._exact.links(text):
            if self._is_public(link):
                yield start, end

    def _well_known(self, text: str) -> Iterator[tuple[int, int]]:
        """Where `text` has people, laws, stories, sayings and places that everybody may know."""
        reading = self._reader.read(text)
        for _, start, end in self._known_phrases(reading.words):
            yield reading.spans[start][0], reading.spans[end - 1][1]

    def _is_public(self, link: str) -> bool:
        site, _, path = re.sub(r"^(?:https?://)?(?:www\.)?", "", link.casefold()).partition("/")
        if not path and site in self._public_sites:
            return True
        known = (*self._sites, *self._official)
        return any(site == host or site.endswith(f".{host}") for host in known)


def _helplines(services: Iterable[Service]) -> frozenset[str]:
    """The digits of every number of `services`, also as they are dialled from abroad.

    Short ones such as 999 are left out: nothing would take them, and they may be the number of a house.
    """
    numbers = {phone.number for service in services for phone in service.phones}
    numbers |= {service.text.number for service in services if service.text}
    known = {digits(number) for number in numbers}
    known |= {f"44{number.removeprefix('0')}" for number in known if number.startswith("0")}
    return frozenset(number for number in known if len(number) >= _LEAST_DIGITS)


def _replaced(text: str, details: list[Found]) -> str:
    pieces, at = [], 0
    for start, end, kind in details:
        pieces += [text[at:start], f"[{kind}]"]
        at = end
    return "".join([*pieces, text[at:]])


def _in_original(found: Found, details: list[Found]) -> Found:
    """Where `found` was before `details` were replaced."""

    def place(at: int, is_end: bool) -> int:
        longer = 0
        for start, end, kind in details:
            begins, ends = start + longer, start + longer + len(kind) + 2
            if at <= begins:
                break
            if at < ends:
                return end if is_end else start
            longer = ends - end
        return at - longer

    return Found(place(found.start, False), place(found.end, True), found.kind)


def _covers(one: Found, other: Found) -> bool:
    return one.start <= other.start and other.end <= one.end
