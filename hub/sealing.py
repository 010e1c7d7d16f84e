"""Secrets that the hub must be able to read again, sealed with AES-256-GCM under a key beside the database."""

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.domain.errors import Unavailable

_NONCE_BYTES = 12
KEY_BYTES = 32


class Seal:
    """Seals and opens. What is sealed for one purpose and owner opens for them only."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def sealed(self, secret: bytes, purpose: str) -> bytes:
        """The secret, for the database; `purpose` names what it is and whose."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, purpose.encode())

    def opened(self, sealed: bytes, purpose: str) -> bytes:
        """The secret again. Raises Unavailable (`wrong_secret_key`) when it was sealed with another key."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        except InvalidTag:
            raise Unavailable(
                "a stored secret was sealed with another key: restore secret.key", code="wrong_secret_key"
            ) from None


def kept_key(file: Path) -> bytes:
    """The key in `file`; a new one, for the owner's eyes only, when there is none. Raises OSError, ValueError."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return key_of(file.read_text(encoding="ascii"))
    made = os.urandom(KEY_BYTES)
    with os.fdopen(descriptor, "w") as out:
        out.write(base64.b64encode(made).decode() + "\n")
        out.flush()
        os.fsync(out.fileno())
    return made


def key_of(text: str) -> bytes:
    """The key as a setting or a file gives it, in base64. Raises ValueError unless it has 32 bytes."""
    key = base64.b64decode(text.strip(), validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(f"a secret key has {KEY_BYTES} bytes in base64")
    return key
