"""The audit log: what is in it, that it cannot be changed, and finding something in it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from bot.review.models import AuditEntry
from bot.review.models.trust import AppendOnlyError
from tests.review.conftest import Join, Person


def entry(by: User, did: str, subject: str = "", at: str = "") -> AuditEntry:
    """An entry, written as of a day in the past if `at` is given (the clock does it, never an update)."""
    if not at:
        return AuditEntry.objects.create(by=by, did=did, subject=subject)
    then = timezone.make_aware(datetime.fromisoformat(at))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: then)
        return AuditEntry.objects.create(by=by, did=did, subject=subject)


def shown(administrator: Person, **asked: object) -> list[str]:
    answer = administrator.get(reverse("audit"), asked)
    return [entry.subject for entry in answer.context["page"] if entry.subject]


@pytest.mark.parametrize(
    "statement", ["UPDATE review_auditentry SET did = 'x'", "DELETE FROM review_auditentry"]
)
def test_the_database_itself_refuses_to_change_or_delete_an_entry(reviewer: Person, statement: str) -> None:
    entry(reviewer.user, "opened a disclosure", "conversation:1")
    before = list(AuditEntry.objects.values_list())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert list(AuditEntry.objects.values_list()) == before


def test_the_program_refuses_it_too(reviewer: Person) -> None:
    written = entry(reviewer.user, "opened a disclosure", "conversation:1")
    with pytest.raises(AppendOnlyError):
        written.save()
    with pytest.raises(AppendOnlyError):
        written.delete()


def test_who_did_something_cannot_be_deleted_away(reviewer: Person) -> None:
    entry(reviewer.user, "approved")
    with pytest.raises(ProtectedError):
        reviewer.user.delete()


class TestFindingSomething:
    @pytest.fixture
    def administrator(self, administrator: Person, join: Join) -> Person:
        rosa, sam = join("reviewer", name="rosa").user, join("approver", name="sam").user
        entry(rosa, "opened a disclosure", "conversation:1", at="2026-03-01T00:00:00")
        entry(rosa, "exported", "story:one", at="2026-03-02T23:59:59")
        entry(sam, "opened a disclosure", "conversation:2", at="2026-03-03T00:00:00")
        return administrator

    def test_newest_first(self, administrator: Person) -> None:
        assert shown(administrator) == ["conversation:2", "story:one", "conversation:1"]

    def test_of_one_person(self, administrator: Person) -> None:
        rosa = User.objects.get(username="rosa")
        assert shown(administrator, person=rosa.pk) == ["story:one", "conversation:1"]

    def test_what_was_done_to_a_person_is_theirs_too(self, administrator: Person) -> None:
        rosa = User.objects.get(username="rosa")
        entry(administrator.user, "changed a person", "person:rosa")
        assert "person:rosa" in shown(administrator, person=rosa.pk)

    def test_of_one_kind(self, administrator: Person) -> None:
        assert shown(administrator, kind="opened a disclosure") == ["conversation:2", "conversation:1"]

    def test_from_one_day_to_another_both_included(self, administrator: Person) -> None:
        assert shown(administrator, since="2026-03-02", until="2026-03-02") == ["story:one"]
        assert shown(administrator, until="2026-03-01") == ["conversation:1"]

    def test_a_date_that_is_none_says_so_and_shows_nothing(self, administrator: Person) -> None:
        answer = administrator.get(reverse("audit"), {"since": "yesterday"})
        assert "Enter a valid date" in answer.content.decode()
        assert not answer.context["page"].object_list

    def test_many_entries_come_in_pages_and_keep_the_question(self, administrator: Person) -> None:
        rosa = User.objects.get(username="rosa")
        for number in range(150):
            entry(rosa, "exported", f"story:{number}")
        first = administrator.get(reverse("audit"), {"kind": "exported"}).content.decode()
        assert "page 1 of 2" in first
        assert "kind=exported&amp;page=2" in first
        assert len(shown(administrator, kind="exported", page=2)) == 51


def test_an_entry_survives_its_conversation(room: Path, reviewer: Person) -> None:
    from bot.privacy.journal import Journal
    from bot.review.retention import clean_up

    entry(reviewer.user, "opened a disclosure", "conversation:1", at="2020-01-01T00:00:00")
    clean_up(Journal())
    assert AuditEntry.objects.filter(subject="conversation:1").exists()
