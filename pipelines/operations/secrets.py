"""What must not be written down or shown: values of secrets in the environment, and passwords in addresses.

Belongs here: telling secrets from other variables, and taking them out of a text. Who reads it is the concern of others.
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
