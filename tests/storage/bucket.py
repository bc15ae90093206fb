"""A real S3 server for tests, and a bucket in it."""

import json
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from typing import Any

from lms.config import ROOT, Settings
from lms.core.files import BucketStore

RULES = ROOT / "deploy/bucket"
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI-secret-of-the-bucket"


class S3Server:
    """The process, which holds its buckets in memory."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.storage.server", str(self.port)],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            assert self._process.poll() is None, "the S3 server ended"
            assert time.monotonic() < deadline, "the S3 server does not answer"
            try:
                self.asked()
            except OSError:
                time.sleep(0.1)
            else:
                return

    def asked(self) -> list[str]:
        """What was asked of it since the last time, as "PUT /bucket/path?query"."""
        with urllib.request.urlopen(f"{self.url}/-control", timeout=5) as answer:
            return list(json.load(answer))

    def fail_after(self, writes: int, times: int = 1_000_000) -> None:
        """Refuse so many requests that write, after so many others."""
        body = json.dumps([writes, times]).encode()
        with urllib.request.urlopen(f"{self.url}/-control", body, timeout=5):
            pass

    def recover(self) -> None:
        """Refuse nothing any more."""
        self.fail_after(0, 0)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


@dataclass(frozen=True)
class Bucket:
    """A bucket of the server, what the settings say of it, and what lies in it."""

    server: S3Server
    settings: Settings
    store: BucketStore

    @property
    def public_url(self) -> str:
        """Where anybody may fetch what is public."""
        return self.settings.media_base_url

    def paths(self) -> list[str]:
        """The path of every file in it."""
        return sorted(found.path for found in self.store.walk(""))

    def head(self, path: str) -> dict[str, Any]:
        """How S3 itself describes a file."""
        bucket, key = f"{self.store.root}/{path}".split("/", 1)
        found: dict[str, Any] = self.store.fs.call_s3("head_object", Bucket=bucket, Key=key)
        return found


def make_bucket(server: S3Server, settings: Settings) -> Bucket:
    """A new, empty bucket, from which pages fetch segments without our server."""
    name = f"lms-{secrets.token_hex(6)}"
    kept = replace(
        settings,
        media_url=f"s3://{name}/platform",
        media_base_url=f"{server.url}/{name}/platform/hls",
        media_s3_endpoint=server.url,
        media_s3_region="us-east-1",
        media_s3_key=KEY,
        media_s3_secret=SECRET,
    )
    store = BucketStore.of(kept)
    store.fs.call_s3("create_bucket", Bucket=name)
    _open(store, name, settings.public_url)
    return Bucket(server, kept, store)


def _open(store: BucketStore, name: str, origin: str) -> None:
    """What operators are told to do, with the very files they are given."""
    policy = (RULES / "policy.json").read_text().replace("BUCKET/FOLDER", f"{name}/platform")
    store.fs.call_s3("put_bucket_policy", Bucket=name, Policy=policy)
    cors = (RULES / "cors.json").read_text().replace("https://learn.example.org", origin)
    store.fs.call_s3("put_bucket_cors", Bucket=name, CORSConfiguration=json.loads(cors))
    lifecycle = json.loads((RULES / "lifecycle.json").read_text())
    store.fs.call_s3(
        "put_bucket_lifecycle_configuration", Bucket=name, LifecycleConfiguration=lifecycle
    )


def status_of(url: str) -> int:
    """What a stranger is answered."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def out_of_reach(bucket: Bucket) -> BucketStore:
    """The same bucket at a port at which nobody listens."""
    return BucketStore.of(replace(bucket.settings, media_s3_endpoint="http://127.0.0.1:9"))
