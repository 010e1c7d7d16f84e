"""The command line: every command, its options, and what each is for.

Exit codes: 0 done, 1 failed, 2 wrong use or configuration. What a command needs is imported when it runs.
"""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.failures import Failed
from hub.cli.garbage import uncollected

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", metavar="FILE", help="Settings in TOML; the environment wins over it."),
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")
]
Url = Annotated[
    str, typer.Option("--url", metavar="URL", help="The hub's address; without it, the one in the settings.")
]

app = typer.Typer(
    name="touchline",
    help="A self-hosted contact hub: web chat, telephone, e-mail and Telegram in one stream.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
users = typer.Typer(help="The people who sign in.", no_args_is_help=True)
app.add_typer(users, name="user")


def _told_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"touchline {version('touchline')}")
        raise typer.Exit


@app.callback()
def _of_all(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_told_version, is_eager=True, help="Say which release this is."),
    ] = False,
) -> None:
    """Options of touchline itself."""


@app.command()
def run(config: Config = None) -> None:
    """Run the hub. Without settings: one process, SQLite in ./data, port 8080 of this machine only."""
    with uncollected():
        from hub.cli import run as command

    command.run(config)


@app.command()
def demo(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", help="Keep the data here, and go on with it at the next start."
        ),
    ] = None,
) -> None:
    """Run a hub with demo people, queues, a past, and simulated clients. Nothing remains, unless --data."""
    with uncollected():
        from hub.cli import demo as command

    command.demo(data)


@app.command()
def simulate(
    rate: Annotated[
        float, typer.Option("--rate", metavar="R", min=0.001, help="New clients a second.")
    ] = 0.2,
    for_s: Annotated[
        float | None, typer.Option("--for", metavar="S", min=0, help="Seconds; without it, until Ctrl-C.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed, the same clients.")] = 1,
    agents: Annotated[
        int, typer.Option("--agents", metavar="N", min=0, max=3, help="Also let N demo agents answer.")
    ] = 0,
    site: Annotated[
        str,
        typer.Option("--site", metavar="KEY", help="The web-chat site they visit; else the one there is."),
    ] = "",
    patience: Annotated[
        float, typer.Option("--patience", metavar="S", min=1, help="Average seconds before they give up.")
    ] = 180.0,
    calls: Annotated[
        float, typer.Option("--calls", metavar="N", min=0, help="Callers a minute, by SIP; 0: nobody calls.")
    ] = 0.0,
    queue: Annotated[
        list[str] | None,
        typer.Option(
            "--queue", metavar="NAME", help="Whom callers call (repeatable); else sales and support."
        ),
    ] = None,
    letters: Annotated[
        float,
        typer.Option("--letters", metavar="N", min=0, help="Letters a minute, by SMTP; 0: nobody writes."),
    ] = 0.0,
    smtp: Annotated[
        str,
        typer.Option(
            "--smtp", metavar="HOST:PORT", help="Where letters are taken; else smtp_intake.port here."
        ),
    ] = "",
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to", metavar="ADDRESS", help="Whom letters are for (repeatable); else the demo's accounts."
        ),
    ] = None,
    url: Url = "",
    config: Config = None,
) -> None:
    """Play clients against a running hub: real chats in three languages, with pauses, returns and losses.

    If asked, they call and write letters, too.

    Simulated agents sign in as the demo's: their password is taken from HUB_DEMO__PASSWORD.
    """
    from hub.cli import simulate as command

    command.simulate(
        config,
        command.Wanted(
            url=url,
            site=site,
            rate_per_s=rate,
            for_s=for_s,
            seed=seed,
            agents=agents,
            patience_s=patience,
            calls_per_min=calls,
            called=tuple(queue or ()),
            letters_per_min=letters,
            smtp=smtp,
            write_to=tuple(to or ()),
        ),
    )


@app.command()
def top(
    url: Url = "",
    login: Annotated[
        str,
        typer.Option("--login", envvar="HUB_TOP__LOGIN", help="A supervisor or manager; asked for if empty."),
    ] = "",
    once: Annotated[bool, typer.Option("--once", help="Print it once, and end.")] = False,
    config: Config = None,
) -> None:
    """Show the wallboard, live: queues and agents. The password is asked for, or HUB_TOP__PASSWORD."""
    from hub.cli import top as command

    command.top(config, url=url, login=login, once=once)


@app.command()
def doctor(config: Config = None) -> None:
    """Test everything the settings name, and say what to do about what is wrong."""
    from hub.cli import doctor as command

    command.doctor(config)


@app.command("check-config")
def check_config(config: Config = None) -> None:
    """Print every effective setting and where it was set; secrets are hidden."""
    from hub.cli import configuration as command

    command.check_config(config)


@app.command()
def migrate(config: Config = None) -> None:
    """Bring the database to this release's revision. `run` does the same at its start."""
    from hub.cli import migrate as command

    command.migrate(config)


@app.command("rotate-recordings-key")
def rotate_recordings_key(config: Config = None) -> None:
    """Seal all recordings with a new key, with the hub stopped; the old one is not needed any more."""
    from hub.cli import recordings as command

    command.rotate_key(config)


@users.command("add")
def add_user(
    login: Annotated[str, typer.Argument(metavar="LOGIN")],
    name: Annotated[str, typer.Option("--name", metavar="N", help="As others see it.")],
    role: Annotated[
        list[str],
        typer.Option("--role", metavar="R", help="agent, supervisor, manager, admin, dpo; repeatable."),
    ],
    queue: Annotated[
        list[str] | None,
        typer.Option("--queue", metavar="Q", help="A queue they serve or supervise; repeatable."),
    ] = None,
    skill: Annotated[
        list[str] | None,
        typer.Option(
            "--skill", metavar="NAME=LEVEL", help="1 to 10; without any: the languages of their queues."
        ),
    ] = None,
    password_stdin: PasswordStdin = False,
    config: Config = None,
) -> None:
    """Add somebody. The password is asked for, unless --password-stdin."""
    from hub.cli import user as command

    command.add(
        config,
        login=login,
        name=name,
        roles=role,
        queues=queue or [],
        skills=skill or [],
        password_from_stdin=password_stdin,
    )


@users.command("passwd")
def set_password(
    login: Annotated[str, typer.Argument(metavar="LOGIN")],
    password_stdin: PasswordStdin = False,
    config: Config = None,
) -> None:
    """Set somebody's password; their sign-ins end."""
    from hub.cli import user as command

    command.set_password(config, login=login, password_from_stdin=password_stdin)


@users.command("reset-second-factor")
def reset_second_factor(
    login: Annotated[str, typer.Argument(metavar="LOGIN")],
    config: Config = None,
) -> None:
    """Take somebody's second factor away, whose telephone is gone; their sign-ins end."""
    from hub.cli import user as command

    command.reset_second_factor(config, login=login)


@users.command("list")
def list_users(config: Config = None) -> None:
    """Show everybody: login, name, roles, queues."""
    from hub.cli import user as command

    command.show_all(config)


def main() -> None:
    """Run the command line; expected failures end with a line on standard error and their code."""
    try:
        app()
    except Failed as failure:
        for line in failure.lines:
            print(f"touchline: {line}", file=sys.stderr)
        sys.exit(failure.code)


if __name__ == "__main__":
    main()
