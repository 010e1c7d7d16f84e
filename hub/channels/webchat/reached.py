"""Whether a client's browser would get through: the widget is served, and each site's socket opens."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import aiohttp
from aiohttp import hdrs

from hub.part_checks import fail, ok, warn
from hub.ports.status import Finding
from hub.ports.visitors import Site

_WITHIN_S: Final = 5.0
_PART: Final = "webchat"


async def examined(
    base_url: str, sites: Sequence[Site], *, is_on: bool, takes_visitors: bool, public_url: str = ""
) -> list[Finding]:
    """Asks this hub at `base_url` as a browser of each site would, without becoming a visitor; and looks whether
    the address that people open leads to a hub."""
    if not is_on:
        return [ok(_PART, "switched off (channels.webchat.enabled)", code="chat_off")]
    if not takes_visitors:
        return [fail(_PART, "takes no visitors", "see the log of the hub", code="chat_down")]
    timeout = aiohttp.ClientTimeout(total=_WITHIN_S)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as client:
        found = [await _widget(client, base_url)]
        if public_url:
            found.append(await _public(client, public_url))
        if not sites:
            found.append(warn(_PART, "there is no site yet", "add one under Web-chat sites", code="no_site"))
        return [*found, *[await _site(client, base_url, site) for site in sites]]


async def _widget(client: aiohttp.ClientSession, base_url: str) -> Finding:
    status = await _status(client, f"{base_url}/widget.js")
    if status == HTTPStatus.OK:
        return ok(_PART, "the widget is served", code="widget_ok")
    return fail(_PART, "the widget is not served", "in a checkout: make widget", code="widget_missing")


async def _public(client: aiohttp.ClientSession, public_url: str) -> Finding:
    values = {"url": public_url}
    if await _status(client, f"{public_url}/healthz") == HTTPStatus.OK:
        return ok(_PART, f"{public_url} leads to the hub", code="public_ok", values=values)
    return warn(
        _PART,
        f"{public_url} does not lead to the hub from here",
        "see the proxy and the name's address, or set http.public_url",
        code="public_lost",
        values=values,
    )


async def _site(client: aiohttp.ClientSession, base_url: str, site: Site) -> Finding:
    values: dict[str, str | float] = {"site": site.title or site.key}
    name = values["site"]
    if not site.setup.enabled:
        return ok(_PART, f"{name}: switched off", code="site_off", values=values)
    origin = site.origins[0] if site.origins else base_url
    url = f"{base_url.replace('http', 'ws', 1)}/ws/chat"
    try:
        async with client.ws_connect(url, params={"site": site.key}, headers={hdrs.ORIGIN: origin}):
            pass
    except aiohttp.WSServerHandshakeError as refused:
        values["status"] = refused.status
        return fail(
            _PART,
            f"{name}: refused with {refused.status}",
            "see the site's origins",
            code="site_refused",
            values=values,
        )
    except (aiohttp.ClientError, TimeoutError, OSError):
        return fail(_PART, f"{name}: no answer", "see the log of the hub", code="site_silent", values=values)
    if not site.origins:
        return warn(
            _PART,
            f"{name}: only the hub's own pages may show it",
            "name the web site's address among its origins",
            code="site_no_origin",
            values=values,
        )
    values["origin"] = ", ".join(site.origins)
    return ok(_PART, f"{name}: listens for {values['origin']}", code="site_ok", values=values)


async def _status(client: aiohttp.ClientSession, url: str) -> int:
    try:
        async with client.get(url) as answer:
            return answer.status
    except (aiohttp.ClientError, TimeoutError, OSError):
        return 0
