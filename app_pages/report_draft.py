"""A report as it is being written. Knows no Streamlit."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from data.actors import Actor
from data.contacts import Contact
from data.store import Store
from geo.errors import GezhiError
from i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to report."""

    category: str | None = None
    description: str = ""
    address: str = ""
    spot: tuple[float, float] | None = None  # lon, lat
    photos: tuple[tuple[str, bytes], ...] = ()
    person: tuple[str, str, str] = ("", "", "")  # name, telephone, mail
    hashes: tuple[int, ...] = field(default=(), compare=False)

    @property
    def missing(self) -> list[str]:
        """What has to be there before it can be sent, in words."""
        words = {_("the category"): self.category, _("the place"): self.spot}
        return [name for name, value in words.items() if value is None]

    @property
    def mark(self) -> str:
        """Tells this draft from every other: what was checked is what is sent."""
        digest = blake2b(digest_size=12)
        for part in (self.category, self.description, self.address, self.spot, self.person):
            digest.update(repr(part).encode())
        for name, content in self.photos:
            digest.update(name.encode() + content)
        return digest.hexdigest()

    @property
    def contact(self) -> Contact | None:
        """How to reach whoever reports, None where nothing was said."""
        name, phone, email = (part.strip() or None for part in self.person)
        return Contact(name, phone, email) if name or phone or email else None

    def report(self) -> dict[str, Any]:
        """Return the fields that the store takes."""
        if self.category is None or self.spot is None:
            raise GezhiError(_("A report needs a category and a place."))
        return {
            "category": self.category,
            "lon": self.spot[0],
            "lat": self.spot[1],
            "description": self.description.strip() or None,
            "address": self.address.strip() or None,
        }

    def add_photos(self, store: Store, issue_id: int, *, actor: Actor) -> list[str]:
        """Add the photos to the case; return why some were not taken. The report itself stays."""
        failed = []
        for name, content in self.photos:
            try:
                store.add_photo(
                    issue_id,
                    content,
                    actor=actor,
                    role="before",
                    name=name,
                    keep_time=True,
                )
            except GezhiError as error:
                failed.append(str(error))
        return failed
