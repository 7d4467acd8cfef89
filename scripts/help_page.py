#!/usr/bin/env python3
"""Prints a page with the static help, for the proxy to show while no bot answers (deploy/Caddyfile).

Its words and numbers come from data/, as everything does that a young person reads.
"""

from __future__ import annotations

from html import escape

from bot.knowledge import Knowledge, load

STYLE = "body{font:1.2rem/1.6 sans-serif;max-width:38rem;margin:0 auto;padding:1rem}"


def help_page(knowledge: Knowledge) -> str:
    """A page that needs nothing else: no script, no other file."""
    title = escape(knowledge.say(knowledge.menu.page["title"]))
    said = "\n".join(f"<p>{escape(part)}</p>" for part in knowledge.phrase("fault").split("\n\n"))
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{title}</h1>\n{said}\n</body>\n</html>\n"
    )


if __name__ == "__main__":
    print(help_page(load()), end="")
