"""Identities of a batch as frames: what was decided, all evidence, all candidates, and what contradicts.

Belongs here: shapes alone. What proves a body's place is decided in `resolution`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from pipelines.gazetteer.index import load_gazetteer
from pipelines.parsing.identity import Identity
from pipelines.parsing.resolution import evidence_kinds


def identity_frame(identities: dict[int, Identity]) -> pl.DataFrame:
    """`doc`, `unit_name`, `printed_parent`, `division_code`, `is_government`, `resolution`: one row a report."""
    rows = [
        (
            doc,
            identity.unit_name,
            identity.printed_parent,
            identity.resolution.division_code,
            identity.resolution.is_government,
            identity.resolution.resolution,
        )
        for doc, identity in identities.items()
    ]
    schema = {
        "doc": pl.UInt32,
        "unit_name": pl.String,
        "printed_parent": pl.String,
        "division_code": pl.String,
        "is_government": pl.Boolean,
        "resolution": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def evidence_frame(identities: dict[int, Identity]) -> pl.DataFrame:
    """One row a clue; its effect is the one on the candidate with the highest score."""
    kinds = evidence_kinds()
    rows = []
    for doc, identity in identities.items():
        best = next(iter(identity.resolution.candidates), None)
        for number, clue in enumerate(identity.resolution.clues):
            effect = "neutral"
            if best is not None and number in best.supporting:
                effect = "supports"
            elif best is not None and number in best.contradicting:
                effect = "contradicts"
            place = next(iter(clue.codes)) if len(clue.codes) == 1 else None
            weight = kinds[clue.kind].weight
            rows.append(
                (doc, number + 1, clue.kind, clue.words, place, len(clue.codes), effect, weight, clue.line, clue.line)
            )
    names = ("evidence_kind", "words", "place_code", "n_places", "effect", "weight", "line_start", "line_end")
    types = (pl.String, pl.String, pl.String, pl.Int32, pl.String, pl.Int32, pl.Int32, pl.Int32)
    schema = {"doc": pl.UInt32, "evidence_seq": pl.Int32, **dict(zip(names, types, strict=True))}
    return pl.DataFrame(rows, schema=schema, orient="row")


def candidate_frame(identities: dict[int, Identity]) -> pl.DataFrame:
    """One row a report and division that its body's name may mean, by rank."""
    rows = [
        (
            doc,
            candidate.code,
            rank,
            candidate.score,
            len(candidate.supporting),
            len(candidate.contradicting),
            candidate.code == identity.resolution.division_code,
        )
        for doc, identity in identities.items()
        for rank, candidate in enumerate(identity.resolution.candidates, start=1)
    ]
    names = ("division_code", "candidate_rank", "score", "n_supporting", "n_contradicting", "is_chosen")
    types = (pl.String, pl.Int32, pl.Int32, pl.Int32, pl.Int32, pl.Boolean)
    schema = {"doc": pl.UInt32, **dict(zip(names, types, strict=True))}
    return pl.DataFrame(rows, schema=schema, orient="row")


def place_findings(identity: Identity) -> Iterator[dict[str, Any]]:
    """The finding on evidence that speaks against the likeliest division."""
    conflict = identity.resolution.conflict
    if conflict is not None and identity.resolution.candidates:
        yield {
            "rule_key": "place_conflict",
            "expected": load_gazetteer().full_names[identity.resolution.candidates[0].code],
            "actual": conflict.words,
            "kind_zh": evidence_kinds()[conflict.kind].name_zh,
            "kind_en": evidence_kinds()[conflict.kind].name_en,
            "line_start": conflict.line,
            "line_end": conflict.line,
        }
