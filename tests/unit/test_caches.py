"""The cache of printed texts: usual ones are kept by the thousand, long ones only a few."""

from __future__ import annotations

from pipelines.forms.caches import cache_short


def test_long_texts_are_kept_for_a_while_only():
    calls: list[str] = []

    @cache_short(maxsize=1_000)
    def length_of(text: str) -> int:
        calls.append(text)
        return len(text)

    for texts, n_calls in ((["a" * n for n in range(500)], 500), (["b" * (2_000 + n) for n in range(500)], 1_000)):
        calls.clear()
        assert [length_of(text) for _ in range(2) for text in texts for _ in range(2)] == [
            len(text) for _ in range(2) for text in texts for _ in range(2)
        ]
        assert len(calls) == n_calls
