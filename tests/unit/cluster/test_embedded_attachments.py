"""Attachments in a folder: where they lie, and when they are durable."""

import asyncio
import hashlib
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.cluster.embedded.attachments import FolderAttachments
from hub.domain.errors import Invalid, NotFound, Unavailable
from hub.domain.ids import DEFAULT_TENANT, TenantId

CONTENT = b"photo" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def files_in(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def attachments(tmp_path: Path) -> FolderAttachments:
    return FolderAttachments(tmp_path)


async def test_a_file_lies_two_levels_down_in_the_folder_of_its_tenant(
    attachments: FolderAttachments, tmp_path: Path
) -> None:
    await attachments.put(DEFAULT_TENANT, once(CONTENT), limit_bytes=5000)

    assert files_in(tmp_path) == {f"{DEFAULT_TENANT}/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"}


async def test_nobody_else_on_the_machine_may_read_it(attachments: FolderAttachments, tmp_path: Path) -> None:
    await attachments.put(DEFAULT_TENANT, once(CONTENT), limit_bytes=5000)

    [path] = (p for p in tmp_path.rglob(SHA256))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_content_is_on_the_disk_before_its_name_and_its_name_before_put_returns(
    attachments: FolderAttachments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(fd: int) -> None:
        real_fsync(fd)
        steps.append(f"fsync {Path(f'/proc/self/fd/{fd}').resolve().relative_to(tmp_path.resolve())}")

    def replace(path: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)

    await attachments.put(DEFAULT_TENANT, once(CONTENT), limit_bytes=5000)

    first, *rest = steps
    assert first.startswith("fsync incoming/")
    assert rest == [
        "rename",
        f"fsync {DEFAULT_TENANT}/{SHA256[:2]}/{SHA256[2:4]}",
        f"fsync {DEFAULT_TENANT}/{SHA256[:2]}",
        f"fsync {DEFAULT_TENANT}",
        "fsync .",
    ]


async def test_content_that_is_there_is_not_written_again_and_its_name_is_durable_all_the_same(
    attachments: FolderAttachments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await attachments.put(DEFAULT_TENANT, once(CONTENT), limit_bytes=5000)
    [kept] = tmp_path.rglob(SHA256)
    os.utime(kept, ns=(0, 0))
    before, synced, real_fsync = kept.stat(), list[str](), os.fsync

    def fsync(fd: int) -> None:
        real_fsync(fd)
        synced.append(str(Path(f"/proc/self/fd/{fd}").resolve().relative_to(tmp_path.resolve())))

    monkeypatch.setattr(os, "fsync", fsync)
    # another process: what the first one named before it died may not be durable yet
    again = await FolderAttachments(tmp_path).put(DEFAULT_TENANT, once(CONTENT), limit_bytes=5000)

    assert again == (SHA256, 5000)
    assert kept.stat().st_ino == before.st_ino
    assert kept.stat().st_mtime_ns > before.st_mtime_ns  # it was put again: no sweep takes it for old
    folder = f"{DEFAULT_TENANT}/{SHA256[:2]}"
    assert synced == [f"{folder}/{SHA256[2:4]}", folder, DEFAULT_TENANT, "."]


async def test_content_that_a_disk_lost_half_of_is_written_again(
    attachments: FolderAttachments, tmp_path: Path
) -> None:
    await attachments.put(DEFAULT_TENANT, once(CONTENT), limit_bytes=5000)
    [kept] = tmp_path.rglob(SHA256)
    kept.write_bytes(CONTENT[:2000])

    await attachments.put(DEFAULT_TENANT, once(CONTENT), limit_bytes=5000)

    assert kept.read_bytes() == CONTENT


async def test_a_file_that_is_refused_leaves_nothing_behind(
    attachments: FolderAttachments, tmp_path: Path
) -> None:
    with pytest.raises(Invalid):
        await attachments.put(DEFAULT_TENANT, once(CONTENT), limit_bytes=4999)

    assert files_in(tmp_path) == set()


async def test_a_put_that_is_cancelled_leaves_nothing_behind(
    attachments: FolderAttachments, tmp_path: Path
) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * (2 << 20)
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(attachments.put(DEFAULT_TENANT, endless(), limit_bytes=1 << 30))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert files_in(tmp_path) == set()


async def test_a_full_disk_is_an_error_that_may_be_tried_again_and_leaves_nothing_behind(
    attachments: FolderAttachments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(fd: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", no_space)
        with pytest.raises(Unavailable) as caught:
            await attachments.put(DEFAULT_TENANT, once(CONTENT), limit_bytes=5000)

    assert caught.value.stable_code == "disk_failed"
    assert files_in(tmp_path) == set()
    assert await attachments.put(DEFAULT_TENANT, once(CONTENT), limit_bytes=5000) == (SHA256, 5000)


async def test_content_larger_than_the_write_buffer_is_kept_whole(attachments: FolderAttachments) -> None:
    content = os.urandom(3 << 20)

    sha256, size_bytes = await attachments.put(DEFAULT_TENANT, once(content), limit_bytes=4 << 20)

    assert size_bytes == 3 << 20
    assert b"".join([c async for c in attachments.read(DEFAULT_TENANT, sha256)]) == content


async def test_what_a_dead_process_left_half_written_is_cleared(
    attachments: FolderAttachments, tmp_path: Path
) -> None:
    assert await attachments.clear_incoming() == 0
    await attachments.put(DEFAULT_TENANT, once(CONTENT), limit_bytes=5000)
    (tmp_path / "incoming" / "left").write_bytes(b"half")

    assert await attachments.clear_incoming() == 1

    assert {Path(name).name for name in files_in(tmp_path)} == {SHA256}


@pytest.mark.parametrize("tenant", ["", "..", "../incoming", "incoming", f"{DEFAULT_TENANT}/.."])
async def test_a_tenant_whose_name_would_lead_elsewhere_has_no_folder(
    attachments: FolderAttachments, tmp_path: Path, tenant: str
) -> None:
    with pytest.raises(NotFound):
        await attachments.put(TenantId(tenant), once(CONTENT), limit_bytes=5000)

    assert files_in(tmp_path) == set()
