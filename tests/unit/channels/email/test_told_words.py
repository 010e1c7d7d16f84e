"""Whatever the hub says of a mail server has words in the console: a code without some would be read in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[4]
SAID_BY = [
    *(ROOT / "hub/channels/email").glob("*.py"),
    ROOT / "hub/mail_checks.py",
    ROOT / "hub/desk/mail.py",
]
WORDS = ROOT / "agent_console/web/src/i18n/areas/mail_told.en.ts"
OTHERWISE = {"unreachable", "store_unavailable", "wrong_secret_key", "no_word", "words"}
"""Those of errors that have no sentence of their own, and the mark of a server's words."""


def said_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id == "_trouble" and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)
        if node.func.id == "Told":
            (code,) = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            if isinstance(code, ast.Constant):
                yield str(code.value)
    yield from re.findall(r'"(certificate_\w+)"', source)


def test_every_sentence_has_words_in_the_console_and_nothing_else_has() -> None:
    said = {code for path in SAID_BY for code in said_in(path.read_text())}
    worded = set(re.findall(r"^  (\w+):", WORDS.read_text(), re.MULTILINE))
    assert {"not_imap", "letters_there", "certificate_missing", "other_server"} <= said
    assert worded == said | OTHERWISE
