"""`python -m pipelines.operations.audit`, `make audit`: asks OSV whether a locked package has a known hole.

Belongs here: the one question that needs a network. What can be told without one stands in packages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipelines.settings import PROJECT_DIR

FOUND, NOT_ASKED = 1, 2
_SECONDS = 600


def audit_lock(lock: Path, osv_url: str = "") -> tuple[int, str]:
    """Return 0, 1 where holes are known, 2 where nobody could be asked, with what to print.

    Args:
        lock: a requirements file with hashes; nothing is installed.
        osv_url: the query address of a mirror of OSV, for networks that are closed; OSV itself, unless given.
    """
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", f"--requirement={lock}"]
    command += ["--vulnerability-service=osv", "--progress-spinner=off", "--format=columns"]
    command += [f"--osv-url={osv_url}"] if osv_url else []
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return NOT_ASKED, f"audit: no answer within {_SECONDS} seconds"
    if done.returncode == 0:
        return 0, "audit: no known hole in any locked package"
    if done.stdout.strip():
        return FOUND, f"{done.stdout.strip()}\naudit: holes are known; raise the bound in pyproject.toml and lock again"
    reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
    remedy = "run it where the network is open, or name a mirror of OSV: GID_OSV_URL=…/v1/query"
    return NOT_ASKED, f"audit: nobody could be asked ({reason[:300]})\n{remedy}"


def main() -> int:
    """Ask and print."""
    code, text = audit_lock(PROJECT_DIR / "requirements.lock", os.environ.get("GID_OSV_URL", ""))
    print(text, file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
