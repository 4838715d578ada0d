"""How alike two descriptions are, in Chinese and English alike, and how much their likeness says."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

_NO_WORD: Final = re.compile(r"[\W_]+")
#: From here on a character is a word part of its own: radicals, kana, hanzi.
_IDEOGRAPHS: Final = 0x2E80
#: Grams are told apart by 40 bits of a product with an odd number; the upper 24 hold the text's row.
_GRAM_BITS: Final = np.uint64(40)
_GRAM: Final = np.uint64(2**40 - 1)
_SPREADING: Final = np.uint64(0x9E37_79B9_7F4A_7C15)


@dataclass(frozen=True, eq=False)
class TextModel:
    """What is usual in a city's descriptions: how many were read, which words and which whole texts recur.

    `grams` are ascending codes and `rarity` their weights; `texts` counts whole texts.
    """

    size: int
    grams: npt.NDArray[np.uint64]
    rarity: npt.NDArray[np.float64]
    texts: Counter[str]

    @classmethod
    def learn(cls, descriptions: Sequence[str | None]) -> Self:
        """Read what is usual from descriptions: some thousand are enough; blanks are passed over."""
        plain = [text for text in map(plain_text, descriptions) if text]
        codes = _gram_codes(plain) & _GRAM
        grams, count = np.unique(codes, return_counts=True)
        return cls(len(plain), grams, _rarity(len(plain), count), Counter(plain))

    def compare(
        self,
        descriptions: Sequence[str | None],
        one: npt.NDArray[np.integer],
        other: npt.NDArray[np.integer],
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Compare pairs of descriptions.

        Parameters
        ----------
        descriptions
            Texts, null where there is none.
        one, other
            Shape (n,): rows in `descriptions`.

        Returns
        -------
        Likeness, 0 (no part in common) to 1 (the same words), NaN where one has no text: the cosine of the
        two sets of character grams (two ideographs, or three of other letters), rare grams counting more.
        Surprise, in nats: how seldom the commoner of the two whole texts occurs; 0 where all are the same.
        """
        plain = [plain_text(text) for text in descriptions]
        codes = _gram_codes(plain)
        weight = self._weight(codes) ** 2
        row = (codes >> _GRAM_BITS).astype(np.int64)
        norm = np.sqrt(np.bincount(row, weights=weight, minlength=len(plain)))
        shared = _shared(codes, weight, one, other)
        with np.errstate(invalid="ignore"):
            likeness = np.minimum(shared / (norm[one] * norm[other]), 1.0)
        often = np.array([max(1, self.texts[text]) for text in plain], dtype=np.float64)
        surprise = np.log(max(1, self.size) / np.maximum(often[one], often[other]))
        return likeness, np.maximum(surprise, 0.0)

    def _weight(self, codes: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
        grams = codes & _GRAM
        unseen = _rarity(self.size, np.zeros(1))[0]
        if len(self.grams) == 0:
            return np.full(len(grams), unseen)
        place = np.minimum(np.searchsorted(self.grams, grams), len(self.grams) - 1)
        return np.where(self.grams[place] == grams, self.rarity[place], unseen)


def plain_text(text: str | None) -> str:
    """Return a text without what does not matter: width, case, punctuation, line breaks."""
    return _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text or "").casefold()).strip()


def _rarity(size: int, count: npt.NDArray[np.integer] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the weight of grams that `count` of `size` texts hold."""
    return np.log1p((size + 1) / (count + 0.5))


def _gram_codes(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return row and gram of every gram of every text, each once a text, ascending."""
    joined = "\0".join([f" {text} " if text else "" for text in texts]) + "\0\0\0"
    letters = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    first, second, third = letters[:-2], letters[1:-1], letters[2:]
    row = np.cumsum(first == 0)
    pair = first >= _IDEOGRAPHS
    whole = (first > 0) & (second > 0) & (pair | (third > 0))
    gram = (first << np.uint64(42)) | (second << np.uint64(21)) | np.where(pair, np.uint64(0), third)
    spread = (gram[whole] * _SPREADING) >> (np.uint64(64) - _GRAM_BITS)
    return np.unique((row[whole].astype(np.uint64) << _GRAM_BITS) | spread)


def _shared(
    codes: npt.NDArray[np.uint64],
    weight: npt.NDArray[np.float64],
    one: npt.NDArray[np.integer],
    other: npt.NDArray[np.integer],
) -> npt.NDArray[np.float64]:
    """Add up the weights of the grams that the two texts of each pair share."""
    if len(codes) == 0:
        return np.zeros(len(one))
    start, end = (np.searchsorted(codes, (one + up).astype(np.uint64) << _GRAM_BITS) for up in (0, 1))
    many = end - start
    pair = np.repeat(np.arange(len(one)), many)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(many) - many, many)
    here = np.repeat(start, many) + within
    gram = codes[here] & _GRAM
    sought = (other[pair].astype(np.uint64) << _GRAM_BITS) | gram
    place = np.minimum(np.searchsorted(codes, sought), len(codes) - 1)
    both = np.where(codes[place] == sought, weight[here], 0.0)
    return np.bincount(pair, weights=both, minlength=len(one)).astype(np.float64)
