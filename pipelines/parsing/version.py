"""The version of the parser: the package's, and a digest of the code, dictionary and gazetteer that decide what is read.

Belongs here: telling whether a delivery has to be parsed again.
"""

from __future__ import annotations

import hashlib
from functools import cache

import pipelines
from pipelines.settings import PROJECT_DIR, REFERENCE_DIR, SEEDS_DIR

_CODE = ("documents", "forms", "gazetteer", "parsing", "schemas")


@cache
def parser_version() -> str:
    """Return `<package version>+<12 hex digits>`; it changes with any line of the code or the seeds."""
    files = [file for folder in _CODE for file in sorted((PROJECT_DIR / "pipelines" / folder).glob("*.py"))]
    digest = hashlib.sha256()
    for file in [*files, *sorted(SEEDS_DIR.glob("*.csv")), *sorted(REFERENCE_DIR.glob("*.csv"))]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{pipelines.__version__}+{digest.hexdigest()[:12]}"
