"""What must not be written down or shown: values of secrets in the environment, and characters that steer a terminal.

Belongs here: making a text safe for a log, a mail or a terminal. Who reads it is the concern of others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_SECRET_NAME = re.compile(r"PASS|SECRET|TOKEN|CREDENTIAL|PRIVATE|(^|_)(KEY|APIKEY|AUTH|DSN|PWD)(_|$)", re.IGNORECASE)
_NO_SECRET = {"PWD", "OLDPWD"}
# A shorter value is a word that stands everywhere; hiding it would tell more than it hides.
_SHORTEST = 6
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@]+@", re.IGNORECASE)
# Control characters, and those that turn the direction of what is printed.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def is_secret(name: str) -> bool:
    """Tell by its name whether a variable of the environment holds a secret."""
    return name not in _NO_SECRET and _SECRET_NAME.search(name) is not None


def redact(text: str, environment: Mapping[str, str] | None = None) -> str:
    """Return a text without the values of secrets, and without names and passwords in addresses."""
    given = os.environ if environment is None else environment
    secrets = {value for name, value in given.items() if is_secret(name) and len(value) >= _SHORTEST}
    for value in sorted(secrets, key=len, reverse=True):
        text = text.replace(value, "***")
    return _USERINFO.sub(r"\1***@", text)


def printable(text: str) -> str:
    """Return a text in which characters that steer a terminal are shown by their number; line ends and tabs stay."""
    return _STEERING.sub(lambda found: f"\\x{ord(found.group()):02x}", text)
