"""A bank that stands in for the real one: a small WSGI application with its books in memory.

It checks no signatures. With `ignores_keys` it takes every request for a new one, as a bank without
idempotency would: the control of every test that nothing is doubled. What it says is signed.
"""

import datetime as dt
import json
import secrets
import threading
from collections.abc import Iterable
from typing import Any

from joserfc import jws
from joserfc.jwk import OKPKey
from werkzeug.wrappers import Request, Response

from lms.core import clock
from lms.core.types import Hours

Reply = tuple[int, dict[str, Any]]
PAGE = 3


class StandIn:
    """The books of one platform: entries in order, and what was answered under each key."""

    def __init__(self, platform: str = "local", *, ignores_keys: bool = False) -> None:
        self.platform = platform
        self.ignores_keys = ignores_keys
        self.takes_batches = True
        self.key = OKPKey.generate_key("Ed25519")
        self.entries: list[dict[str, Any]] = []
        # The proof that goes with every receipt that is asked for again.
        self.inclusion: dict[str, Any] | None = None
        # References that are refused, with the reason.
        self.refuses: dict[str, str] = {}
        self.requests: list[str] = []
        self._answers: dict[str, tuple[str, Reply]] = {}
        self._lock = threading.Lock()

    @property
    def public_pem(self) -> str:
        return self.key.as_pem(private=False).decode()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        with self._lock:
            status, body = self._reply(request)
        kind = "application/json" if status < 400 else "application/problem+json"
        return Response(json.dumps(body), status, content_type=kind)(environ, start_response)

    def _reply(self, request: Request) -> Reply:
        place = request.path.removeprefix("/hourbank/api/v1/")
        self.requests.append(place)
        if place == "batches" and self.takes_batches:
            return 200, {"answers": [self._answer(item) for item in request.json["items"]]}
        if place in ("credits", "reversals"):
            key = request.headers["Idempotency-Key"]
            return self._take(key, {"kind": place.removesuffix("s"), **request.json})
        if place.startswith("entries/"):
            return self._stored(place.partition("/")[2])
        if place.startswith("daily-statements/"):
            return 201, {"receipt": self._page(place.partition("/")[2], request.args.get("after"))}
        return 404, {"code": "http-404", "detail": "Not Found", "status": 404}

    def _stored(self, key: str) -> Reply:
        if key not in self._answers:
            return _no(404, "没有这个编号")
        status, body = self._answers[key][1]
        return status, {**body, "inclusion": self.inclusion}

    def _answer(self, item: dict[str, Any]) -> dict[str, Any]:
        body = {name: value for name, value in item.items() if name != "idempotency_key"}
        key = item["idempotency_key"]
        status, said = self._take(key, body)
        if status < 400:
            return {"idempotency_key": key, "status": "accepted", **said}
        word = "conflict" if status == 409 else "refused"
        return {"idempotency_key": key, "status": word, "problem": said}

    def _take(self, key: str, body: dict[str, Any]) -> Reply:
        said = json.dumps(body, sort_keys=True)
        if key in self._answers and not self.ignores_keys:
            before, reply = self._answers[key]
            return reply if before == said else _no(409, "同一个幂等键对应了不同的内容。")
        if body["reference"] in self.refuses:
            return _no(422, self.refuses[body["reference"]])
        reply = 201, {"receipt": self.sign({"idempotency_key": key, **self._enter(body)})}
        self._answers[key] = said, reply
        return reply

    def _enter(self, body: dict[str, Any]) -> dict[str, Any]:
        entry = {
            "entry": f"{clock.today():%Y%m%d}-{secrets.token_hex(5).upper()}",
            "reference": body["reference"],
            "kind": body["kind"],
            **self._facts(body),
            "entered_at": clock.now().isoformat(),
        }
        self.entries.append(entry)
        return {**entry, "leaf_hash": "0" * 64, "statement": self._year(entry["year"])}

    def _facts(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["kind"] == "credit":
            hours = Hours.parse(body["hours"]).tenths
            return {"year": body["year"], "category": body["category"], "hours_tenths": hours}
        first = next(each for each in self.entries if each["reference"] == body["reference"])
        same = {name: first[name] for name in ("year", "category")}
        return {**same, "hours_tenths": -first["hours_tenths"]}

    def _year(self, year: int) -> dict[str, Any]:
        names = ("public", "professional", "required_public", "required_professional")
        more = ("required_total", "short_public", "short_professional", "short_total")
        zeros = {f"{name}_tenths": 0 for name in (*names, *more)}
        return {"year": year, "as_of": clock.now().isoformat(), **zeros}

    def _page(self, day: str, after: str | None) -> str:
        of_day = [each for each in self.entries if _day_of(each) == day]
        start = int(after or 0)
        page = of_day[start : start + PAGE]
        more = str(start + PAGE) if start + PAGE < len(of_day) else None
        total = sum(each["hours_tenths"] for each in of_day)
        facts = {"entries": page, "next": more, "count": len(of_day), "sum_tenths": total}
        return self.sign({"date": day, **facts})

    def sign(self, claims: dict[str, Any]) -> str:
        """A JWS by this bank over `claims` and the platform's name."""
        payload = json.dumps({"platform": self.platform, **claims})
        return jws.serialize_compact({"alg": "Ed25519"}, payload, self.key, ["Ed25519"])


def _day_of(entry: dict[str, Any]) -> str:
    entered_at = dt.datetime.fromisoformat(entry["entered_at"])
    return entered_at.astimezone(clock.SHANGHAI).date().isoformat()


def _no(status: int, detail: str) -> Reply:
    return status, {"status": status, "code": "refused", "detail": detail}
