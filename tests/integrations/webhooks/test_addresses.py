"""No request goes to an address that is not public: whatever its spelling, after a redirect, or when the name changes."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from integrations.webhooks import addresses, posting
from integrations.webhooks.addresses import AddressRefused, parse, refuse_private
from tests.receiver import Receiver

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "169.254.0.1", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    "2002:a9fe:a9fe::", "2001:0:7f00:1::f5ff:fffe", "2001:db8::1",
]  # fmt: skip
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]
REFUSED = [
    "http://crm.example.com/", "ftp://crm.example.com/", "file:///etc/passwd", "gopher://x/", "javascript:alert(1)", "",
    "https://", "https:///x", "https://user@crm.example.com/", "https://u:p@crm.example.com/", "https://crm.example.com/#x",
    "https://crm.example.com:0/", "https://crm.example.com:99999/", "https://crm.example.com\\@127.0.0.1/",
    "https://crm example.com/", "https://crm.example.com/\r\nX: y", "https://localhost/", "https://LOCALHOST./", "https://a.localhost/",
    "https://metadata.google.internal/", "https://printer.local/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/",
    "https://0x7f000001/", "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/latest/",
    "https://[fd00:ec2::254]/", "https://0/", "https://[fe80::1%25eth0]/", "https://１２７.0.0.1/", "https://" + "a" * 1100,
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_refuse_private__not_public__refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        refuse_private(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_refuse_private__public__allowed(address: str) -> None:
    refuse_private(ipaddress.ip_address(address))


@pytest.mark.parametrize("url", REFUSED)
def test_parse__not_a_public_https_address__refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        parse(url)


def test_parse__good__taken_apart() -> None:
    target = parse("https://Bücher.example:8443/hooks?a=b")
    assert (target.host, target.port, target.path) == ("xn--bcher-kva.example", 8443, "/hooks?a=b")
    assert target.host_header == "xn--bcher-kva.example:8443"
    assert parse("https://crm.example.com").host_header == "crm.example.com"


def test_refuse_private__network_allowed_by_the_settings__only_that(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = [ipaddress.ip_network("10.1.0.0/16")]
    refuse_private(ipaddress.ip_address("10.1.2.3"))
    refuse_private(ipaddress.ip_address("::ffff:10.1.2.3"))
    for address in ("10.2.0.1", "169.254.169.254"):
        with pytest.raises(AddressRefused):
            refuse_private(ipaddress.ip_address(address))


def says(monkeypatch: Any, *answers: list[str]) -> list[str]:
    """The name servers say these addresses, one list a question; gives the list of what was asked."""
    asked: list[str] = []
    left = list(answers)

    def answer(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize("found", [["127.0.0.1"], ["169.254.169.254"], ["8.8.8.8", "10.0.0.1"]])
def test_post__name_of_a_private_address__no_connection_is_tried(found: list[str], monkeypatch: Any) -> None:
    says(monkeypatch, found)
    monkeypatch.setattr(posting.socket, "socket", None)
    posted = posting.post("https://rebind.example.com/", b"{}", {})
    assert posted.status is None and "not a public address" in posted.error


def test_post__name_changes_after_the_check__the_checked_address_is_called(
    receiver: Receiver, settings: Any, monkeypatch: Any
) -> None:
    other = Receiver()
    asked = says(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
    posted = posting.post(f"http://rebind.example.com:{receiver.port}/hooks", b"{}", {"webhook-id": "m"})
    other.stop()
    assert posted.is_taken and asked == ["rebind.example.com"]
    assert receiver.requests[0].headers["host"] == f"rebind.example.com:{receiver.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_post__redirect__not_followed(status: int, receiver: Receiver) -> None:
    other = Receiver()
    receiver.status, receiver.headers = status, {"Location": other.url}
    posted = posting.post(receiver.url, b"{}", {"webhook-id": "m"})
    other.stop()
    assert not posted.is_taken and "redirect" in posted.error
    assert not other.requests and len(receiver.requests) == 1


def test_post__no_https_and_not_allowed__refused_without_a_request(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_HTTP = False
    posted = posting.post(receiver.url, b"{}", {})
    assert "https" in posted.error and not receiver.requests


def test_post__proxy_in_the_environment__not_used(receiver: Receiver, monkeypatch: Any) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert posting.post(receiver.url, b"{}", {"webhook-id": "m"}).is_taken


class Dripper:
    """A server that answers, or shakes hands, one byte at a time for ever."""

    def __init__(self, beginning: bytes) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.beginning = beginning
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._drip, args=[client], daemon=True).start()

    def _drip(self, client: socket.socket) -> None:
        try:
            client.sendall(self.beginning)
            while True:
                client.sendall(b"a")
                time.sleep(0.05)
        except OSError:
            client.close()


@pytest.fixture
def quick(monkeypatch: Any) -> None:
    monkeypatch.setattr(posting, "ANSWER_WITHIN", 0.5)


@pytest.fixture
def dripper(request: Any, loopback_allowed: None) -> Iterator[Dripper]:
    found = Dripper(request.param)
    yield found
    found.socket.close()


@pytest.mark.parametrize("dripper", [b"", b"HTTP/1.1 200 OK\r\nX: "], indirect=True)
def test_post__answer_that_never_ends__cut_off(dripper: Dripper, quick: None) -> None:
    posted = posting.post(f"http://127.0.0.1:{dripper.port}/", b"{}", {})
    assert not posted.is_taken and posted.error


@pytest.mark.parametrize("dripper", [b"\x16\x03\x03\x40\x00"], indirect=True)
def test_post__handshake_that_never_ends__cut_off(dripper: Dripper, quick: None) -> None:
    posted = posting.post(f"https://127.0.0.1:{dripper.port}/", b"{}", {})
    assert not posted.is_taken and posted.error


@pytest.mark.parametrize("dripper", [b"HTTP/1.1 200 OK\r\n\r\n"], indirect=True)
def test_post__body_that_never_ends__taken_and_only_its_beginning_kept(dripper: Dripper, quick: None) -> None:
    posted = posting.post(f"http://127.0.0.1:{dripper.port}/", b"{}", {})
    assert posted.is_taken and len(posted.excerpt) <= posting.EXCERPT


@pytest.mark.parametrize("dripper", [b"SSH-2.0-x\r\n"], indirect=True)
def test_post__not_http__an_error_in_words(dripper: Dripper, quick: None) -> None:
    assert posting.post(f"http://127.0.0.1:{dripper.port}/", b"{}", {}).error


def test_post__nobody_there_or_no_such_name__an_error_in_words(loopback_allowed: None, monkeypatch: Any) -> None:
    assert "refused" in posting.post("http://127.0.0.1:1/", b"{}", {}).error

    def nothing(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", nothing)
    assert "cannot be resolved" in posting.post("https://nowhere.example.com/", b"{}", {}).error


def test_post__certificate_of_nobody_known__refused(loopback_allowed: None, tmp_path: Any) -> None:
    server = tls_server(tmp_path)
    posted = posting.post(f"https://127.0.0.1:{server.port}/", b"{}", {})
    server.stop()
    assert "secure connection" in posted.error and not server.requests


def test_post__https__the_name_is_asked_of_the_certificate_at_the_checked_address(
    loopback_allowed: None, tmp_path: Any, monkeypatch: Any
) -> None:
    server = tls_server(tmp_path)
    says(monkeypatch, ["127.0.0.1"])
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    monkeypatch.setattr(posting.ssl, "create_default_context", lambda: trusting)
    good = posting.post(f"https://crm.example.com:{server.port}/hooks", b"{}", {"webhook-id": "m"})
    bad = posting.post(f"https://other.example.com:{server.port}/hooks", b"{}", {"webhook-id": "m"})
    server.stop()
    assert good.is_taken, good
    assert server.requests[0].headers["host"] == f"crm.example.com:{server.port}"
    assert not bad.is_taken and "secure connection" in bad.error and len(server.requests) == 1


def tls_server(folder: Any) -> Receiver:
    """A receiver behind TLS, for crm.example.com."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "crm.example.com")])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("crm.example.com")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(cert.public_bytes(pem))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    found = Receiver()
    found.server.socket = context.wrap_socket(found.server.socket, server_side=True)
    return found
