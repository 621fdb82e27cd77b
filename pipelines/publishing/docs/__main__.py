"""`python -m pipelines.publishing.docs`: the docs site into `<warehouse>/docs`, to be opened from disk.

Belongs here: the command alone.
"""

from __future__ import annotations

import sys

from pipelines.settings import load_settings

_MISSING = "Sphinx, furo and myst-parser are needed: pip install the packages of the group `docs` (gid-warehouse[docs])"


def main() -> int:
    """Build the site; 1 where it cannot be built, with the reason."""
    try:
        from pipelines.publishing.docs.site import build_docs  # noqa: PLC0415
    except ModuleNotFoundError as error:
        print(f"{error}. {_MISSING}", file=sys.stderr)
        return 1
    try:
        print(f"Open in a browser: {build_docs(load_settings())}")
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
