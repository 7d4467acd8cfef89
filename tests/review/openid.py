"""A small OpenID Connect provider over real HTTP: it lets everybody in, as the person it is told to."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "review-room", "not a real secret"


class Provider:
    """What the tests change: who logs in, and what the ID token says beside that."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {
            "sub": "42",
            "preferred_username": "olive",
            "email": "o@council.example",
        }
        self.also: dict[str, Any] = {}
        self.address = ""
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, str]] = {}  # what was asked for, by the code that was given

    def id_token(self) -> str:
        now = int(time.time())
        said = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60}
        return jwt.encode(said | self.person | self.also, self.key, "RS256", {"kid": "one"})


@contextmanager
def openid_provider() -> Iterator[Provider]:
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, daemon=True).start()
    yield provider
    server.shutdown()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing on the tests' output."""

        def do_GET(self) -> None:
            where = urlsplit(self.path)
            if where.path == "/.well-known/openid-configuration":
                at = provider.address
                self._json(
                    {
                        "issuer": at,
                        "authorization_endpoint": f"{at}/authorize",
                        "token_endpoint": f"{at}/token",
                        "jwks_uri": f"{at}/keys",
                        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                    }
                )
            elif where.path == "/keys":
                key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(provider.key.public_key()))
                self._json({"keys": [key | {"kid": "one", "alg": "RS256", "use": "sig"}]})
            elif where.path == "/authorize":
                asked = dict(parse_qsl(where.query))
                assert asked["client_id"] == CLIENT
                assert "openid" in asked["scope"].split()
                code = f"code-{len(provider.codes)}"
                provider.codes[code] = asked
                self.send_response(302)
                back = urlencode({"code": code, "state": asked["state"]})
                self.send_header("Location", f"{asked['redirect_uri']}?{back}")
                self.end_headers()

        def do_POST(self) -> None:
            sent = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            asked = provider.codes.pop(sent["code"])
            known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            proof = hashlib.sha256(sent["code_verifier"].encode()).digest()
            if (
                self.headers["Authorization"] != f"Basic {known}"
                or sent["redirect_uri"] != asked["redirect_uri"]
                or base64.urlsafe_b64encode(proof).decode().rstrip("=") != asked["code_challenge"]
            ):
                self._json({"error": "invalid_client"}, 401)
            else:
                token = {"access_token": "a", "token_type": "Bearer", "id_token": provider.id_token()}
                self._json(token)

        def _json(self, said: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
