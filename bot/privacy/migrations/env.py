"""Run by alembic, on the connection and within the transaction that `bot.privacy.schema` gives it."""

from __future__ import annotations

from alembic import context

from bot.privacy.schema import NOTED_IN

context.configure(connection=context.config.attributes["connection"], version_table=NOTED_IN)
context.run_migrations()
