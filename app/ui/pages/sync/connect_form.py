"""The questions about a connection, and the settings read from a form or a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import EnvironmentTrouble, ExitCode, Problem, UserError
from app.ui.forms.typed import Ask, Typed

MESH, FOLDER = "mesh", "folder"
_MOST_BYTES = 100_000
_OPTIONAL = frozenset({"ca", "client_cert", "client_key", "poll_minutes"})

OWN = Ask("own", "Your own password", "password", "Asked again, because this decides who is sent the residents' data")
"""Of the person, not of the connection: no file fills it in."""
TRANSPORT = Ask(
    "transport",
    "How messages travel",
    "choice",
    needed="Choose how messages travel",
    choices=((MESH, "NHS MESH, over the internet"), (FOLDER, "A folder: a USB stick or a network share")),
)
MESH_ASKS = (
    Ask("url", "MESH address", help="Begins with https://", needed="Enter the MESH address"),
    Ask("mailbox", "Our mailbox", needed="Enter our mailbox"),
    Ask("password", "Mailbox password", "password", needed="Enter the mailbox password"),
    Ask("shared_key", "Shared key", "password", needed="Enter the shared key"),
    Ask("ccg_mailbox", "The CCG's mailbox", needed="Enter the CCG's mailbox"),
    Ask("ca", "Certificate authority file", help="If MESH gave you one: where the file is"),
    Ask("client_cert", "Our certificate file", help="With our key, or neither"),
    Ask("client_key", "Our key file"),
    Ask("poll_minutes", "Minutes between looks for answers", help="5 or more; 5 if left empty"),
)
FOLDER_ASKS = (
    Ask("path", "Folder", help="It must be there already: plug in the stick first", needed="Enter the folder"),
    Ask("recipient_public_key", "The CCG's public key", help="The CCG gives it to you as 44 letters and signs",
        needed="Enter the CCG's public key"),
)  # fmt: skip
ASKS = (TRANSPORT, *MESH_ASKS, *FOLDER_ASKS)
_LABELS = {ask.key: ask.label for ask in ASKS}
_NEEDED = {ask.key: ask.needed for ask in ASKS}


def keys_of(transport: str) -> frozenset[str]:
    """The questions that belong to a transport."""
    return frozenset(
        ask.key for ask in (MESH_ASKS if transport == MESH else FOLDER_ASKS if transport == FOLDER else ())
    )


def read_form(typed: Typed) -> dict[str, Any]:
    """The settings as typed, of the chosen transport only; empty optional answers are left out."""
    transport = str(typed["transport"])
    settings: dict[str, Any] = {"transport": transport}
    for key in keys_of(transport):
        text = str(typed[key])
        text = text if key in {"password", "shared_key"} else text.strip()
        if key in _OPTIONAL and not text:
            continue
        settings[key] = int(text) if key == "poll_minutes" and text.isdecimal() else text
    return settings


def typed_settings(settings: Mapping[str, Any]) -> dict[str, str]:
    """The settings of a file as they stand in the form; a transport that there is not stays out of it."""
    known = {key: str(value) for key, value in settings.items() if key in _LABELS and value is not None}
    if known.get("transport") not in {MESH, FOLDER}:
        known.pop("transport", None)
    return known


def in_label_words(problems: Iterable[Problem], typed: Typed) -> tuple[Problem, ...]:
    """Problems said in the words of the form, where the settings' own names would mean nothing."""
    return tuple(Problem(problem.field, _words(problem, typed)) for problem in problems)


def _words(problem: Problem, typed: Typed) -> str:
    key, message = problem.field, problem.message
    if key not in _LABELS:
        return message
    if not str(typed.get(key, "")).strip() and _NEEDED[key]:
        return _NEEDED[key]
    if message.startswith("client_cert and client_key"):
        return "Give both our certificate file and our key file, or neither"
    return f"{_LABELS[key]}{message[len(key) :]}" if message.startswith(f"{key} ") else message


def read_file(path: Path) -> dict[str, Any]:
    """The settings in a connection file (one JSON object). UserError when it is not one."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UserError(f"{path.name} is too large to be a connection file")
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EnvironmentTrouble(
            ExitCode.READ_ONLY,
            f"{path.name} could not be read: {error.strerror or 'the system refused'}.",
            "The connection was not changed.",
            "Choose the file again.",
        ) from error
    except ValueError:
        raise UserError(f"{path.name} is not a connection file: it must be JSON text") from None
    if not isinstance(found, dict):
        raise UserError(f"{path.name} is not a connection file: it must hold one JSON object")
    return found
