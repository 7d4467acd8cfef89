"""The shape of the content in `data/`: what an answer, a service and a place must say.

Every class is immutable. A mistake in a file becomes a pydantic error that names
the field; `bot.knowledge.load` adds the file and the entry.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import phonenumbers
from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # its stub lacks it
from pydantic import BaseModel, Field, HttpUrl, constr, validator

Nation = Literal["England", "Wales", "Scotland", "Northern Ireland"]
if TYPE_CHECKING:
    Sentence: TypeAlias = str
    Title: TypeAlias = str
    Digits: TypeAlias = str
    Web: TypeAlias = str
else:
    Sentence = constr(strip_whitespace=True, min_length=2)
    Title = constr(strip_whitespace=True, min_length=2, max_length=38)  # fits a button on a phone
    Digits = constr(regex=r"^[0-9 ]{3,12}$")
    Web = constr(regex=r"^[a-z0-9.-]+\.[a-z]{2,}(/[\w./-]*)?$")


class Entry(BaseModel):
    class Config:
        allow_mutation = False
        extra = "forbid"


class Source(Entry):
    """A page that backs what an answer or a service says today."""

    says: Sentence
    url: HttpUrl
    grade: Literal["A", "B", "C"]  # A: official or the service's own page; B: somebody else's; C: weak


class Answer(Entry):
    """What a young person is told about one topic.

    `needs_words` are the legal words that the answer explains and cannot do without;
    they are left out when its reading age is measured.
    """

    id: str
    chapter: str
    title: Title
    section: Sentence | None
    speaks_to: Literal["young people", "adults"] = "young people"
    answer: Sentence
    more: Sentence | None
    simpler: Sentence | None
    since_2013: Sentence | None
    sources: tuple[Source, ...]
    related: tuple[str, ...]
    services: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # services for these needs are added, by age, nation and hour
    needs_words: tuple[str, ...] = ()
    follow_ups: dict[str, Sentence] = {}
    checked: date
    approved_by: Sentence | None  # the safeguarding professional who approved these words; nobody yet

    def texts(self) -> dict[str, str]:
        """Every text of this answer that a young person may read, by its field."""
        own = {name: getattr(self, name) for name in ("answer", "more", "simpler", "since_2013")}
        asked = {f"follow_ups.{aspect}": text for aspect, text in self.follow_ups.items()}
        return {name: text for name, text in {**own, **asked}.items() if text}


class Phone(Entry):
    number: str
    verified: bool
    name: Sentence | None  # when one service has several numbers: "Out of hours"

    @validator("number")
    def must_be_a_british_number(cls, number: str) -> str:
        parsed = phonenumbers.parse(number, "GB")
        short = phonenumbers.is_valid_short_number_for_region(parsed, "GB")
        if not (short or phonenumbers.is_valid_number_for_region(parsed, "GB")):
            raise ValueError(f"{number!r} is not a telephone number in the United Kingdom")
        return number


class TextLine(Entry):
    number: Digits
    words: Sentence  # how to say it: "text SHOUT to 85258"
    verified: bool


class Hours(Entry):
    """When the phone is answered, in OpenStreetMap's notation, UK time."""

    opens: str
    says: Sentence
    verified: bool
    timezone: Literal["Europe/London"] = "Europe/London"

    @validator("opens")
    def must_be_readable(cls, opens: str) -> str:
        try:
            OpeningHours(opens)
        except ParserError as error:
            raise ValueError(f"{opens!r} is not in OpenStreetMap's notation of opening hours") from error
        return opens

    def open_at(self, moment: datetime) -> bool:
        """Whether the phone is answered at `moment` (aware, any zone)."""
        zone = ZoneInfo(self.timezone)
        return bool(OpeningHours(self.opens, timezone=zone, country="GB").is_open(moment.astimezone(zone)))


class Ages(Entry):
    from_: int = Field(0, alias="from", ge=0, le=120)
    to: int = Field(120, ge=0, le=120)


class Service(Entry):
    """One entry of the directory. Only verified numbers and hours are ever shown."""

    id: str
    name: Sentence
    helps_with: Sentence
    for_: Literal["young people", "adults", "anyone"] = Field(alias="for")
    ages: Ages = Ages.parse_obj({})
    nations: tuple[Nation, ...]
    needs: tuple[str, ...] = ()
    phones: tuple[Phone, ...] = ()
    text: TextLine | None
    web: Web | None
    deaf: Sentence | None  # BSL and relay routes
    hours: Hours | None
    cost: Sentence | None
    privacy: Sentence | None
    caution: Sentence | None  # what a young person must know before using it
    verified: bool
    sources: tuple[HttpUrl, ...]
    note: Sentence | None  # for reviewers only
    checked: date
    expires: date

    @property
    def phone(self) -> str | None:
        """The first number that may be shown."""
        return next((phone.number for phone in self.phones if phone.verified), None)

    def suits(self, age: int | None, nation: str) -> bool:
        """Whether to offer it to somebody of this age (years; None: a young person of unknown age)."""
        years = 13 if age is None else age
        return nation in self.nations and self.ages.from_ <= years <= self.ages.to

    def card(self) -> dict[str, Any]:
        """What a channel may show: only what is verified."""
        shown: dict[str, Any] = {"id": self.id, "name": self.name, "helps_with": self.helps_with}
        phones = [
            {"number": p.number, "name": p.name} if p.name else {"number": p.number}
            for p in self.phones
            if p.verified
        ]
        if phones:
            shown["phones"] = phones
        if self.text and self.text.verified:
            shown["text"] = {"number": self.text.number, "words": self.text.words}
        if self.hours and self.hours.verified:
            shown["hours"] = self.hours.says
        for name in ("web", "deaf", "cost", "privacy", "caution"):
            if getattr(self, name):
                shown[name] = getattr(self, name)
        return shown


class Place(Entry):
    """A council's own words and numbers.

    `services` replace or add to the directory for young people who live there;
    `notes` are a sentence or two added to the answer of a topic.
    """

    id: str
    name: Sentence
    council: Sentence
    also_called: tuple[str, ...] = ()
    front_door: str  # the id of the service below that takes requests for help
    services: dict[str, Service]
    notes: dict[str, Sentence] = {}
    sources: tuple[Source, ...]
    checked: date
    approved_by: Sentence | None

    @validator("services", pre=True)
    def name_each_service(cls, services: dict[str, Any]) -> dict[str, Any]:
        return {id_: {"id": id_, **entry} for id_, entry in services.items()}


class MenuSection(Entry):
    title: Title
    topics: tuple[str, ...]


class Menu(Entry):
    """The menu by chapter, and the words the bot says around its answers."""

    sections: dict[str, MenuSection]
    numbers: dict[str, int]
    phrases: dict[str, Sentence]
    follow_ups: dict[str, Sentence]
    nations: dict[str, Sentence]
    page: dict[str, Sentence]
    embed: dict[str, Sentence]  # for site owners, not for young people
    telegram: dict[str, Sentence]
    telegram_commands: dict[constr(regex=r"^[a-z0-9_]{1,32}$"), Title]  # type: ignore[valid-type]
