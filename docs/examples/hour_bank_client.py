"""A client of the hour bank, to be copied: one file, httpx and cryptography, nothing else.

    bank = HourBank("https://bank.example", "my-platform", private_key_pem, bank_public_key_pem)
    answers = bank.send([credit("my-key-of-this-credit", {...}), ...])

Every request is signed (RFC 9421, Ed25519), every receipt is checked with the bank's key. Send
again whatever got no answer, under the same idempotency key and with the same content: the bank
enters it once and answers as it did the first time.
"""

import base64
import hashlib
import json
import secrets
import time
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

API = "/hourbank/api/v1"


class BankError(Exception):
    """The bank refused a request as a whole, or answered what it did not sign."""


def credit(idempotency_key: str, facts: dict[str, Any]) -> dict[str, Any]:
    """An item that enters hours; `facts` as the bank's OpenAPI description lists them."""
    return {"idempotency_key": idempotency_key, "kind": "credit", **facts}


def reversal(idempotency_key: str, reference: str, reason: str) -> dict[str, Any]:
    """An item that takes the hours of an earlier credit back."""
    names = {"idempotency_key": idempotency_key, "kind": "reversal"}
    return {**names, "reference": reference, "reason": reason}


class HourBank:
    """The hour bank as one platform speaks to it."""

    def __init__(
        self, address: str, code: str, private_key: bytes, bank_key: bytes, **options: Any
    ) -> None:
        """`options` go to httpx.Client. Keys are PEM; the bank's you were given at registration."""
        self._code = code
        key, bank = load_pem_private_key(private_key, None), load_pem_public_key(bank_key)
        if not (isinstance(key, Ed25519PrivateKey) and isinstance(bank, Ed25519PublicKey)):
            raise ValueError("Ed25519 keys are needed")
        self._key, self._bank = key, bank
        self._http = httpx.Client(base_url=address, **{"timeout": 30, **options})

    def send(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Enter up to 500 items; for each its status, and `words` (the receipt's) or `problem`."""
        answers = self._ask("POST", "/batches", {"items": items})["answers"]
        if [each["idempotency_key"] for each in answers] != [i["idempotency_key"] for i in items]:
            raise BankError("these are the answers to other items")
        return [self._with_words(answer) for answer in answers]

    def entry(self, idempotency_key: str) -> dict[str, Any]:
        """What was entered under a key, and the proof that it is in the log once there is one."""
        return self._with_words(self._ask("GET", f"/entries/{idempotency_key}"))

    def day(self, date: str) -> list[dict[str, Any]]:
        """Everything that was entered for this platform on a day of Shanghai, to compare with."""
        entries: list[dict[str, Any]] = []
        words: dict[str, Any] = {"next": ""}
        while words["next"] is not None:
            query = {"after": words["next"]} if words["next"] else {}
            answer = self._ask("GET", f"/daily-statements/{date}", query=query)
            words = self.words_of(answer["receipt"])
            entries += words["entries"]
        if len(entries) != words["count"]:
            raise BankError("entries were added meanwhile; ask again")
        return entries

    def words_of(self, receipt: str) -> dict[str, Any]:
        """What a receipt says. Raises BankError unless the bank's key signed it."""
        signed, _, signature = receipt.rpartition(".")
        try:
            self._bank.verify(_unpacked(signature), signed.encode())
        except InvalidSignature as error:
            raise BankError("the bank did not sign this receipt") from error
        words: dict[str, Any] = json.loads(_unpacked(signed.partition(".")[2]))
        return words

    def _with_words(self, answer: dict[str, Any]) -> dict[str, Any]:
        if "receipt" not in answer:
            return answer
        words = self.words_of(answer["receipt"])
        if answer.get("idempotency_key", words["idempotency_key"]) != words["idempotency_key"]:
            raise BankError("this receipt belongs to another request")
        return {**answer, "words": words}

    def _ask(
        self, method: str, address: str, body: Any = None, query: dict[str, str] | None = None
    ) -> dict[str, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        request = self._http.build_request(method, API + address, params=query, content=content)
        self._sign(request, content)
        response = self._http.send(request)
        if not response.is_success:
            raise BankError(f"HTTP {response.status_code}: {response.text[:500]}")
        answer: dict[str, Any] = response.json()
        return answer

    def _sign(self, request: httpx.Request, content: bytes) -> None:
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        request.headers["Content-Type"] = "application/json"
        request.headers["Idempotency-Key"] = secrets.token_hex(16)
        request.headers["Content-Digest"] = f"sha-256=:{digest}:"
        covered = {
            "@method": request.method,
            "@authority": request.headers["Host"].lower(),
            "@path": request.url.raw_path.decode().partition("?")[0],
        }
        for name in ("content-type", "idempotency-key", "content-digest"):
            covered[name] = request.headers[name]
        names = " ".join(f'"{name}"' for name in covered)
        words = f'({names});created={int(time.time())};keyid="{self._code}";alg="ed25519"'
        words += f';nonce="{secrets.token_urlsafe(16)}";tag="xueshi-bank"'
        lines = [f'"{name}": {value}' for name, value in covered.items()]
        base = "\n".join([*lines, f'"@signature-params": {words}'])
        signature = base64.b64encode(self._key.sign(base.encode())).decode()
        request.headers["Signature-Input"] = f"bank={words}"
        request.headers["Signature"] = f"bank=:{signature}:"


def is_in_log(proof: dict[str, Any], root: str) -> bool:
    """Whether `proof` shows its entry to be under a root that you trust (RFC 9162, 2.1.3.2).

    Take the root from a signed head that you keep yourself, not from the proof.
    """
    place, last = proof["position"], proof["size"] - 1
    node = bytes.fromhex(proof["leaf_hash"])
    for sibling in map(bytes.fromhex, proof["path"]):
        if last == 0:
            return False
        if place & 1 or place == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        place, last = place >> 1, last >> 1
    return last == 0 and node.hex() == root


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
