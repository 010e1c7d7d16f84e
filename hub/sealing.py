"""Secrets that the hub must be able to read again, sealed with AES-256-GCM under a key beside the database."""

import base64
import errno
import hashlib
import hmac
import os
from collections.abc import Sequence
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
        self._key = key

    def derived(self, purpose: str) -> bytes:
        """A key of its own for that purpose (HMAC-SHA256): it tells nothing of this one."""
        return hmac.digest(self._key, b"touchline derived key\0" + purpose.encode(), "sha256")

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


class SealRing:
    """Several keys: the first seals, each opens what it sealed. A new key is put first, and the old one taken out once
    nothing is sealed with it any more. Raises ValueError without any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("there is no key to seal with")
        self._seals = {fingerprint(key): Seal(key) for key in keys}
        self.sealed_with = fingerprint(keys[0])

    def sealed(self, secret: bytes, purpose: str) -> bytes:
        """The secret, for the database, sealed with the first key: `sealed_with`."""
        return self._seals[self.sealed_with].sealed(secret, purpose)

    def opened(self, sealed: bytes, purpose: str, sealed_with: str) -> bytes:
        """The secret again. Raises Unavailable (`wrong_secret_key`) when that key is not here, or it is not that."""
        if (seal := self._seals.get(sealed_with)) is None:
            raise Unavailable(f"the key {sealed_with} is not here", code="wrong_secret_key")
        return seal.opened(sealed, purpose)

    def has(self, sealed_with: str) -> bool:
        """Whether that key is here."""
        return sealed_with in self._seals


def fingerprint(key: bytes) -> str:
    """What a key is called in the database: nothing of it can be learned from that."""
    return hashlib.sha256(b"touchline key\0" + key).hexdigest()[:16]


def kept_key(file: Path) -> bytes:
    """The key in `file`; a new one, for the owner's eyes only, when there is none. The file is there as a whole or not
    at all, whenever the machine stops. Raises OSError, ValueError for a file that holds no key."""
    if not file.exists():
        made = os.urandom(KEY_BYTES)
        aside = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            _write(aside, [made], os.O_EXCL)
            _put_new(aside, file)
        except FileExistsError:
            pass
        else:
            _sync_folder(file)
            return made
        finally:
            aside.unlink(missing_ok=True)
    (key, *_) = _keys_in(file)
    return key


def _put_new(aside: Path, file: Path) -> None:
    """Give the file its name. Raises FileExistsError when somebody else has just made one."""
    try:
        # unlike a renaming this never takes the place of another file
        os.link(aside, file)
    except OSError as exc:
        if exc.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
            raise
        # a file system without links: one hub at a time has this folder, so nobody comes in between
        aside.replace(file)


def kept_keys(file: Path) -> list[bytes]:
    """The keys in `file`, one a line, the first seals; a new one when there is no file. Raises as `kept_key`."""
    if not file.exists():
        return [kept_key(file)]
    return _keys_in(file)


def _keys_in(file: Path) -> list[bytes]:
    keys = [key_of(line) for line in file.read_text(encoding="ascii").split()]
    if not keys:
        raise ValueError(
            f"{file.name} holds no key: restore it from a backup; if nothing was ever sealed with it, remove the file"
        )
    return keys


def put_keys(file: Path, keys: Sequence[bytes]) -> None:
    """These keys in `file`, durably, in place of those that were there. Raises OSError."""
    aside = file.with_name(f"{file.name}.new")
    _write(aside, keys, os.O_TRUNC)
    aside.replace(file)
    _sync_folder(file)


def _write(file: Path, keys: Sequence[bytes], how: int) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | how, 0o600), "w") as out:
        out.writelines(base64.b64encode(key).decode() + "\n" for key in keys)
        out.flush()
        os.fsync(out.fileno())


def _sync_folder(file: Path) -> None:
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def key_of(text: str) -> bytes:
    """The key as a setting or a file gives it, in base64. Raises ValueError unless it has 32 bytes."""
    key = base64.b64decode(text.strip(), validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(f"a secret key has {KEY_BYTES} bytes in base64")
    return key
