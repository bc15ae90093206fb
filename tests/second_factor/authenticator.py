"""An authenticator of software: makes passkeys and signs challenges as a browser would send them.

Whatever a real one would never do can be asked of it: another origin, an old counter, no user
verification.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as encoded

ORIGIN = "http://localhost:8000"
RP_ID = "localhost"
PRESENT, VERIFIED, MAY_BACK_UP, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Authenticator:
    origin: str = ORIGIN
    rp_id: str = RP_ID
    flags: int = PRESENT | VERIFIED
    sign_count: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: dict) -> dict:
        """The answer to options for a new passkey."""
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(is_new=True)}
        return self._answer(
            {
                "clientDataJSON": self._client_data("webauthn.create", options["challenge"]),
                "attestationObject": cbor2.dumps(statement),
            },
            transports=["internal"],
        )

    def sign(self, options: dict) -> dict:
        """The answer to options that ask for a passkey; the counter grows by one."""
        self.sign_count += 1
        data = self._data(is_new=False)
        client = self._client_data("webauthn.get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        )

    def _answer(self, parts: dict, **more) -> dict:
        response = {name: encoded(part) for name, part in parts.items()}
        name = encoded(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response | more}

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, *, is_new: bool) -> bytes:
        flags = self.flags | (ATTESTED if is_new else 0)
        data = hashlib.sha256(self.rp_id.encode()).digest()
        data += bytes([flags]) + self.sign_count.to_bytes(4, "big")
        if not is_new:
            return data
        length = len(self.credential_id).to_bytes(2, "big")
        return data + bytes(16) + length + self.credential_id + self._public_key()

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
