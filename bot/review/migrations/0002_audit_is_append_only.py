"""The database itself refuses to change or delete an entry of the audit log."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

_SQLITE = """
CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON review_auditentry
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
_POSTGRES = """
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON review_auditentry
FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
"""


def guard(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            editor.execute(_SQLITE.format(verb=verb))
    else:
        editor.execute(_POSTGRES)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("review", "0001_the_first")]
    operations: ClassVar = [migrations.RunPython(guard, migrations.RunPython.noop)]
