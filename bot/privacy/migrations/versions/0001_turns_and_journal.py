"""Turns and journal. Earlier releases made them without noting a version; theirs are left as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    op.create_table(
        "turns",
        sa.Column("conversation", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("message", sa.String(80)),
        sa.Column("turn", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_turns_at", "turns", ["at"], if_not_exists=True)
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "journal",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("ix_journal_conversation", "journal", ["conversation"], if_not_exists=True)
