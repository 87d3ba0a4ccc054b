"""A small OpenID Connect provider on loopback: one person at a time, codes that work once, PKCE and the secret checked."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "portal", "a secret between the two"


class IdentityProvider:
    """Answers as the person in `claims`."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.audience = CLIENT
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                said = {name: values[0] for name, values in parse_qs(parts.query).items()}
                if parts.path == "/authorize":
                    code = secrets.token_hex(8)
                    provider.codes[code] = said
                    self.send_response(302)
                    back = urlencode({"code": code, "state": said["state"]})
                    self.send_header("Location", f"{said['redirect_uri']}?{back}")
                    self.end_headers()
                elif parts.path == "/userinfo":
                    known = self.headers["Authorization"] == "Bearer opens userinfo"
                    self.answer(200 if known else 401, provider.claims)
                else:
                    self.answer(200, provider.configuration())

            def do_POST(self) -> None:
                said = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                asked = provider.codes.pop(said["code"][0], None)
                verifier = said.get("code_verifier", [""])[0].encode()
                challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
                if (
                    asked is None
                    or asked["code_challenge"] != challenge
                    or said["client_secret"] != [SECRET]
                    or said["redirect_uri"][0] != asked["redirect_uri"]
                ):
                    self.answer(400, {"error": "invalid_grant"})
                    return
                claims = {**provider.claims, "iss": provider.address, "aud": provider.audience}
                claims["exp"] = int(time.time()) + 60
                token = jwt.encode(claims, "k" * 32, algorithm="HS256")
                self.answer(200, {"access_token": "opens userinfo", "token_type": "Bearer", "id_token": token})

            def answer(self, status: int, body: Any) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def configuration(self) -> dict[str, Any]:
        """What the provider says of itself."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def stop(self) -> None:
        """No answers any more."""
        self.server.shutdown()
        self.server.server_close()
