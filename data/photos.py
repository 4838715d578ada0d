"""Photos of cases as values: what is kept of one, how it came in, and pairs of before and after."""

from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol, Self

from data.photo_exif import Taken
from data.photo_hashes import bits_apart
from geo.crs import haversine_m
from i18n import N_, gettext

#: At most so many of 64 bits apart, two photos show the same picture.
SAME_PHOTO_BITS: Final = 6

_DOUBTS: Final[dict[str, str]] = {
    "same_photo": N_("Before and after are the same photo."),
    "not_later": N_("The photo from after was taken before the other."),
    "far_apart": N_("The two photos were taken far from each other."),
}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that is kept: the SHA-256 of its three files, which are also their names.

    `full` names the photo. `view` (1600 px) and `thumb` (320 px) are the same file where the photo is no
    larger. `width`, `height` and `bytes` are those of `full`; `hash` is the perceptual hash, None for a
    picture of one plain tone.
    """

    full: str
    view: str
    thumb: str
    width: int
    height: int
    bytes: int
    hash: int | None

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files, each once."""
        return tuple(dict.fromkeys((self.full, self.view, self.thumb)))

    def as_json(self) -> dict[str, Any]:
        """Return what an event's payload holds; the hash as hex digits: numbers in JSON end at 53 bits."""
        return asdict(self) | {"hash": None if self.hash is None else f"{self.hash:016x}"}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(**values | {"hash": None if values["hash"] is None else int(values["hash"], 16)})


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo as it came in: what is kept, what its camera noted, what was sent (SHA-256 and kind)."""

    photo: Photo
    taken: Taken
    sent: str
    kind: str


class Pictured(Protocol):
    """Whatever shows a photo and says what its camera noted."""

    @property
    def photo(self) -> Photo:
        """What is kept."""
        ...

    @property
    def taken(self) -> Taken:
        """What the camera noted, as far as it is known."""
        ...


@dataclass(frozen=True, slots=True)
class PhotoPair:
    """The proof that something was fixed: the place before, and after."""

    before: Pictured
    after: Pictured

    def doubts(self, *, within_m: float = 100.0) -> tuple[str, ...]:
        """Say why the pair may prove nothing.

        Parameters
        ----------
        within_m
            How far apart the cameras may have been, where both said where they were.

        Returns
        -------
        Any of `same_photo`, `not_later`, `far_apart`; empty where nothing speaks against the pair. What a
        camera did not note is not held against it.
        """
        apart_m = self._apart_m()
        before_at, after_at = self.before.taken.at, self.after.taken.at
        found = {
            "same_photo": self._same_photo(),
            "not_later": before_at is not None and after_at is not None and after_at <= before_at,
            "far_apart": apart_m is not None and apart_m > within_m,
        }
        return tuple(doubt for doubt, present in found.items() if present)

    def _same_photo(self) -> bool:
        one, other = self.before.photo, self.after.photo
        if one.hash is None or other.hash is None:
            return one.full == other.full
        return int(bits_apart(one.hash, other.hash)) <= SAME_PHOTO_BITS

    def _apart_m(self) -> float | None:
        one, other = self.before.taken, self.after.taken
        if not (one.has_position and other.has_position):
            return None
        return float(haversine_m(one.lon, one.lat, other.lon, other.lat))


def doubt_words(doubt: str) -> str:
    """Return the sentence for one of `PhotoPair.doubts` in the language in use."""
    return gettext(_DOUBTS[doubt])
