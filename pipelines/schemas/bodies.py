"""Pandera models of what tells one report from another: evidence on its body, candidates, digests of its words.

Belongs here: frames of reports that are not their figures.
"""

from __future__ import annotations

import polars as pl

from pipelines.schemas.frames import DIVISION_CODE, OfReport, field

EFFECTS = ["supports", "contradicts", "neutral"]
DIGEST = r"^[0-9a-f]{32}$"


class BodyEvidence(OfReport):
    """One row a clue that a report gives to the place of its body, and whether it fits the likeliest division.

    年报中指明机关所在地的每条证据一行，及其是否支持最可能的区划。
    """

    evidence_seq: pl.Int32 = field("evidence_seq", ge=1)
    evidence_kind: str = field("evidence_kind")
    words: str = field("words")
    place_code: str = field("place_code", nullable=True, str_matches=DIVISION_CODE)
    n_places: pl.Int32 = field("n_places", ge=0)
    effect: str = field("effect", isin=EFFECTS)
    weight: pl.Int32 = field("weight", ge=0)
    line_start: pl.Int32 = field("line_start", nullable=True, ge=1)
    line_end: pl.Int32 = field("line_end", nullable=True, ge=1)

    class Config:
        unique = ["document_id", "evidence_seq"]


class BodyCandidates(OfReport):
    """One row a report and division that its body's name may mean, with what speaks for and against it.

    年报机关名称可能所指的每个区划一行，及其得分。
    """

    division_code: str = field("division_code", str_matches=DIVISION_CODE)
    candidate_rank: pl.Int32 = field("candidate_rank", ge=1)
    score: pl.Int32 = field("score")
    n_supporting: pl.Int32 = field("n_supporting", ge=0)
    n_contradicting: pl.Int32 = field("n_contradicting", ge=0)
    is_chosen: bool = field("is_chosen")

    class Config:
        unique = ["document_id", "division_code"]


class Signatures(OfReport):
    """One row a report: digests and a sketch of its words, by which copies and versions are told.

    每份年报一行：供比对版本、重复和抄录的文字摘要。
    """

    text_digest: str = field("text_digest", str_matches=DIGEST)
    prose_digest: str = field("prose_digest", nullable=True, str_matches=DIGEST)
    cells_digest: str = field("cells_digest", str_matches=DIGEST)
    n_characters: pl.Int32 = field("n_characters", ge=0)
    n_prose_figures: pl.Int32 = field("n_prose_figures", ge=0)
    n_figures: pl.Int32 = field("n_figures", ge=0)
    n_cells: pl.Int32 = field("n_cells", ge=0)
    n_absent_cells: pl.Int32 = field("n_absent_cells", ge=0)
    n_ambiguous_cells: pl.Int32 = field("n_ambiguous_cells", ge=0)
    sketch: pl.List(pl.UInt64) = field("sketch")  # type: ignore[valid-type]
    bands: pl.List(pl.UInt32) = field("bands")  # type: ignore[valid-type]

    class Config:
        unique = ["document_id"]
