"""What our own mail host found out about a sender (Authentication-Results, RFC 8601), and nobody else's word for it."""

from collections.abc import Sequence
from typing import Any

from hub.channels.email.charsets import header_text
from hub.channels.email.mime import UNREADABLE
from hub.domain.letter import Authentication, Verdict

_VERDICTS = {
    "pass": Verdict.PASS,
    "fail": Verdict.FAIL,
    "softfail": Verdict.FAIL,
    "policy": Verdict.FAIL,
    "neutral": Verdict.NONE,
    "none": Verdict.NONE,
}
_METHODS = ("spf", "dkim", "dmarc")


class BadResults(ValueError):
    """The header of our own host could not be read."""


def authentication(headers: Sequence[str], *, trusted_host: str, from_domain: str) -> Authentication:
    """The verdicts of the topmost header, when it is that of `trusted_host` (its authserv-id); else all unknown.

    Only the topmost: hosts put theirs on top, and a header further down may have come with the letter. Results that
    speak of another domain than `from_domain` say nothing about it. Raises BadResults.
    """
    if not trusted_host or not headers or len(headers[0]) > 16_000:
        return Authentication()
    named = headers[0].replace("\t", " ").strip().partition(";")[0].split(" ")[0].strip('"')
    if named.lower() != trusted_host.lower():
        return Authentication()
    import authres

    try:
        parsed = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {headers[0].strip()}")
        results = [
            (str(one.method).lower(), str(one.result).lower(), _properties(one)) for one in parsed.results
        ]
    except (authres.AuthResError, *UNREADABLE) as exc:
        raise BadResults("the results of our own host") from exc
    by_method = {method: [one for one in results if one[0] == method] for method in _METHODS}
    spf, spf_domain = _best(by_method["spf"], ("smtp.mailfrom", "smtp.mail", "smtp.helo"), from_domain)
    dkim, dkim_domain = _best(by_method["dkim"], ("header.d", "header.i"), from_domain)
    about_us = [
        one for one in by_method["dmarc"] if _domain(one[2].get("header.from", from_domain)) == from_domain
    ]
    dmarc, _ = _best(about_us, (), from_domain)
    return Authentication(spf=spf, dkim=dkim, dmarc=dmarc, spf_domain=spf_domain, dkim_domain=dkim_domain)


def _properties(result: Any) -> dict[str, str]:
    return {
        f"{one.type}.{one.name}".lower(): str(one.value) for one in result.properties if one.value is not None
    }


def _best(
    results: list[tuple[str, str, dict[str, str]]], domain_names: tuple[str, ...], from_domain: str
) -> tuple[Verdict, str]:
    """The verdict of a method, and the domain that passed: the sender's own before any other."""
    verdicts = [_VERDICTS.get(result, Verdict.UNKNOWN) for _, result, _ in results]
    passed = [
        next((_domain(properties[name]) for name in domain_names if name in properties), "")
        for _, result, properties in results
        if result == "pass"
    ]
    if passed:
        return Verdict.PASS, from_domain if from_domain in passed else passed[0]
    for verdict in (Verdict.FAIL, Verdict.NONE):
        if verdict in verdicts:
            return verdict, ""
    return Verdict.UNKNOWN, ""


def _domain(value: str) -> str:
    return header_text(value)[0].rpartition("@")[2].strip("<> .").lower()[:255]
