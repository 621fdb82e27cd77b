"""The published release in a DuckLake: one transaction, one snapshot, so that readers see a release whole or not at all.

Belongs here: the order of a publication to the lake, and who wins where two publish at once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import duckdb

from pipelines.publishing.contents import Content
from pipelines.publishing.duckdb_extensions import sql_text
from pipelines.publishing.lake_connection import LakeError, open_lake, worded
from pipelines.publishing.lake_snapshots import AUTHOR, clean, expire, is_release_newest, message_of
from pipelines.publishing.lake_tables import BUILT, LAKE, Move, bring_up_to_date, content_of, drop, refill
from pipelines.publishing.release_record import recorded_contents
from pipelines.publishing.releases import Release
from pipelines.publishing.versions import parse_version
from pipelines.settings import Settings

# One row a table: which release the lake holds, and the hashes that its record states. Every publication writes all of
# it anew, so that of two at once only one can commit, also where they write different tables.
RELEASE_TABLE = f"{LAKE}.main.gid_release"
_TRIES = 6
_WAIT_SECONDS = 0.5
_CONTENDED = ("conflict", "locked", "serialize", "concurrent", "deadlock")


@dataclass(frozen=True)
class InLake:
    """What a publication to the lake came to.

    `is_new` is false where the lake held the release already. `left` says what could not be cleaned, empty where all was.
    """

    version: str
    snapshot: int
    is_new: bool
    moves: dict[str, Move] = field(default_factory=dict)
    expired: tuple[int, ...] = ()
    left: str = ""


@dataclass(frozen=True)
class _Held:
    """What the lake says that it holds: a release's version and the content of its tables."""

    version: str
    contents: dict[str, Content]


def publish_to_lake(settings: Settings, release: Release) -> InLake:
    """Bring the lake to what a release holds; of earlier snapshots as many releases are kept as there are of files.

    Raises:
        LakeError: the lake is not reached, another publisher was faster each time, or it holds a release that is newer.
    """
    for attempt in range(_TRIES):
        try:
            return _publish_once(settings, release)
        except duckdb.Error as error:
            if not any(word in str(error).lower() for word in _CONTENDED):
                raise LakeError(
                    f"release {release.version} could not be written to the lake: {worded(error)}. "
                    "The lake is as it was; `make lake` tries again"
                ) from error
            last = worded(error)
            time.sleep(_WAIT_SECONDS * 2**attempt)
    raise LakeError(
        f"release {release.version} is not in the lake: others wrote to it at the same time in each of {_TRIES} tries "
        f"({last}). `make lake` tries again"
    )


def _publish_once(settings: Settings, release: Release) -> InLake:
    with open_lake(settings) as connection:
        connection.execute(f"attach {sql_text(str(release.folder / 'gid.duckdb'))} as {BUILT} (read_only)")
        connection.execute("begin")
        try:
            moves = _write(connection, release)
        except BaseException:
            connection.execute("rollback")
            raise
        connection.execute("rollback" if moves is None else "commit")
        snapshot = connection.execute(f"select max(snapshot_id) from ducklake_snapshots('{LAKE}')").fetchone() or (0,)
        expired, left = _keep_in_step(connection, settings)
        return InLake(str(release.version), int(snapshot[0]), moves is not None, moves or {}, expired, left)


def _write(connection: duckdb.DuckDBPyConnection, release: Release) -> dict[str, Move] | None:
    """Write what differs, in the transaction that has begun; None where the lake holds the release already."""
    held, wanted = _read_held(connection), recorded_contents(release.record)
    is_ours = held is not None and is_release_newest(connection, held.version)
    if held is not None:
        _check_order(held, release, wanted)
        if is_ours and (held.version, held.contents) == (str(release.version), wanted):
            return None
    # After somebody else's snapshot the lake's own note proves nothing: then every table is compared row by row.
    known = held.contents if held is not None and is_ours else {}
    moves = {name: _bring(connection, name, content) for name, content in wanted.items() if known.get(name) != content}
    gone = sorted(set(held.contents) - set(wanted)) if held is not None else []
    moves |= {
        name: drop(connection, *_split(name)) for name in gone if content_of(connection, *_split(name)) is not None
    }
    _note(connection, release, wanted)
    return moves


def _check_order(held: _Held, release: Release, wanted: dict[str, Content]) -> None:
    theirs = parse_version(held.version)
    if theirs is not None and theirs > release.version:
        raise LakeError(
            f"the lake holds release {held.version}, which is newer than {release.version}: it was left as it is. "
            "Refresh this warehouse again, or give it a lake of its own"
        )
    if theirs == release.version and held.contents != wanted:
        raise LakeError(
            f"the lake holds another release {held.version}, published from another warehouse: it was left as it is. "
            "The next release of this warehouse has a later version; two warehouses had better have a lake each"
        )


def _bring(connection: duckdb.DuckDBPyConnection, name: str, wanted: Content) -> Move:
    schema, table = _split(name)
    move = bring_up_to_date(connection, schema, table)
    expected = (wanted.rows, wanted.content)
    if content_of(connection, schema, table) != expected:
        move = refill(connection, schema, table)
        if content_of(connection, schema, table) != expected:
            raise LakeError(
                f"table {name} of the release does not hold what its release.json says: the lake was left as it is. "
                "Publish again (`make warehouse`); `make diff` says what differs"
            )
    return move


def _read_held(connection: duckdb.DuckDBPyConnection) -> _Held | None:
    there = connection.execute(
        "select 1 from duckdb_tables() where database_name = ? and schema_name = 'main' and table_name = 'gid_release'",
        [LAKE],
    ).fetchone()
    rows = connection.execute(f"from {RELEASE_TABLE}").fetchall() if there else []
    if not rows:
        return None
    contents = {name: Content(n, content, columns) for _, _, name, n, content, columns in rows}
    return _Held(rows[0][0], contents)


def _note(connection: duckdb.DuckDBPyConnection, release: Release, wanted: dict[str, Content]) -> None:
    """Write which release it is, into the table that readers ask and into the message of the snapshot."""
    connection.execute(
        f"create table if not exists {RELEASE_TABLE} (version varchar, published_at varchar, table_name varchar, "
        "n_rows bigint, content_hash varchar, columns_hash varchar)"
    )
    connection.execute(f"delete from {RELEASE_TABLE}")
    held = [[name, c.rows, c.content, c.columns] for name, c in sorted(wanted.items())]
    # One statement: each one writes a file of its own.
    connection.execute(
        f"insert into {RELEASE_TABLE} select ?, ?, unnest(?), unnest(?::bigint[]), unnest(?), unnest(?)",
        [str(release.version), release.record["published_at"], *map(list, zip(*held, strict=True))],
    )
    connection.execute(f"call ducklake_set_commit_message('{LAKE}', ?, ?)", [AUTHOR, message_of(str(release.version))])


def _keep_in_step(connection: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[tuple[int, ...], str]:
    """Expire and clean; what fails there is said, and tried again at the next publication: the release is in the lake."""
    expired: tuple[int, ...] = ()
    try:
        expired = expire(connection, settings.releases_kept)
        clean(connection)
    except (duckdb.Error, LakeError) as error:
        return expired, worded(error)
    return expired, ""


def _split(name: str) -> tuple[str, str]:
    schema, _, table = name.rpartition(".")
    return schema or "main", table
