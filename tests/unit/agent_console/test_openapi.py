"""The API describes itself, completely and truthfully."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import agent_console
from agent_console.files import SHOWN, UNKNOWN_TYPE
from agent_console.openapi import document
from tests.unit.agent_console.console import Console
from tests.unit.role_matrix import operations_of_every_api

OPERATIONS = operations_of_every_api()
PAGE = Path(agent_console.__path__[0]) / "docs_page"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(document(OPERATIONS, version="0.1.0"))
    return whole


def test_it_is_openapi_3_1_with_our_version(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    assert described["info"]["version"] == "0.1.0"


def test_every_operation_is_in_it_once(described: dict[str, Any]) -> None:
    listed = {
        (method.upper(), path, each["operationId"])
        for path, methods in described["paths"].items()
        for method, each in methods.items()
    }
    assert listed == {(each.method, each.path, each.name) for each in OPERATIONS}


def test_every_reference_leads_to_a_schema(described: dict[str, Any]) -> None:
    references = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(described)))
    assert references
    assert references <= set(described["components"]["schemas"])


def test_every_placeholder_of_a_path_is_a_required_parameter(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for each in methods.values():
            named = {p["name"] for p in each["parameters"] if p["in"] == "path" and p["required"]}
            assert named == set(re.findall(r"\{(\w+)\}", path))


def test_limits_and_defaults_of_the_query_are_told(described: dict[str, Any]) -> None:
    (limit,) = [p for p in described["paths"]["/api/v1/audit"]["get"]["parameters"] if p["name"] == "limit"]
    assert limit["required"] is False
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}


def test_every_failure_is_described_as_a_problem(described: dict[str, Any]) -> None:
    for methods in described["paths"].values():
        for each in methods.values():
            assert each["responses"]["default"]["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }


def test_a_file_is_described_as_what_it_may_go_out_as(described: dict[str, Any]) -> None:
    given = described["paths"]["/api/v1/exports/{export_id}/file"]["get"]["responses"]["200"]
    assert set(given["content"]) == SHOWN | {UNKNOWN_TYPE}
    assert given["headers"]["Content-Disposition"]["required"] is True


def test_only_public_operations_need_no_session_and_only_writes_need_the_csrf_token(
    described: dict[str, Any],
) -> None:
    for operation in OPERATIONS:
        each = described["paths"][operation.path][operation.method.lower()]
        if operation.permission is None:
            assert each["security"] == []
        else:
            wanted = {"session", "csrf"} if operation.is_unsafe else {"session"}
            assert [set(way) for way in each["security"]] == [wanted]
            assert each["x-permission"] == operation.permission


def test_a_body_is_required_unless_it_has_a_default(described: dict[str, Any]) -> None:
    paths = described["paths"]
    assert paths["/api/v1/session"]["post"]["requestBody"]["required"] is True
    assert paths["/api/v1/reservations/{reservation_id}/decline"]["post"]["requestBody"]["required"] is False
    assert "requestBody" not in paths["/api/v1/session"]["get"]


async def test_the_document_and_its_page_are_open_to_everybody(console: Console) -> None:
    for path, kind in (
        ("/api/openapi.json", "application/json"),
        ("/api/docs", "text/html"),
        ("/api/docs/docs.css", "text/css"),
        ("/api/docs/docs.js", "text/javascript"),
    ):
        answer = await console.client.get(path)
        assert (answer.status, answer.content_type) == (200, kind)


def test_the_page_keeps_to_its_own_policy() -> None:
    page = (PAGE / "index.html").read_text()
    script = (PAGE / "docs.js").read_text()

    assert re.findall(r"<script[^>]*>(.+?)</script>", page) == []
    assert re.findall(r"\s(?:on\w+|style)=", page) == []
    assert re.findall(r"https?://", page + script + (PAGE / "docs.css").read_text()) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script) == []
