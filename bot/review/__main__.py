"""`python -m bot.review ...`: Django's own commands, for developers (makemigrations)."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

os.environ["DJANGO_SETTINGS_MODULE"] = "bot.review.settings"
execute_from_command_line(["bot.review", *sys.argv[1:]])
