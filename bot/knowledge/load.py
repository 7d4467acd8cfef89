"""Reads the content of `data/` and checks all of it, reporting every mistake at once."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import phonenumbers
import yaml
from pydantic import BaseModel, ValidationError

from bot.knowledge.reading_age import LIMIT, reading_age
from bot.knowledge.safety import HelpCard, SafetyReplies
from bot.knowledge.schema import Answer, Menu, Place, Service

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"\{(\w+)\.(\w+)\}")
_DATES = ("checked", "expires")  # of a service
_GROUPS = ("phrases", "follow_ups", "nations", "page", "telegram")  # of texts in the menu
_SHORTEST_MEASURED = 12  # words: a reading age says nothing about fewer
SPOKEN_FIELDS = {"phone", "text", "web", "name"}
_Entry = TypeVar("_Entry", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """One mistake in the content: where it is and what is wrong."""

    file: str
    entry: str
    field: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.file}: {self.entry}: {self.field}: {self.wrong}"


class ContentError(Exception):
    """The content in `data/` has mistakes; `problems` lists them all."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class Knowledge:
    """Everything the bot may say, by id. Immutable once loaded."""

    answers: Mapping[str, Answer]
    services: Mapping[str, Service]
    places: Mapping[str, Place]
    menu: Menu
    safety: SafetyReplies
    help_cards: Mapping[str, HelpCard]  # by language, in English lower case

    def service(self, id_: str, place: str | None = None) -> Service:
        """The service `id_`, or the young person's own council's in its stead."""
        if place and place in self.places and id_ == "council_childrens_services":
            home = self.places[place]
            return home.services[home.front_door]
        return self.services[id_]

    def known_place(self, named: object) -> str | None:
        """`named` if it is the id of one of our places."""
        return named if isinstance(named, str) and named in self.places else None

    def say(self, text: str) -> str:
        """`text` with every placeholder such as {childline.phone} filled from the directory."""

        def spoken(match: re.Match[str]) -> str:
            service = self.services[match[1]]
            if match[2] == "text":
                return service.text.words if service.text else ""
            return str(getattr(service, match[2]))

        return PLACEHOLDER.sub(spoken, text).strip()

    def phrase(self, name: str) -> str:
        return self.say(self.menu.phrases[name])


def load(root: Path = ROOT, today: date | None = None, serving: bool = False) -> Knowledge:
    """Read and check `root`/data.

    `today` is the day against which expiry dates are held (default: the real one). While `serving` a
    service that is due to be checked again is only logged, and reading ages, which take a dictionary
    of a hundred thousand words, are not measured: a bot that starts at night must answer.
    Raises ContentError with every problem found.
    """
    reader = _Reader(root / "data")
    services = reader.entries("services.yml", "services", Service)
    answers: dict[str, Answer] = {}
    for path in sorted((root / "data" / "guide").glob("*.yml")):
        if path.name != "menu.yml":
            answers.update(reader.answers(path))
    menu = reader.one(root / "data" / "guide" / "menu.yml", Menu)
    places = {
        path.stem: place
        for path in sorted((root / "data" / "places").glob("*.yml"))
        if (place := reader.one(path, Place, id=path.stem))
    }
    safety = reader.one(root / "data" / "safety" / "replies.yml", SafetyReplies)
    cards = {
        path.stem: card
        for path in sorted((root / "data" / "safety" / "languages").glob("*.yml"))
        if (card := reader.one(path, HelpCard))
    }
    if not reader.problems and menu and safety:
        knowledge = Knowledge(
            MappingProxyType(answers),
            MappingProxyType(services),
            MappingProxyType(places),
            menu,
            safety,
            MappingProxyType(cards),
        )
        if not serving:
            reader.problems += _all_hard_words(knowledge, reader.files)
        for problem in _faults(knowledge, reader.files, today or date.today()):
            if serving and problem.field in _DATES:
                logger.error("%s", problem)
            else:
                reader.problems.append(problem)
        if not reader.problems:
            return knowledge
    raise ContentError(reader.problems)


@lru_cache(maxsize=1)
def shared() -> Knowledge:
    """The content of this project, read once for each process."""
    return load(serving=True)


def newest_content(root: Path = ROOT) -> float:
    """When the content was last changed: seconds since 1970, of its newest file or folder."""
    return max(path.stat().st_mtime for path in (root / "data").rglob("*"))


def read_again() -> None:
    """Let `shared` give the content as it is now. Raises ContentError, and keeps the old, if it is faulty."""
    load(serving=True)
    shared.cache_clear()


class _Reader:
    """Turns YAML files into entries, collecting mistakes instead of stopping at the first."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.problems: list[Problem] = []
        self.files: dict[tuple[str, str], str] = {}  # (kind, id): the file it stands in

    def read(self, path: Path) -> dict[str, Any]:
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=_NoRepeats)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            return self._cannot_read(path, str(error).replace("\n", " "))
        return (
            content if isinstance(content, dict) else self._cannot_read(path, "is not a list of named fields")
        )

    def _cannot_read(self, path: Path, why: str) -> dict[str, Any]:
        self.problems.append(Problem(self._name(path), "the file", "-", why))
        return {}

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.data.parent))

    def entries(self, file: str, key: str, kind: type[_Entry], **shared: Any) -> dict[str, _Entry]:
        path = self.data / file
        raw = self.read(path).get(key) or {}
        if not isinstance(raw, dict):
            self._cannot_read(path, f"{key} must be a list of named entries")
            return {}
        made = {}
        for id_, fields in raw.items():
            if first := self.files.get((key, str(id_))):
                self.problems.append(Problem(self._name(path), str(id_), "-", f"is already in {first}"))
            self.files[key, str(id_)] = self._name(path)
            if entry := self._make(kind, path, str(id_), fields, {**shared, "id": id_}):
                made[str(id_)] = entry
        return made

    def answers(self, path: Path) -> dict[str, Answer]:
        head = self.read(path)
        shared = {"chapter": head.get("chapter"), "checked": head.get("checked")}
        return self.entries(str(path.relative_to(self.data)), "answers", Answer, **shared)

    def one(self, path: Path, kind: type[_Entry], **shared: Any) -> _Entry | None:
        raw = self.read(path)
        return self._make(kind, path, shared.get("id", path.stem), raw, shared) if raw else None

    def _make(
        self, kind: type[_Entry], path: Path, id_: str, fields: object, shared: dict[str, Any]
    ) -> _Entry | None:
        if not isinstance(fields, dict):
            self.problems.append(Problem(self._name(path), id_, "-", "has no fields"))
            return None
        try:
            return kind.parse_obj({**shared, **fields})
        except ValidationError as error:
            for fault in error.errors():
                field = ".".join(str(part) for part in fault["loc"])
                self.problems.append(Problem(self._name(path), id_, field, fault["msg"]))
            return None


class _NoRepeats(yaml.CSafeLoader):
    """A YAML loader that refuses a key written twice, which would lose the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is written twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _faults(knowledge: Knowledge, files: dict[tuple[str, str], str], today: date) -> Iterator[Problem]:
    """What is well-formed but wrong: dead references, expired services, hard words, typed numbers."""
    for id_, service in knowledge.services.items():
        yield from _service_faults(files["services", id_], service, today)
    for answer in knowledge.answers.values():
        yield from answer_faults(files["answers", answer.id], answer, knowledge)
    for place in knowledge.places.values():
        yield from _place_faults(place, knowledge, today)
    yield from _menu_faults(knowledge)
    yield from _safety_faults(knowledge)


def _service_faults(file: str, service: Service, today: date) -> Iterator[Problem]:
    if service.expires < today:
        yield Problem(file, service.id, "expires", f"was due to be checked again by {service.expires}")
    if service.checked > today:
        yield Problem(file, service.id, "checked", f"{service.checked} is in the future")
    if service.ages.from_ > service.ages.to:
        yield Problem(file, service.id, "ages", "from is above to")


def answer_faults(file: str, answer: Answer, knowledge: Knowledge) -> Iterator[Problem]:
    """What is wrong with one answer that stands in `file`, or would stand there."""

    def fault(field: str, wrong: str) -> Problem:
        return Problem(file, answer.id, field, wrong)

    for field, known in (("related", knowledge.answers), ("services", knowledge.services)):
        for id_ in getattr(answer, field):
            if id_ not in known:
                yield fault(field, f"there is no {id_!r}")
    served = {need for service in knowledge.services.values() for need in service.needs}
    for need in set(answer.needs) - served:
        yield fault("needs", f"no service is there for {need!r}")
    for aspect in answer.follow_ups:
        if aspect not in knowledge.menu.follow_ups:
            yield fault("follow_ups", f"{aspect!r} is not a kind of follow-up question")
    for field, text in answer.texts().items():
        for wrong in _text_faults(text, knowledge):
            yield fault(field, wrong)
    shown = {id_: knowledge.services[id_] for id_ in answer.services if id_ in knowledge.services}
    if shown and answer.speaks_to != "adults" and all(s.for_ == "adults" for s in shown.values()):
        yield fault("services", "somebody under 19 must never be sent to an adult line only")


def _text_faults(text: str, knowledge: Knowledge) -> Iterator[str]:
    for id_, field in PLACEHOLDER.findall(text):
        service = knowledge.services.get(id_)
        if service is None or field not in SPOKEN_FIELDS:
            yield f"{{{id_}.{field}}} is not in the directory"
        elif field == "text" and not (service.text and service.text.verified):
            yield f"{id_} has no verified text line"
        elif field != "text" and not getattr(service, field):
            yield f"{id_} has no verified {field}"
    if "{" in PLACEHOLDER.sub("", text):
        yield "has a brace that is not a placeholder"
    bare = PLACEHOLDER.sub("", text)
    if next(iter(phonenumbers.PhoneNumberMatcher(bare, "GB")), None) or re.search(r"\b(999|101|111)\b", bare):
        yield "types a telephone number: use a placeholder such as {childline.phone}"


def _place_faults(place: Place, knowledge: Knowledge, today: date) -> Iterator[Problem]:
    file = f"data/places/{place.id}.yml"
    if place.front_door not in place.services:
        yield Problem(file, place.id, "front_door", f"there is no service {place.front_door!r} here")
    for service in place.services.values():
        yield from _service_faults(file, service, today)
    for topic, note in place.notes.items():
        if topic not in knowledge.answers:
            yield Problem(file, place.id, f"notes.{topic}", "is not a topic")
        for wrong in _text_faults(note, knowledge):
            yield Problem(file, place.id, f"notes.{topic}", wrong)


def _safety_faults(knowledge: Knowledge) -> Iterator[Problem]:
    safety, file = knowledge.safety, "data/safety/replies.yml"
    for field, text in safety.texts().items():
        for wrong in _text_faults(text, knowledge):
            yield Problem(file, "the replies", field, wrong)
    for group in ("categories", "speakers"):
        for name, reply in getattr(safety, group).items():
            for id_ in reply.services:
                if id_ not in knowledge.services:
                    yield Problem(file, f"{group}.{name}", "services", f"there is no {id_!r}")
    for name, card in knowledge.help_cards.items():
        for field in ("card", "card_latin"):
            text = getattr(card, field)
            for wrong in _text_faults(text, knowledge) if text else ():
                yield Problem(f"data/safety/languages/{name}.yml", name, field, wrong)
            if text and not ("{emergency_999.phone}" in text and "{childline.phone}" in text):
                yield Problem(f"data/safety/languages/{name}.yml", name, field, "must give both numbers")


def _menu_faults(knowledge: Knowledge) -> Iterator[Problem]:
    menu, file = knowledge.menu, "data/guide/menu.yml"
    for name, section in menu.sections.items():
        for topic in section.topics:
            if topic not in knowledge.answers:
                yield Problem(file, "sections", name, f"{topic!r} is not a topic")
    for group in _GROUPS:
        for name, text in getattr(menu, group).items():
            for wrong in _text_faults(text, knowledge):
                yield Problem(file, group, name, wrong)


def hard_words(file: str, answer: Answer) -> Iterator[Problem]:
    """The texts of one answer that a child of the age we write for could not read."""
    for field, text in answer.texts().items():
        yield from _too_hard(file, answer.id, field, text, answer.needs_words)


def _all_hard_words(knowledge: Knowledge, files: dict[tuple[str, str], str]) -> Iterator[Problem]:
    for answer in knowledge.answers.values():
        yield from hard_words(files["answers", answer.id], answer)
    for field, text in knowledge.safety.texts().items():
        yield from _too_hard("data/safety/replies.yml", "the replies", field, text)
    for group in _GROUPS:
        for name, text in getattr(knowledge.menu, group).items():
            yield from _too_hard("data/guide/menu.yml", group, name, text)


def _too_hard(
    file: str, entry: str, field: str, text: str, needs_words: Iterable[str] = ()
) -> Iterator[Problem]:
    if len(text.split()) > _SHORTEST_MEASURED and (age := reading_age(text, needs_words)) > LIMIT:
        wrong = f"reading age {age:.1f} is above {LIMIT:.0f}: use shorter words and sentences"
        yield Problem(file, entry, field, wrong)
