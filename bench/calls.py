"""Signed calls from Python, for what the load generator has no words for: Lambda's paths, and calls that are timed one by one."""

import configparser
import datetime
import hashlib
import hmac
import http.client
import json

from servers import Trouble

REGION = "us-west-2"


class Calls:
    """One connection to a server, kept, with its administrator's key."""

    def __init__(self, server):
        file = configparser.ConfigParser()
        file.read(server.folder / "credentials")
        self.id, self.key = (file["default"][f"aws_{name}"] for name in ("access_key_id", "secret_access_key"))
        self.host = server.address
        self.connection = http.client.HTTPConnection(server.address, timeout=60)

    def target(self, name, service="secretsmanager", **members):
        """A call of a protocol that names its operation in a header, as `secretsmanager.GetSecretValue`."""
        return self.send(service, "POST", "/", members, {"x-amz-target": name})

    def send(self, service, method, path, members, headers={}):
        body = json.dumps(members).encode()
        headers = {"content-type": "application/x-amz-json-1.1", "host": self.host, **headers}
        self.connection.request(method, path, body, self._signed(service, method, path, body, headers))
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status >= 300:
            raise Trouble(f"{method} {path} {headers.get('x-amz-target', '')}: {reply.status} {text[:500]}")
        return json.loads(text or b"{}")

    def text(self, path):
        self.connection.request("GET", path)
        return self.connection.getresponse().read().decode()

    def _signed(self, service, method, path, body, headers):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {**headers, "x-amz-date": now}
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        request = f"{method}\n{path}\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{now[:8]}/{REGION}/{service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = f"AWS4{self.key}".encode()
        for part in (*scope.split("/"), text):
            key = hmac.digest(key, part.encode(), "sha256")
        credential = f"AWS4-HMAC-SHA256 Credential={self.id}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
        return {**headers, "authorization": credential}
