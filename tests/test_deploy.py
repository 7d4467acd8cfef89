"""What deploy/ describes: guarded containers, and a proxy that passes on nothing but the chat."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml

from bot.cli import _parser
from bot.knowledge import load
from bot.knowledge.load import ROOT
from bot.privacy.journal import Journal
from scripts.help_page import help_page
from tests.conftest import free_port, until
from tests.services.servers import PASSWORD, Postgres

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("your-say:")]
BOTS = [name for name in OURS if name.startswith("bot-")]
PINNED = re.compile(r"[a-z-]+:(\d+\.\d+(\.\d+)?(-[a-z]+)?|\$\{RELEASE:-\d+\.\d+\.\d+\})")
CADDYFILE = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
SECRET = re.compile("KEY|PASSWORD|TOKEN|SECRET|DATABASE|BROKER")
each_service = pytest.mark.parametrize("name", SERVICES)


@each_service
def test_each_service_is_shut_in(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))


@each_service
def test_each_service_runs_as_somebody_who_is_not_root(name: str) -> None:
    user, group = SERVICES[name]["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0


@each_service
def test_each_service_has_a_pinned_version_a_health_check_and_a_limit_of_memory(name: str) -> None:
    service = SERVICES[name]
    assert PINNED.fullmatch(service["image"])
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["mem_limit"]


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["caddy"]
    assert COMPOSE["networks"]["front"]["internal"] is True
    assert COMPOSE["networks"]["back"]["internal"] is True


def test_the_proxy_cannot_reach_what_keeps_conversations() -> None:
    assert "back" not in SERVICES["caddy"]["networks"]
    assert all(SERVICES[name]["networks"] == ["back"] for name in ("postgres", "redis", "rabbitmq"))


@each_service
def test_no_secret_stands_in_the_environment(name: str) -> None:
    settings = SERVICES[name].get("environment", {})
    secret = [
        setting for setting in settings if re.search("KEY|PASSWORD|TOKEN|SECRET|DATABASE|BROKER", setting)
    ]
    assert all(setting.endswith("_FILE") for setting in secret)
    assert all(settings[setting].startswith("/run/secrets/") for setting in secret)
    named = {settings[setting].removeprefix("/run/secrets/") for setting in secret}
    given = {
        given if isinstance(given, str) else given["source"] for given in SERVICES[name].get("secrets", [])
    }
    assert named <= given <= set(COMPOSE["secrets"])


def test_every_setting_of_ours_is_one_that_the_code_reads() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    known = set(re.findall(r"YOUR_SAY_[A-Z_]+[A-Z]", code))
    text = "\n".join(path.read_text(encoding="utf-8") for path in DEPLOY.iterdir() if path.is_file())
    used = {name.removesuffix("_FILE") for name in re.findall(r"YOUR_SAY_[A-Z_]+[A-Z]", text)}
    assert used <= known


@pytest.mark.parametrize("name", OURS)
def test_the_commands_are_ones_that_bot_has(name: str) -> None:
    program, *arguments = SERVICES[name]["command"]
    assert program == "bot"
    assert _parser().parse_args(arguments).host == "0.0.0.0"


def test_the_bots_keep_a_journal_and_leave_the_review_room_to_its_own_service() -> None:
    for name in BOTS:
        arguments = _parser().parse_args(SERVICES[name]["command"][1:])
        assert arguments.review_elsewhere
        assert not arguments.without_review


def test_each_bot_has_a_folder_of_its_own_and_the_same_key_and_database() -> None:
    assert len({SERVICES[name]["volumes"][0].split(":")[0] for name in BOTS}) == len(BOTS) == 3
    assert len({str(SERVICES[name]["environment"]) for name in BOTS}) == 1


def test_the_health_check_of_a_bot_asks_whether_it_can_also_reach_what_it_leans_on() -> None:
    assert all("/ready" in SERVICES[name]["healthcheck"]["test"][-1] for name in BOTS)


def test_a_bot_without_its_database_stays_in_service() -> None:
    assert "health_uri /health\n" in CADDYFILE


def passed_on() -> list[str]:
    """The paths that the Caddyfile passes on to a bot."""
    return re.search(r"@passed_on \{\n\s*path (.+)", CADDYFILE)[1].split()  # type: ignore[index]


def test_the_proxy_passes_on_the_paths_of_the_readme_and_no_others() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").split("## If you look after a server")[1]
    sentence = readme[: readme.index("`GET /health`")]
    listed = {path.rstrip("*") for path in passed_on()}
    assert listed == set(re.findall(r"`(/[^`]*)`", sentence)) - {"/webhooks/telegram/"}


def test_the_build_takes_the_lock_and_trains_and_ends_as_nobody_in_particular() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    build, bot, proxy = re.split(r"^FROM .+ AS (?:bot|proxy)$", dockerfile, flags=re.M)
    assert "scripts/set_up.py" in build
    assert ".venv/bin/bot train" in build
    assert "apt-get" not in bot
    assert "USER 10001:10001" in bot
    assert "USER 10002:10002" in proxy
    assert SERVICES["bot-1"]["user"] == "10001:10001"
    assert SERVICES["caddy"]["user"] == "10002:10002"


def test_what_the_build_copies_is_let_in_and_nothing_of_anybody_is() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = set()
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), flags=re.M):
        copied |= set(line.split())
    assert all(any(path == one or path.startswith(f"{one}/") for one in let_in) for path in copied)
    assert not let_in & {"var", "models", ".git", ".venv", "deploy", "deploy/secrets", "tests"}


def test_the_backup_is_valid_shell() -> None:
    subprocess.run(["sh", "-n", str(DEPLOY / "backup.sh")], check=True)


class Upstream(ThreadingHTTPServer):
    """Answers everything with 200 and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        super().__init__(("127.0.0.1", 0), Remembering)


class Remembering(BaseHTTPRequestHandler):
    server: Upstream

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


class Proxy:
    """caddy with our Caddyfile, over plain http on free ports; its bots and its review room are upstreams."""

    def __init__(self, folder: Path) -> None:
        self.bot, self.review = Upstream(), Upstream()
        self.chat_port, self.review_port, self.log = free_port(), free_port(), folder / "log"
        for upstream in (self.bot, self.review):
            threading.Thread(target=upstream.serve_forever, daemon=True).start()
        environment = {
            "HOME": str(folder),
            "CHAT_HOST": f"http://127.0.0.1:{self.chat_port}",
            "REVIEW_HOST": f"http://127.0.0.1:{self.review_port}",
            "BOTS": f"127.0.0.1:{self.bot.server_port}",
            "REVIEW": f"127.0.0.1:{self.review.server_port}",
            "HELP": str(folder),
        }
        (folder / "help.html").write_text(help_page(load()), encoding="utf-8")
        command = [str(shutil.which("caddy")), "run", "--config", str(DEPLOY / "Caddyfile")]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--adapter", "caddyfile"], env=environment, stdout=log, stderr=log
            )
        until(self.answers, 30)
        self.bot.asked.clear()

    def answers(self) -> bool:
        try:
            return self.get("/").status_code == 200
        except httpx.TransportError:
            return False

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.chat_port}{path}", headers=headers, timeout=30)

    def post(self, path: str, content: bytes = b"{}") -> httpx.Response:
        return httpx.post(f"http://127.0.0.1:{self.chat_port}{path}", content=content, timeout=30)

    def reached(self, path: str) -> bool:
        """Whether a bot was asked for `path`."""
        return path in [asked.split("?")[0] for asked, _ in self.bot.asked]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        for upstream in (self.bot, self.review):
            upstream.shutdown()
            upstream.server_close()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    if not shutil.which("caddy"):
        pytest.skip("no caddy here")
    proxy = Proxy(tmp_path_factory.mktemp("proxy"))
    yield proxy
    proxy.stop()


@pytest.mark.parametrize("path", ["/", "/chat", "/widget.js", "/page/chat.css"])
def test_the_proxy_shows_the_chat(proxy: Proxy, path: str) -> None:
    assert proxy.get(path).status_code == 200
    assert proxy.reached(path)


@pytest.mark.parametrize("path", ["session", "message", "forget", "page", "leave"])
def test_the_proxy_passes_on_what_the_chat_says(proxy: Proxy, path: str) -> None:
    assert proxy.post(f"/webhooks/widget/{path}").status_code == 200
    assert proxy.reached(f"/webhooks/widget/{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/rest/webhook",
        "/webhooks/rest/webhook/",
        "/webhooks/telegram/webhook",
        "/ready",
        "/metrics",
        "/health",
        "/embed",
        "/METRICS",
        "//metrics",
        "/webhooks/widget/../rest/webhook",
        "/page/../metrics",
        "/page/%2e%2e/metrics",
        "/page/..%2fmetrics",
        "/conversations/x/tracker",
        "/model",
    ],
)
def test_the_proxy_keeps_everything_else_to_itself(proxy: Proxy, path: str) -> None:
    before = len(proxy.bot.asked)
    with httpx.Client() as client:
        # httpx would tidy the path away
        url = httpx.URL(f"http://127.0.0.1:{proxy.chat_port}", raw_path=path.encode())
        for method in ("GET", "POST"):
            assert client.send(client.build_request(method, url)).status_code == 404
    assert [asked for asked, _ in proxy.bot.asked[before:] if asked != "/health"] == []


def test_the_proxy_does_not_tell_the_bot_who_asks(proxy: Proxy) -> None:
    forged = {"X-Forwarded-For": "192.0.2.7", "X-Real-IP": "192.0.2.7", "Forwarded": "for=192.0.2.7"}
    assert proxy.get("/chat?lang=pl", **forged, **{"User-Agent": "a phone"}).status_code == 200
    heard = next(headers for asked, headers in reversed(proxy.bot.asked) if asked == "/chat?lang=pl")
    assert heard["x-forwarded-for"] == "unknown"
    assert not {"127.0.0.1", "192.0.2.7", "for=192.0.2.7", "a phone"} & set(heard.values())


def test_the_proxy_sets_no_cookie(proxy: Proxy) -> None:
    assert "set-cookie" not in proxy.get("/").headers


def test_the_proxy_refuses_a_body_that_no_message_needs(proxy: Proxy) -> None:
    assert (
        proxy.post("/webhooks/widget/message", b"x" * 1_500_000).status_code == 200
    )  # the bot says it kindly
    assert proxy.post("/webhooks/widget/message", b"x" * 3_000_000).status_code >= 400


def test_nothing_that_one_visitor_sends_takes_a_bot_away_from_the_others(proxy: Proxy) -> None:
    for _ in range(5):
        proxy.post("/webhooks/widget/message", b"x" * 3_000_000)
    assert proxy.get("/").status_code == 200


def test_the_proxy_writes_down_nobodys_visit(proxy: Proxy) -> None:
    proxy.get("/chat?place=devon")
    proxy.get("/metrics")
    written = proxy.log.read_text(encoding="utf-8")
    assert "devon" not in written
    assert "/metrics" not in written


def test_the_review_room_has_a_host_of_its_own(proxy: Proxy) -> None:
    address = f"http://127.0.0.1:{proxy.review_port}/account/login/"
    assert httpx.get(address).status_code == 200
    assert [asked for asked, _ in proxy.review.asked] == ["/account/login/"]
    assert not proxy.reached("/account/login/")


def test_the_review_room_is_told_truly_who_asks(proxy: Proxy) -> None:
    address = f"http://127.0.0.1:{proxy.review_port}/queue"
    httpx.get(address, headers={"X-Forwarded-For": "192.0.2.7"})
    assert proxy.review.asked[-1][1]["x-forwarded-for"] == "127.0.0.1"


def test_while_no_bot_answers_whoever_writes_gets_the_numbers_to_ring(tmp_path: Path) -> None:
    if not shutil.which("caddy"):
        pytest.skip("no caddy here")
    proxy = Proxy(tmp_path)
    proxy.bot.shutdown()
    proxy.bot.server_close()
    for answer in (proxy.get("/"), proxy.post("/webhooks/widget/page", b"message=help")):
        assert answer.status_code >= 500
        assert "text/html" in answer.headers["content-type"]
        assert "999" in answer.text
        assert "0800 1111" in answer.text
    proxy.stop()


class Backups:
    """deploy/backup.sh with a real PostgreSQL, without Docker."""

    def __init__(self, folder: Path, postgres: Postgres) -> None:
        self.folder, self.postgres = folder, postgres
        identity = folder / "identity"
        subprocess.run(["age-keygen", "-o", str(identity)], check=True, capture_output=True)
        told = subprocess.run(["age-keygen", "-y", str(identity)], check=True, capture_output=True, text=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "BACKUPS": str(folder / "backups"),
            "AGE_RECIPIENT": told.stdout.strip(),
            "AGE_IDENTITY": str(identity),
            "DATABASE_USER": "yoursay",
            "IN_POSTGRES": f"env PGHOST=127.0.0.1 PGPORT={postgres.port}",
            "PGPASSWORD": PASSWORD,
        }

    def run(self, *arguments: str, database: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(DEPLOY / "backup.sh"), *arguments],
            env={**self.environment, "DATABASE": database, **environment},
            capture_output=True,
            text=True,
        )

    def new_database(self, name: str) -> str:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{self.postgres.url.rpartition('/')[0]}/{name}"


@pytest.fixture
def backups(tmp_path: Path) -> Iterator[Backups]:
    if not (Postgres.is_here() and shutil.which("age") and shutil.which("psql")):
        pytest.skip("no PostgreSQL or age here")
    postgres = Postgres(tmp_path / "postgres")
    postgres.start()
    yield Backups(tmp_path, postgres)
    postgres.stop()


def test_who_was_deleted_after_a_backup_stays_deleted_when_it_is_restored(backups: Backups) -> None:
    journal = Journal(backups.new_database("before"))
    for conversation in ("aa", "bb"):
        journal.write(conversation, time.time(), "user", {"text": f"a secret of {conversation}"})
    made = backups.run("make", database="before")
    assert made.returncode == 0, made.stderr
    backup = Path(made.stdout.strip())
    assert b"a secret" not in backup.read_bytes()

    journal.forget("aa", time.time())
    journal.drop(1_000_000)  # the review room has read all, also that "aa" is to be forgotten
    assert backups.run("deletions", database="before").returncode == 0

    empty = backups.new_database("after_it")
    done = backups.run("restore", str(backup), database="after_it")
    assert done.returncode == 0, done.stderr
    left = [(entry.conversation, entry.kind) for entry in Journal(empty).after(0)]
    assert left == [("bb", "user"), ("aa", "forgotten")]


def test_a_backup_is_not_restored_over_what_is_there(backups: Backups) -> None:
    Journal(backups.new_database("filled"))
    backup = backups.run("make", database="filled").stdout.strip()
    refused = backups.run("restore", backup, database="filled")
    assert refused.returncode != 0
    assert "not empty" in refused.stderr


def test_half_a_dump_is_not_a_backup(backups: Backups) -> None:
    Journal(backups.new_database("there"))
    failed = backups.run("make", database="not_there")
    assert failed.returncode != 0
    assert not list(Path(backups.environment["BACKUPS"]).glob("your-say-*.age"))


@pytest.mark.parametrize("days", ["0", "31", "-1", "a year"])
def test_no_backup_is_kept_longer_than_thirty_days(days: str) -> None:
    command = [str(DEPLOY / "backup.sh"), "make"]
    refused = subprocess.run(command, env={**os.environ, "KEEP_DAYS": days}, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "KEEP_DAYS" in refused.stderr
