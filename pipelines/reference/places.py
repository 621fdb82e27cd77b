"""Names as other sources write them ("河南省", "济源") to the divisions that codes and postcodes are told for.

Belongs here: from a name to a prefecture, a municipality, or a county directly below a province.
"""

from __future__ import annotations

from collections import defaultdict

import polars as pl

_UNPRINTED = ("市辖区", "县", "直辖县级行政区划")


class Places:
    """Provinces, prefectures and counties of divisions.csv by their names and short names, ended ones too."""

    def __init__(self, divisions: pl.DataFrame) -> None:
        self.provinces: dict[str, str] = {}
        self._by_name: dict[tuple[str, str, int], set[str]] = defaultdict(set)
        self._anywhere: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._heirs: dict[str, list[str]] = {}
        self._names: dict[str, str] = {}
        above_townships = divisions.filter(pl.col("division_code").str.len_bytes() <= 6)
        for row in above_townships.iter_rows(named=True):
            code = row["division_code"]
            self._names[code] = row["division_name"]
            if row["valid_to"] and row["successor_codes"]:
                self._heirs[code] = row["successor_codes"].split(";")
            else:
                self._heirs.pop(code, None)
            for name in {row["division_name"], row["short_name"]} - {None}:
                if len(code) == 2:
                    self.provinces[name] = code
                self._by_name[code[:2], name, len(code)].add(code)
                self._anywhere[name, len(code)].add(code)

    def find_in(self, province: str, name: str) -> set[str]:
        """Divisions of a province by a prefecture's name, else by a county's; a municipality by its own."""
        for width in (4, 6):
            if codes := self._by_name.get((province, name, width)):
                return {lifted for code in codes for lifted in self.lift(code)}
        return {province} if self.provinces.get(name) == province else set()

    def find_county(self, province: str, prefecture: str, county: str) -> set[str]:
        """A county by its name; where the province has several of that name, the one of the prefecture."""
        codes = self._by_name.get((province, county, 6), set())
        if len({code[:4] for code in codes}) > 1:
            above = self._by_name.get((province, prefecture, 4), set())
            codes = {code for code in codes if code[:4] in above}
        return {lifted for code in codes for lifted in self.lift(code)}

    def find_anywhere(self, name: str) -> set[str]:
        """Divisions by a name without its province; one name may be several places (吉林 the province and the city)."""
        found = {code for width in (2, 4) for code in self._anywhere.get((name, width), ())}
        if not found and len(self._anywhere.get((name, 6), ())) == 1:
            found = self._anywhere[name, 6]
        if not found:
            found = {code for (start, width), codes in self._anywhere.items() for code in codes
                     if width == 4 and start == self._names[code] and name.startswith(start)}  # fmt: skip
        return {lifted for code in found for lifted in self.lift(code)}

    def lift(self, code: str) -> set[str]:
        """The prefecture of a division, else its municipality, else the county that lies directly below a province;
        of an ended one also those of its successors."""
        lifted = {self._lift(code)}
        for heir in self._heirs.get(code[:6], []):
            lifted.add(self._lift(heir))
        return lifted

    def _lift(self, code: str) -> str:
        if len(code) == 2 or not self._names[code[:4]].endswith(_UNPRINTED):
            return code[:4]
        is_municipality = not self._names[code[:4]].endswith("直辖县级行政区划")
        return code[:2] if is_municipality else code[:6]
