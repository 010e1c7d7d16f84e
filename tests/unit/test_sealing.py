"""Files of keys: whole or not there, and clear about what is wrong with them."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from hub import sealing
from hub.sealing import SealRing, kept_key, kept_keys, put_keys


def test_a_key_is_made_once_for_its_owner_only_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    made = kept_key(file)
    assert kept_key(file) == made
    assert kept_keys(file) == [made]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]


class Killed(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("step", ["fdopen", "fsync", "link"])
def test_killed_while_a_key_is_made_there_is_none_and_the_next_start_makes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    file = tmp_path / "recordings.key"
    with monkeypatch.context() as patched:
        patched.setattr(os, step, killed)
        with pytest.raises(Killed):
            kept_keys(file)
    assert not file.exists()
    (made,) = kept_keys(file)
    assert SealRing(kept_keys(file)).has(sealing.fingerprint(made))


def test_of_two_that_make_a_key_at_once_one_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, theirs = tmp_path / "secret.key", os.urandom(32)
    link = os.link

    def late(source: Path, target: Path) -> None:
        put_keys(file, [theirs])
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    assert kept_key(file) == theirs
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]


def test_a_file_system_without_links_keeps_a_key_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refused)
    file = tmp_path / "secret.key"
    assert kept_key(file) == kept_key(file)
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("read", [kept_key, kept_keys])
@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_file_without_a_key_says_so(tmp_path: Path, text: str, read: Callable[[Path], object]) -> None:
    file = tmp_path / "recordings.key"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"recordings\.key holds no key: restore it"):
        read(file)
    assert file.read_text() == text


def test_nothing_is_sealed_without_a_key() -> None:
    with pytest.raises(ValueError, match="no key"):
        SealRing([])
