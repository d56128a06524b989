"""An OpenID Connect provider on loopback, with a certificate of its own authority."""

import base64
import datetime
import http.server
import ipaddress
import json
import ssl
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class Key:
    """A signing key, its public half as a JWK, and how it signs."""

    def __init__(self, algorithm, kid):
        self.algorithm, self.kid = algorithm, kid
        if algorithm == "RS256":
            self.private = rsa.generate_private_key(65537, 2048)
        elif algorithm == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
        else:
            self.private = ed25519.Ed25519PrivateKey.generate()

    @property
    def jwk(self):
        common = {"kid": self.kid, "use": "sig", "alg": self.algorithm}
        public = self.private.public_key()
        if self.algorithm == "RS256":
            numbers = public.public_numbers()
            return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **common}
        if self.algorithm == "ES256":
            numbers = public.public_numbers()
            return {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32), **common}
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw), **common}

    def sign(self, text):
        if self.algorithm == "RS256":
            return self.private.sign(text, padding.PKCS1v15(), hashes.SHA256())
        if self.algorithm == "ES256":
            r, s = decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return self.private.sign(text)

    def token(self, claims, **header):
        head = {"alg": self.algorithm, "kid": self.kid, "typ": "JWT", **header}
        text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}".encode()
        return f"{text.decode()}.{b64(self.sign(text))}"


class Provider:
    """Serves the discovery document and the keys; counts who asks."""

    def __init__(self, folder, shows=("leaf",), address="127.0.0.1", days=2, is_impostor=False):
        """`shows` are the certificates that it presents; an impostor's own is not from the authority that it shows."""
        self.shows, self.address, self.days, self.is_impostor = shows, address, days, is_impostor
        self.keys, self.fetches = [Key("RS256", "one")], 0
        certificate, key = self.certify(folder)
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                documents = {
                    "/.well-known/openid-configuration": {"issuer": provider.issuer, "jwks_uri": provider.issuer + "/keys"},
                    "/keys": {"keys": [key.jwk for key in provider.keys]},
                }
                provider.fetches += self.path == "/keys"
                body = json.dumps(documents.get(self.path, {})).encode()
                self.send_response(200 if self.path in documents else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.httpd.socket = context.wrap_socket(self.httpd.socket, server_side=True)
        self.host = f"127.0.0.1:{self.httpd.server_port}"
        self.issuer = f"https://{self.host}"
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def certify(self, folder):
        """The authority's certificate is `ca.pem`."""
        now = datetime.datetime.now(datetime.timezone.utc)

        def issue(subject, issuer, public, signer, extension, days=2):
            return (
                x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=3))
                .not_valid_after(now + datetime.timedelta(days=days)).add_extension(extension, critical=True)
                .sign(signer, hashes.SHA256())
            )

        def name(text):
            return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

        authority, own, impostor = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        root = issue(
            name("test authority"), name("test authority"), authority.public_key(), authority,
            x509.BasicConstraints(ca=True, path_length=0))
        leaf = issue(
            name(self.address), name("test authority"), own.public_key(), impostor if self.is_impostor else authority,
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(self.address))]), self.days)
        self.authority = folder / "ca.pem"
        self.authority.write_bytes(root.public_bytes(serialization.Encoding.PEM))
        certificate, key = folder / "leaf.pem", folder / "leaf.key"
        made = {"leaf": leaf, "root": root}
        certificate.write_bytes(b"".join(made[one].public_bytes(serialization.Encoding.PEM) for one in self.shows))
        self.thumbprints = {which: one.fingerprint(hashes.SHA1()).hex() for which, one in made.items()}
        key.write_bytes(own.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return certificate, key

    def claims(self, **more):
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": "sts.amazonaws.com", "sub": "repo:team/app:ref:refs/heads/main", "iat": now,
            "nbf": now, "exp": now + 600, "repository": "team/app",
        }
        return {name: value for name, value in {**claims, **more}.items() if value is not None}

    def token(self, **more):
        return self.keys[0].token(self.claims(**more))
