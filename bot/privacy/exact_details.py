"""Finds details with a form of their own: e-mails, links, telephone, card and NHS numbers, postcodes.

Check digits and telephone plans come from python-stdnum and phonenumbers; a number that fails
them still counts where the words before it say what it is, because numbers are mistyped.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import luhn
from stdnum.gb import nhs

from bot.privacy.found import Found, hide, spans
from bot.privacy.words import PrivacyWords

_ADDRESS = r"(?<![\w.+-])[\w.+%'-]{1,64}"
_SITE = r"(?<![\w@.-])(?:[\w-]{1,63}\.){1,4}"
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_TEN = re.compile(r"(?<!\d)[1-9]\d\d[ -]?\d{3}[ -]?\d{4}(?!\d)")
# British numbers of eleven digits in every spacing, also with the letter o for nought. The library knows only
# numbers in use, not those that Ofcom keeps for drama, and loses one that stands right beside other digits.
_BRITISH = re.compile(
    r"(?<![\w+])(?:\(?(?:\+|00)44\)?[ .-]?(?:\(?0\)?)?|\(?[0Oo]) ?[ .-]?"
    r"[1-357-9](?:[ .()-]{0,2}[\doO]){9}(?!\w)"
)
_LEAST_DIGITS, _LOCAL = 9, r"\d(?:[ -]?\d){4,10}(?!\d)"
_TEXT_SPEAK = re.compile(r"(?:b4|m8|l8)\s*\d(?:st|nd|rd|th)", re.I)  # "b4 2nd lesson" is not in Birmingham


class ExactDetails:
    """`find(text)` yields each detail, none overlapping another."""

    def __init__(self, words: PrivacyWords) -> None:
        online, numbers = words.online, words.numbers
        hosts = any_of(online.mail_hosts)
        self._email = re.compile(
            rf"{_ADDRESS}@(?:[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,4}}|(?:{hosts})\b)"
            rf"|{_ADDRESS}(?:\s(?:dot|\.)\s[\w-]{{1,30}}){{0,3}}\s?(?:@|[(\[]?\bat\b[)\]]?)\s?(?:{hosts})"
            r"\s?(?:\bdot\b|\.)\s?(?:com|net|org|co)\b(?:\s?(?:\bdot\b|\.)\s?uk\b)?",
            re.I,
        )
        self._link = re.compile(
            rf"(?:https?://|\bwww\.)\S+|{_SITE}(?:(?:{any_of(online.endings)})(?![\w.-]*\w)(?:/\S*)?|[a-z]{{2,10}}/\S+)",
            re.I,
        )
        self._postcode = re.compile(
            rf"(?<![a-z0-9])(?:{any_of(words.places.postcode_areas)})\d[a-z\d]?[\s.-]{{0,2}}\d[abd-hjlnp-uw-z]{{2}}"
            r"(?![a-z0-9])",
            re.I,
        )
        said = rf"(?:{any_of(numbers.said)}|\d)"
        self._said = re.compile(rf"\b{said}(?:[\s,-]{{1,3}}{said}){{7,}}\b", re.I)
        self._introduced = {
            kind: re.compile(
                rf"\b(?:{any_of(words_)})s?(?:\W+(?:{any_of(numbers.before)})\b){{0,4}}[^\w\n]{{1,3}}({number})",
                re.I,
            )
            for kind, words_, number in (
                ("NHS number", numbers.nhs, r"\d(?:[ -]?\d){7,11}(?!\d)"),
                ("card number", numbers.cards, r"\d(?:[ -]?\d){11,18}(?!\d)"),
                ("phone", numbers.telephones, _LOCAL),
            )
        }

    def find(self, text: str) -> Iterator[Found]:
        finders = (
            self._emails,
            self._links,
            self._british_phones,
            self._cards_and_nhs,
            self._other_phones,
            self._postcodes,
        )
        for finder in finders:
            found = list(finder(text))
            yield from found
            text = hide(text, spans(found))

    def _emails(self, text: str) -> Iterator[Found]:
        for match in self._email.finditer(text):
            yield Found(match.start(), match.end(), "email")

    def _links(self, text: str) -> Iterator[Found]:
        for start, end, _ in self.links(text):
            yield Found(start, end, "link")

    def links(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and words of every link, also of those that everybody may know."""
        for match in self._link.finditer(text):
            link = match[0].rstrip(".,;:!?)]}'\"")
            yield match.start(), match.start() + len(link), link

    def _cards_and_nhs(self, text: str) -> Iterator[Found]:
        taken = []
        for match in _CARD.finditer(text):
            if luhn.is_valid(digits(match[0])):
                taken.append(Found(match.start(), match.end(), "card number"))
        for match in _TEN.finditer(text):
            if nhs.is_valid(digits(match[0])):
                taken.append(Found(match.start(), match.end(), "NHS number"))
        for kind in ("NHS number", "card number"):
            taken += self._after_its_name(kind, text)
        yield from apart(taken)

    def _british_phones(self, text: str) -> Iterator[Found]:
        for match in _BRITISH.finditer(text):
            yield Found(match.start(), match.end(), "phone")

    def _other_phones(self, text: str) -> Iterator[Found]:
        taken = []
        for number in PhoneNumberMatcher(text, "GB", leniency=Leniency.POSSIBLE):
            said = digits(number.raw_string)
            if len(said) >= _LEAST_DIGITS and (number.raw_string[0] in "+(" or said[0] in "07"):
                taken.append(Found(number.start, number.end, "phone"))
        taken += [Found(match.start(), match.end(), "phone") for match in self._said.finditer(text)]
        yield from apart([*taken, *self._after_its_name("phone", text)])

    def _after_its_name(self, kind: str, text: str) -> Iterator[Found]:
        for match in self._introduced[kind].finditer(text):
            yield Found(match.start(1), match.end(1), kind)

    def _postcodes(self, text: str) -> Iterator[Found]:
        for match in self._postcode.finditer(text):
            if not _TEXT_SPEAK.fullmatch(match[0]):
                yield Found(match.start(), match.end(), "postcode")


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of these words, the longest first."""
    return (
        "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(words, key=len, reverse=True))
        or "(?!)"
    )


def apart(found: Iterable[Found]) -> list[Found]:
    """Those that overlap none before them."""
    kept: list[Found] = []
    for detail in found:
        place = bisect(kept, detail)
        after = kept[place : place + 1]
        before = kept[place - 1 : place] if place else []
        if all(other.end <= detail.start for other in before) and all(
            detail.end <= other.start for other in after
        ):
            kept.insert(place, detail)
    return kept


def digits(text: str) -> str:
    """The digits of `text`, of any script, as 0 to 9."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())
