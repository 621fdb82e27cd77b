"""What became of a division that went: where its villages, or the divisions below it, stand in the next edition.

Belongs here: the votes of villages between two editions, what they decide, and the chain to the last edition.
A division whose successors are not proved has none; nothing here reads or writes files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.reference.history import PARENT_WIDTHS, Period, plain_name

# Half of the villages must be found again, or three of them and all in one place: villages merge as townships do.
# Who has a fifth of those found is a successor; less is a shifted border.
FOUND_SHARE = 0.5
UNANIMOUS = 3
SUCCESSOR_SHARE = 0.2
_COMMITTEE = r"(?:社区)?(?:村民委员会|居民委员会|村委会|居委会|委员会)$"
_KIND = r"(?:社区|村|嘎查)$"

Successors = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Step:
    """Two editions that follow each other: names by code and, where listed, the villages (`street, village`)."""

    old: Mapping[str, str]
    new: Mapping[str, str]
    old_villages: pl.DataFrame
    new_villages: pl.DataFrame

    def went(self, width: int) -> list[str]:
        """Codes of the old edition that the new one has not, or has with another name."""
        return sorted(code for code, name in self.old.items() if len(code) == width and self.new.get(code) != name)


def find_successors(step: Step) -> Successors:
    """Codes of the new edition that took over from each code that went, of all levels; codes not proved are left out."""
    found = _township_successors(step)
    for width in (6, 4):
        found |= _parent_successors(step, width, found)
    return found


def _township_successors(step: Step) -> Successors:
    went = step.went(9)
    found: Successors = {}
    votes = _count_votes(step, went) if step.old_villages.height else {}
    names = _names_by_county(step.new)
    old_names = _names_by_county(step.old)
    for code in went:
        targets, decided = votes.get(code, ((), False))
        if plain_name(step.new.get(code, "")) == plain_name(step.old[code]):
            found[code] = (code,)
        elif decided:
            found[code] = targets
        elif same := _same_name(code, step, names):
            found[code] = (same,)
        elif code in step.new and not targets and _is_new_name(code, step, names, old_names):
            found[code] = (code,)
    rest = [code for code in went if code not in found]
    found |= _across_counties(step, rest)
    return found


def _count_votes(step: Step, went: list[str]) -> dict[str, tuple[tuple[str, ...], bool]]:
    """For each township that went: who has a fifth of the villages found again, and whether those found decide."""
    old, new = _village_keys(step.old_villages), _village_keys(step.new_villages)
    asked = pl.DataFrame({"street": went}, schema={"street": pl.String})
    rounds = []
    for width in (9, 6, 4, 2):
        scope = pl.col("street").str.head(width).alias("scope")
        once = [frame.with_columns(scope).filter(pl.len().over("scope", "key") == 1) for frame in (old, new)]
        rounds.append(
            once[0]
            .join(asked, on="street", how="semi")
            .join(once[1].rename({"street": "target"}), on=["scope", "key"])
            .select("street", "key", "target", width=pl.lit(width))
        )
    votes = (
        pl.concat(rounds).sort("width", descending=True).unique(["street", "key"], keep="first", maintain_order=True)
    )
    sizes = old.join(asked, on="street", how="semi").group_by("street").agg(size=pl.len())
    tally = (
        votes.group_by("street", "target")
        .agg(votes=pl.len())
        .join(sizes, on="street")
        .with_columns(found=pl.col("votes").sum().over("street"))
        .filter(pl.col("votes") >= pl.col("found") * SUCCESSOR_SHARE)
        .sort("street", "target")
    )
    result: dict[str, tuple[tuple[str, ...], bool]] = {}
    for (street,), group in tally.group_by("street", maintain_order=True):
        found, size = group["found"][0], group["size"][0]
        is_decided = found >= size * FOUND_SHARE or (found >= UNANIMOUS and group["votes"][0] == found)
        result[str(street)] = (tuple(group["target"]), is_decided)
    return result


def _village_keys(villages: pl.DataFrame) -> pl.DataFrame:
    bare = pl.col("village").str.replace(_COMMITTEE, "")
    key = pl.when(bare.str.len_chars() > 2).then(bare.str.replace(_KIND, "")).otherwise(bare)
    return villages.select("street", key=key).filter(pl.col("key") != "").unique()


def _names_by_county(names: Mapping[str, str]) -> dict[tuple[str, str], list[str]]:
    index: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, name in names.items():
        if len(code) == 9:
            index[code[:6], plain_name(name)].append(code)
    return index


def _same_name(code: str, step: Step, names: Mapping[tuple[str, str], list[str]]) -> str | None:
    same = names.get((code[:6], plain_name(step.old[code])), [])
    return same[0] if len(same) == 1 else None


def _is_new_name(
    code: str,
    step: Step,
    names: Mapping[tuple[str, str], list[str]],
    old_names: Mapping[tuple[str, str], list[str]],
) -> bool:
    """The code stands under a name that nothing in the county had, and its old name stands nowhere in the county."""
    county = code[:6]
    return (county, plain_name(step.old[code])) not in names and (county, plain_name(step.new[code])) not in old_names


def _across_counties(step: Step, codes: Iterable[str]) -> Successors:
    """By a name that stands once in the prefecture or province, between counties of which one is in one edition only."""
    found: Successors = {}
    for width in (4, 2):
        old, new = (_names_in(names, width) for names in (step.old, step.new))
        for code in codes:
            key = (code[:width], plain_name(step.old[code]))
            targets = new.get(key, [])
            if code in found or len(old[key]) != 1 or len(targets) != 1:
                continue
            if code[:6] not in step.new or targets[0][:6] not in step.old:
                found[code] = (targets[0],)
    return found


def _names_in(names: Mapping[str, str], width: int) -> dict[tuple[str, str], list[str]]:
    index: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, name in names.items():
        if len(code) == 9:
            index[code[:width], plain_name(name)].append(code)
    return index


def _parent_successors(step: Step, width: int, found: Mapping[str, tuple[str, ...]]) -> Successors:
    """For counties and prefectures that went: who holds their children now."""
    went = set(step.went(width))
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    sizes: Counter[str] = Counter()
    for code, name in step.old.items():
        parent = code[:width]
        if PARENT_WIDTHS.get(len(code)) != width or parent not in went:
            continue
        sizes[parent] += 1
        heirs = (code,) if step.new.get(code) == name else found.get(code, ())
        for heir in {heir[:width] for heir in heirs}:
            votes[parent][heir] += 1
    result: Successors = {}
    for parent in sorted(went):
        total = sum(votes[parent].values())
        if total and total >= sizes[parent] * FOUND_SHARE:
            result[parent] = tuple(sorted(h for h, n in votes[parent].items() if n >= total * SUCCESSOR_SHARE))
    return result


def chain_to_last(
    periods: Iterable[Period], steps: Mapping[int, Successors], last_year: int
) -> dict[Period, list[str]]:
    """The codes of the last edition in which each ended period lives on; none where a link is missing.

    `steps[year]` leads from the edition of that year to the following one.
    """
    by_start = {(period.code, year): period for period in periods for year in range(period.first, period.last + 1)}
    done: dict[Period, frozenset[str]] = {}

    def follow(period: Period) -> frozenset[str]:
        if period.last == last_year:
            return frozenset({period.code})
        if period not in done:
            heirs = steps[period.last].get(period.code, ())
            ends = [follow(by_start[heir, period.last + 1]) for heir in heirs]
            done[period] = frozenset().union(*ends) if all(ends) else frozenset()
        return done[period]

    return {period: sorted(follow(period)) for period in by_start.values() if period.last != last_year}
