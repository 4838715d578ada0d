"""What a check of a whole store found: in figures, with examples, and in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from i18n import gettext as _
from i18n import ngettext

#: Faults that are kept as examples.
_SHOWN: Final = 20


@dataclass(slots=True)
class Checked:
    """What a check of a whole store found, in figures."""

    issues: int = 0
    events: int = 0
    imports: int = 0
    contacts: int = 0
    last_seq: int = 0
    kinds: dict[str, int] = field(default_factory=dict)  # events of each kind
    statuses: dict[str, int] = field(default_factory=dict)
    differing: int = 0  # values of rows that are not the replay of the events
    impossible: int = 0  # events that cannot have happened
    orphans: int = 0  # events without their issue
    missing: int = 0  # numbers of events that are not there
    unreadable: int = 0  # rows and events that hold what none can hold
    beyond: int = 0  # rows that are further than their events: events were lost
    misdated: int = 0  # open cases that are due at another moment than the limits say
    misplaced: int = 0  # cases that belong to other places or areas than is noted
    outdated: int = 0  # those that will, once they are located by the places that came since; no fault
    astray: int = 0  # duplicates of a case that is not there
    lost_saved: int = 0  # views and selections that were kept and cannot be read
    photos: int = 0  # rows, those that were taken away included
    astray_photos: int = 0  # rows that are not what the events say
    photo_files: int = 0
    photo_bytes: int = 0
    missing_photos: int = 0  # files
    damaged_photos: int = 0
    stray_photos: int = 0  # files that no case refers to; no fault
    foreign_files: int = 0  # in the photo folder, and none of a store; no fault
    photo_folder: str = ""  # why it cannot be looked at
    damage: list[str] = field(default_factory=list)  # what the database says about its own file
    examples: list[str] = field(default_factory=list)

    def show(self, examples: Iterable[str]) -> None:
        """Keep faults as examples; not more than a few of all there are."""
        self.examples += islice(examples, max(_SHOWN - len(self.examples), 0))

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        rows = (self.differing, self.misdated, self.misplaced, self.astray, self.lost_saved)
        photos = (self.astray_photos, self.missing_photos, self.damaged_photos, self.photo_folder)
        return self.whole and not any(rows) and not any(photos)

    @property
    def whole(self) -> bool:
        """Whether the events themselves are all there, so that rows can be made of them anew."""
        lost = (self.impossible, self.orphans, self.missing, self.unreadable, self.beyond, len(self.damage))
        return not any(lost)

    @property
    def repairable(self) -> bool:
        """Whether there are rows that can be made from their events anew."""
        return self.whole and any((self.differing, self.misdated, self.misplaced, self.astray_photos))

    def words(self) -> list[str]:
        """Say in the language in use what holds and what does not, a line each."""
        lines = [
            ngettext(
                "{n} case is the replay of its events",
                "{n} cases are the replay of their events",
                self.issues,
            )
            if not self.differing
            else ngettext(
                "{n} value differs from the replay of the events",
                "{n} values differ from the replay of the events",
                self.differing,
            ),
            ngettext("{n} event has its case", "{n} events have their case", self.events)
            if not self.orphans
            else _("{n} events have no case", n=self.orphans),
        ]
        faults = {
            _("{n} events cannot have happened", n=self.impossible): self.impossible,
            _("{n} events are missing", n=self.missing): self.missing,
            _("{n} rows or events cannot be read", n=self.unreadable): self.unreadable,
            _("{n} cases are further than their events, of which some were lost", n=self.beyond): self.beyond,
            ngettext(
                "{n} open case is due at another moment than the limits say",
                "{n} open cases are due at another moment than the limits say",
                self.misdated,
            ): self.misdated,
            _("{n} cases belong elsewhere than is noted", n=self.misplaced): self.misplaced,
            _("{n} duplicates repeat a case that is not there", n=self.astray): self.astray,
            _("{n} saved views or selections cannot be read", n=self.lost_saved): self.lost_saved,
        }
        faulty = [words for words, n in faults.items() if n]
        if self.outdated:
            lines.append(
                _(
                    "Places or rules have changed: {n} cases belong elsewhere now, "
                    "and `gezhi places --locate` notes it",
                    n=self.outdated,
                )
            )
        return lines + faulty + self._photo_words() + self.damage + self.examples

    def _photo_words(self) -> list[str]:
        if self.photo_folder:
            n = ngettext(
                "{n} photo could not be looked at.", "{n} photos could not be looked at.", self.photos
            )
            return [f"{n} {self.photo_folder}"]
        files = self.photo_files
        found = {
            ngettext(
                "{n} photo file is what its name says ({size:.1f} MB)",
                "{n} photo files are what their names say ({size:.1f} MB)",
                files,
                size=self.photo_bytes / 1e6,
            ): files and not self.damaged_photos,
            ngettext(
                "{n} photo is not what the events say",
                "{n} photos are not what the events say",
                self.astray_photos,
            ): self.astray_photos,
            _("{n} photo files are missing", n=self.missing_photos): self.missing_photos,
            _("{n} of {files} photo files are damaged", n=self.damaged_photos, files=files): (
                self.damaged_photos
            ),
            _(
                "{n} photo files belong to no case: `gezhi db tidy` removes those older than a day",
                n=self.stray_photos,
            ): self.stray_photos,
            _("{n} other files lie in the photo folder", n=self.foreign_files): self.foreign_files,
        }
        return [words for words, n in found.items() if n]
