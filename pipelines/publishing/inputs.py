"""What one build rests on: staging and curation as they were at one moment, linked into the folder of the run.

Belongs here: taking that moment, and noting it beside the build. Deliveries may be staged anew while dbt reads; a build reads
each of them whole, and what is noted as published is what was built, not what has been staged since.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from pipelines.places import is_remote
from pipelines.publishing.basis import basis_now, loaded_code, staged_files
from pipelines.publishing.database import PublishingError, hold_lock
from pipelines.publishing.release_files import share_file
from pipelines.publishing.staging import STAGING_LOCK_SECONDS, unfinished_stems
from pipelines.publishing.state import Inputs, inputs_now
from pipelines.settings import STAGING_FRAMES, Settings

_NOTE = "inputs.json"


def take_inputs(settings: Settings, build: Path) -> dict[str, str]:
    """Link staging and curation into the folder of a build; return the environment that leads dbt there.

    Raises:
        PublishingError: a delivery was being staged when its run ended; what is there of it is of two readings.
    """
    staging, curation = build / "inputs" / "staging", build / "inputs" / "curation"
    with hold_lock(settings.staging_lock_path, STAGING_LOCK_SECONDS):
        half = unfinished_stems(settings)
        if half:
            raise PublishingError(
                f"the staging of {', '.join(half)} in {settings.staging_dir} was not finished: its run was ended while it "
                "wrote. Run `make warehouse`, or the job ingest_delivery for it; nothing was built from half of it"
            )
        for frame in () if is_remote(settings.staging_dir) else STAGING_FRAMES:
            _link_tree(settings.staging_dir / frame, staging / frame)
        _link_tree(settings.curated_dir, curation)
        basis = {**basis_now(settings), "code": loaded_code(), "staged files": staged_files(settings)}
        noted = replace(inputs_now(settings), basis=basis)
        (build / _NOTE).write_text(json.dumps(asdict(noted)), encoding="utf-8")
    # Nothing is linked in object storage: it is read where it lies, and looked at again when all has been read.
    there = settings.staging_dir if is_remote(settings.staging_dir) else staging
    return {"GID_STAGING_DIR": str(there), "GID_CURATED_DIR": str(curation)}


def read_inputs(settings: Settings, build: Path) -> Inputs:
    """Return what a build rests on; where that was not noted, what a build would rest on now.

    Raises:
        PublishingError: the staging in object storage was another one before the build had read it.
    """
    try:
        noted = json.loads((build / _NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return inputs_now(settings)
    if is_remote(settings.staging_dir) and inputs_now(settings).staging != noted["staging"]:
        raise PublishingError(
            f"deliveries were staged in {settings.staging_dir} while the build read them: nothing is published. "
            "Run again when no other program stages there"
        )
    return Inputs(noted["staging"], noted["curation"], tuple(noted["parser_versions"]), noted["basis"])


def _link_tree(source: Path, target: Path) -> None:
    # A delivery of several chunks is a folder with the name of a file.
    for file in sorted(source.rglob("*.parquet")):
        if file.is_file() and not file.name.startswith("."):
            linked = target / file.relative_to(source)
            linked.parent.mkdir(parents=True, exist_ok=True)
            share_file(file, linked)
