"""Where a hub of these settings is reached from its own machine."""

from hub.settings import HttpSettings

_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what listens everywhere also listens here


def address_of(http: HttpSettings, port: int | None = None) -> str:
    """`http://host:port`, without a slash at its end. `port` is the real one where the setting says any."""
    host = _THIS_MACHINE.get(http.host, f"[{http.host}]" if ":" in http.host else http.host)
    return f"http://{host}:{port or http.port}"
