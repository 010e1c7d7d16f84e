"""What must be true of every place that keeps the contents of files."""

import hashlib
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.cluster.embedded.attachments import FolderAttachments
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import DEFAULT_TENANT, TenantId
from hub.ports.attachments import Attachments

OTHER_TENANT = TenantId("00000000-0000-7000-8000-000000000002")
_CHUNK = 512 * 1024
PHOTO = bytes(range(256)) * 1000
PHOTO_SHA256 = hashlib.sha256(PHOTO).hexdigest()


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[Attachments]:
    yield FolderAttachments(folder / "attachments")


IMPLEMENTATIONS: dict[str, Callable[[Path], AbstractAsyncContextManager[Attachments]]] = {
    "embedded": embedded
}


@pytest.fixture(params=list(IMPLEMENTATIONS))
async def attachments(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Attachments]:
    async with IMPLEMENTATIONS[request.param](tmp_path) as made:
        yield made


async def in_chunks(content: bytes, chunk_bytes: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), chunk_bytes):
        yield content[start : start + chunk_bytes]


async def content_of(attachments: Attachments, tenant_id: TenantId, sha256: str) -> bytes:
    return b"".join([chunk async for chunk in attachments.read(tenant_id, sha256)])


async def test_a_file_is_found_again_by_the_hash_of_its_content(attachments: Attachments) -> None:
    kept = await attachments.put(DEFAULT_TENANT, in_chunks(PHOTO), limit_bytes=len(PHOTO))

    assert kept == (PHOTO_SHA256, len(PHOTO))
    assert await content_of(attachments, DEFAULT_TENANT, PHOTO_SHA256) == PHOTO
    assert await attachments.size(DEFAULT_TENANT, PHOTO_SHA256) == len(PHOTO)


async def test_an_empty_file_is_a_file(attachments: Attachments) -> None:
    sha256, size_bytes = await attachments.put(DEFAULT_TENANT, in_chunks(b""), limit_bytes=0)

    assert size_bytes == 0
    assert sha256 == hashlib.sha256(b"").hexdigest()
    assert await content_of(attachments, DEFAULT_TENANT, sha256) == b""


async def test_the_same_content_may_be_kept_twice_and_is_one(attachments: Attachments) -> None:
    first = await attachments.put(DEFAULT_TENANT, in_chunks(PHOTO, 7000), limit_bytes=len(PHOTO))
    second = await attachments.put(DEFAULT_TENANT, in_chunks(PHOTO, 999), limit_bytes=len(PHOTO))

    assert first == second
    await attachments.remove(DEFAULT_TENANT, PHOTO_SHA256)
    with pytest.raises(NotFound):
        await attachments.size(DEFAULT_TENANT, PHOTO_SHA256)


@pytest.mark.parametrize("size_bytes", [0, 1, _CHUNK - 1, _CHUNK, _CHUNK + 1, 3 * _CHUNK])
async def test_content_is_read_in_chunks_of_at_most_512_kib(
    attachments: Attachments, size_bytes: int
) -> None:
    content = random.Random(size_bytes).randbytes(size_bytes)
    sha256, _ = await attachments.put(DEFAULT_TENANT, in_chunks(content, 200_000), limit_bytes=size_bytes)

    chunks = [chunk async for chunk in attachments.read(DEFAULT_TENANT, sha256)]

    assert max(map(len, chunks), default=0) <= _CHUNK
    assert b"".join(chunks) == content


async def test_one_byte_more_than_the_limit_is_refused_and_leaves_nothing(attachments: Attachments) -> None:
    with pytest.raises(Invalid) as caught:
        await attachments.put(DEFAULT_TENANT, in_chunks(PHOTO), limit_bytes=len(PHOTO) - 1)

    assert caught.value.stable_code == "too_large"
    with pytest.raises(NotFound):
        await attachments.size(DEFAULT_TENANT, PHOTO_SHA256)


async def test_a_source_that_breaks_off_leaves_nothing(attachments: Attachments) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield PHOTO
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await attachments.put(DEFAULT_TENANT, broken(), limit_bytes=2 * len(PHOTO))

    with pytest.raises(NotFound):
        await attachments.size(DEFAULT_TENANT, PHOTO_SHA256)


async def test_a_file_belongs_to_its_tenant(attachments: Attachments) -> None:
    await attachments.put(DEFAULT_TENANT, in_chunks(PHOTO), limit_bytes=len(PHOTO))

    with pytest.raises(NotFound):
        await attachments.size(OTHER_TENANT, PHOTO_SHA256)
    with pytest.raises(NotFound):
        await content_of(attachments, OTHER_TENANT, PHOTO_SHA256)
    await attachments.remove(OTHER_TENANT, PHOTO_SHA256)

    assert await attachments.size(DEFAULT_TENANT, PHOTO_SHA256) == len(PHOTO)


async def test_an_absent_file_is_not_found_and_may_be_removed(attachments: Attachments) -> None:
    with pytest.raises(NotFound):
        await attachments.size(DEFAULT_TENANT, "0" * 64)
    with pytest.raises(NotFound):
        await content_of(attachments, DEFAULT_TENANT, "0" * 64)

    await attachments.remove(DEFAULT_TENANT, "0" * 64)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", "a" * 63 + "/"]
)
async def test_what_is_no_hash_is_not_found(attachments: Attachments, name: str) -> None:
    with pytest.raises(NotFound):
        await attachments.size(DEFAULT_TENANT, name)
    with pytest.raises(NotFound):
        await content_of(attachments, DEFAULT_TENANT, name)
    await attachments.remove(DEFAULT_TENANT, name)


@pytest.mark.parametrize("content", [PHOTO, PHOTO * 8], ids=["in one go", "in pieces"])
async def test_what_was_put_lately_is_not_removed_even_where_it_was_there_long_before(
    attachments: Attachments, tmp_path: Path, content: bytes
) -> None:
    sha256, _ = await attachments.put(DEFAULT_TENANT, in_chunks(content), limit_bytes=len(content))
    (file,) = (path for path in tmp_path.rglob(sha256))
    of_long_ago = file.stat().st_mtime - 7200
    since = datetime.fromtimestamp(of_long_ago + 3600, UTC)
    assert not await attachments.remove(DEFAULT_TENANT, sha256, unless_put_since=since)
    os.utime(file, (of_long_ago, of_long_ago))

    await attachments.put(DEFAULT_TENANT, in_chunks(content), limit_bytes=len(content))

    assert not await attachments.remove(DEFAULT_TENANT, sha256, unless_put_since=since)
    assert await attachments.size(DEFAULT_TENANT, sha256) == len(content)
    (file,) = (path for path in tmp_path.rglob(sha256))
    os.utime(file, (of_long_ago, of_long_ago))
    assert await attachments.remove(DEFAULT_TENANT, sha256, unless_put_since=since)
    with pytest.raises(NotFound):
        await attachments.size(DEFAULT_TENANT, sha256)
