"""The real servers that several bots share, from Debian's packages: started, stopped and killed by tests."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from tests.conftest import free_port, until

SOON = 60  # seconds
PASSWORD = "p@ss w/rd"  # needs quoting in an address


def program(name: str) -> str | None:
    """Where `name` is; Debian keeps PostgreSQL's off the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, debian), "/usr/sbin"]))


class Server:
    """One server in a folder of its own, on a port of this machine."""

    needs: tuple[str, ...] = ()  # programs
    user: str | None = None  # who it runs as, if the tests run as root

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = self.user if getpass.getuser() == "root" else None
        folder.mkdir(parents=True, exist_ok=True)
        if self.owner:
            shutil.chown(folder, self.owner)
            for above in folder.parents:
                if above.name.startswith("pytest") or above == folder.parent:
                    above.chmod(0o755)  # pytest makes them for its own user only
        self.prepare()

    @classmethod
    def is_here(cls) -> bool:
        return all(program(name) for name in cls.needs)

    def prepare(self) -> None:
        """Make what it needs once."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def answers(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self.port)) == 0

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                user=self.owner,
                cwd=self.folder,
                env=self.environment(),
                start_new_session=True,
            )
        until(self.answers, SOON)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """With SIGKILL it has no time to tidy."""
        assert self.process
        os.killpg(self.process.pid, how)
        self.process.wait(SOON)

    def freeze(self) -> None:
        """It takes connections and never answers, like one behind a network that is cut."""
        for process in self._all():
            process.suspend()

    def thaw(self) -> None:
        for process in self._all():
            process.resume()

    def _all(self) -> list[psutil.Process]:
        assert self.process
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]


class Postgres(Server):
    needs, user = ("initdb", "postgres"), "postgres"

    @property
    def url(self) -> str:
        return f"postgresql://yoursay:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        if self.owner:
            shutil.chown(password, self.owner)
        command = [str(program("initdb")), "-D", str(self.folder / "data"), "-U", "yoursay"]
        command += ["-A", "scram-sha-256", f"--pwfile={password}"]
        subprocess.run(command, check=True, capture_output=True, user=self.owner, cwd=self.folder)

    def command(self) -> list[str]:
        command = [str(program("postgres")), "-D", str(self.folder / "data"), "-p", str(self.port)]
        return [*command, "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}"]

    def stop(self, how: int = signal.SIGINT) -> None:
        """SIGINT: without waiting for those who are connected."""
        super().stop(how)

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class Redis(Server):
    needs = ("redis-server",)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        return [str(program("redis-server")), "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]


class Rabbit(Server):
    needs, user = ("rabbitmq-server", "erl", "epmd"), "rabbitmq"

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def prepare(self) -> None:
        self.names = free_port()  # of Erlang's own server of names, which it starts beside itself

    def command(self) -> list[str]:
        return ["/usr/lib/rabbitmq/bin/rabbitmq-server"]

    def stop(self, how: int = signal.SIGTERM) -> None:
        super().stop(how)
        until(self._names_ended, SOON)  # it refuses until it has noticed that the other is gone

    def _names_ended(self) -> bool:
        asked = [str(program("epmd")), "-port", str(self.names)]
        subprocess.run([*asked, "-kill"], capture_output=True)
        return subprocess.run([*asked, "-names"], capture_output=True).returncode != 0

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.port + 1 if self.port < 65535 else self.port - 1),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.names),
        }
