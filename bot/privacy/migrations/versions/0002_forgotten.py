"""Who was forgotten and when, for what was said before and still waits on some disk or in RabbitMQ."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    op.create_table(
        "forgotten",
        sa.Column("conversation", sa.String(64), primary_key=True),
        sa.Column("at", sa.Float, primary_key=True),
    )
