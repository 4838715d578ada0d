"""The tables of the store, as SQLAlchemy sees them on SQLite and PostgreSQL alike.

Times are whole microseconds since 1970 in UTC: exact, the same on both databases, and a frame takes them up
without parsing.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

#: SQLite numbers its rows only in a column of the type INTEGER.
Key: Final = BigInteger().with_variant(Integer, "sqlite")
Moment: Final = BigInteger

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: One reading of one file or feed.
IMPORT: Final = Table(
    "import",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("profile", Text),
    Column("actor", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("details", Text, nullable=False),
    Column("summary", Text),
    Column("content", Text),  # what names the file's content
    Column("plan", Text),  # and the way it is read: with both the same an unfinished import goes on
    Column("owner", Text),  # whose program is at it
    Column("reached", Text),  # JSON: how far it came
    Column("beat_at", Moment),  # of the last step
    CheckConstraint("state IN ('running', 'done', 'failed')", name="state"),
)

#: When a case entered its stages, beside its report and its closing, and how often something happened to it.
CASE_TIMES: Final = ("accepted_at", "dispatched_at", "started_at", "fixed_at", "verified_at", "reopened_at")
CASE_COUNTS: Final = ("returned", "suspended", "extended", "reopened")

#: The condition of the indexes of open cases; a query uses them where it has these very words.
OPEN: Final = text("status NOT IN ('closed', 'rejected', 'merged')")

_MERGED: Final = text("merged_into IS NOT NULL")
_NAMED: Final = text("reporter IS NOT NULL")

#: The current state of every problem that was ever reported.
ISSUE: Final = Table(
    "issue",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the last event
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("kind", Text),
    Column("description", Text),
    Column("status", String(16), nullable=False),
    Column("reported_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("updated_at", Moment),
    Column("lon", Float(53), nullable=False),
    Column("lat", Float(53), nullable=False),
    Column("cell", BigInteger),  # H3, that the position lies in, at the analysis resolution
    Column("address", Text),
    Column("unit", Text),
    Column("suspect", Text),
    Column("resumes", String(16)),  # the status that the end of the suspension brings back
    Column("restores", String(16)),  # the status that the end of the merge brings back
    Column("merged_into", Key),
    Column("reporter", Text),  # names the reporter; contact data lie in `contact`
    *(Column(name, Moment) for name in CASE_TIMES),
    *(Column(name, Integer, nullable=False, server_default="0") for name in CASE_COUNTS),
    Column("due_at", Moment),  # by the limits; null while nothing runs
    Column("areas", Text),  # names, the smallest first, each between line feeds
    Column("place_id", Key),  # the ground or street it belongs to; null on open ground
    Column("place_m", Float(53)),  # metres to it, 0 inside
    Column("area_id", Key),  # the smallest area of the chain that holds it
    Column("exempt_id", Key),  # the exempt zone that held it when it was reported
    Column("said", Text),  # JSON: what the feed said last, where the case is otherwise
    UniqueConstraint("source", "external_id"),
    Index("ix_issue_open_unit", "unit", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
    # With the areas in it, a list of one area is read from the index alone.
    Index("ix_issue_open_due", "due_at", "areas", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_issue_open_cell", "cell", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_issue_merged_into", "merged_into", sqlite_where=_MERGED, postgresql_where=_MERGED),
    Index("ix_issue_reporter", "reporter", sqlite_where=_NAMED, postgresql_where=_NAMED),
    Index(None, "lat", "lon"),
)

#: What happened to the issues, in order; rows are added and never changed.
EVENT: Final = Table(
    "event",
    METADATA,
    Column("seq", Key, primary_key=True, autoincrement=False),
    Column("issue_id", Key, ForeignKey("issue.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("import_id", Key, ForeignKey("import.id")),
    Column("payload", Text, nullable=False),  # JSON
    Index(None, "issue_id"),
)

#: Streets, compounds, boundaries: whatever reports are located by.
PLACE: Final = Table(
    "place",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("name", Text),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("attributes", Text, nullable=False),  # JSON
    Column("west", Float(53), nullable=False),
    Column("south", Float(53), nullable=False),
    Column("east", Float(53), nullable=False),
    Column("north", Float(53), nullable=False),
    Column("geometry", LargeBinary, nullable=False),  # WKB, longitude and latitude in WGS-84
    Column("rank", String(8)),  # of a street: main, side or lane
    Column("adcode", Text),
    Column("parent", Text),  # as the source says it: an id of its own, an adcode or a name
    Column("parent_id", Key),  # the street of a segment, the area that an area lies in
    Column("length_m", Float(53)),
    Column("area_m2", Float(53)),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_at", Moment),
    Column("retired_at", Moment),  # null while it is there
    UniqueConstraint("source", "external_id"),
    Index(None, "kind"),
    Index(None, "parent_id"),
)

#: The names of the categories, which a city edits.
CATEGORY: Final = Table(
    "category",
    METADATA,
    Column("slug", Text, primary_key=True),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("code", Text),
    Column("code_kind", Text),  # a code can name a component and a matter
    Column("group", Text, nullable=False),
    Column("version", Text),
    Column("source", Text),
)

#: What the store knows about itself and its city: 'identity', 'tz', 'synthetic', 'title'.
FACT: Final = Table(
    "fact",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

#: How to reach a reporter; apart from the cases, and emptied after some time.
CONTACT: Final = Table(
    "contact",
    METADATA,
    Column("reporter", Text, primary_key=True),
    Column("name", Text),
    Column("phone", Text),
    Column("email", Text),
    Column("given_at", Moment, nullable=False),
)

#: Who took personal data or tried to, and when; rows are added and never changed.
ACCESS: Final = Table(
    "access",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("issue_id", Key, ForeignKey("issue.id")),
    Column("reporter", Text),
    Column("what", String(16), nullable=False, server_default="contact"),
    Column("refused", Integer, nullable=False, server_default="0"),
    Column("detail", Text),
)

#: The photos of cases, as the events tell of them: rows follow from events of the kinds `photo` and `hide`.
PHOTO: Final = Table(
    "photo",
    METADATA,
    Column("seq", Key, ForeignKey("event.seq"), primary_key=True, autoincrement=False),
    Column("issue_id", Key, ForeignKey("issue.id"), nullable=False),
    Column("role", String(8), nullable=False),  # before, after, or empty
    Column("full", Text, nullable=False),  # SHA-256 of the three files, which are also their names
    Column("view", Text, nullable=False),
    Column("thumb", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("hash", BigInteger),  # perceptual, its 64 bits as a signed number; null for one plain tone
    Column("taken_at", Moment),  # as the camera noted, where that was to be kept
    Column("lon", Float(53)),
    Column("lat", Float(53)),
    Column("hidden", BigInteger),  # seq of the event that took it away
    Index(None, "issue_id"),
    Index(None, "full"),
)

#: Pairs of cases that somebody looked at and found not to be the same; rows are added and never changed.
APART: Final = Table(
    "apart",
    METADATA,
    Column("one", Key, ForeignKey("issue.id"), primary_key=True, autoincrement=False),  # the smaller id
    Column("other", Key, ForeignKey("issue.id"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

#: What people keep under a name: views of the map, sets of cells, drives. A deleted row stays for a while,
#: to be taken back.
SAVED: Final = Table(
    "saved",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("kind", String(8), nullable=False),  # view, cells, drive
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("content", Text, nullable=False),  # JSON of an address's parameters, or `geo.cell_sets`
    Column("shared", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Index(None, "owner"),
)

#: Where somebody went to look: a point or an area, at a time or on a day. Numbers by area and day may be 0.
VISIT: Final = Table(
    "visit",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("at", Moment),
    Column("day", Integer),  # since 1970 in the city's time zone, where only the day is known
    Column("lon", Float(53)),
    Column("lat", Float(53)),
    Column("area_id", Key, ForeignKey("place.id")),
    Column("n", Integer, nullable=False),
    Column("import_id", Key, ForeignKey("import.id")),  # the last one that said something of it
    Column("changed_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),  # null while it counts
    UniqueConstraint("source", "external_id"),
    CheckConstraint("at IS NOT NULL OR day IS NOT NULL", name="when"),
    CheckConstraint("area_id IS NOT NULL OR (lon IS NOT NULL AND lat IS NOT NULL)", name="where"),
    CheckConstraint("n >= 0", name="number"),
    Index(None, "import_id"),
)

#: Field teams: groups of people who go round cells of their own. A retired one stays, for what it did.
TEAM: Final = Table(
    "team",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("unit", Text),  # of the city's table of units, that it works for; null where for none
    Column("place_id", Key, ForeignKey("place.id")),  # where it starts from
    Column("version", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("retired_at", Moment),  # null while it is there
)

#: Editions of the territories: drafts, and what was published. A published one never changes and is never
#: deleted; one of them at most is in force, which the database itself holds.
EDITION: Final = Table(
    "edition",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("dropped_at", Moment),  # of a draft that was given up
    Column("published_at", Moment),  # null for a draft; from then on it was in force
    Column("published_by", Text),
    Column("ended_at", Moment),  # when the next one came into force
    Column("in_force", Integer),  # 1 or null
    UniqueConstraint("in_force"),
    CheckConstraint("in_force = 1", name="in_force"),
    CheckConstraint("in_force IS NULL OR published_at IS NOT NULL", name="published"),
)

#: Whose cell it is by an edition; a cell that is not there is nobody's.
TERRITORY: Final = Table(
    "territory",
    METADATA,
    Column("edition_id", Key, ForeignKey("edition.id"), primary_key=True, autoincrement=False),
    Column("cell", BigInteger, primary_key=True, autoincrement=False),  # H3, of the analysis resolution
    Column("team_id", Key, ForeignKey("team.id"), nullable=False),
    Index(None, "team_id", "edition_id"),
)

#: What field teams answered, each answer once by the number that a phone gave it: what became of it, and
#: the whole of what a manager has to decide on. Rows are never deleted.
FIELD_ANSWER: Final = Table(
    "field_answer",
    METADATA,
    Column("uid", String(36), primary_key=True),
    Column("team_id", Key, ForeignKey("team.id"), nullable=False),
    Column("actor", Text, nullable=False),  # who handed it in
    Column("received_at", Moment, nullable=False),
    Column("at", Moment, nullable=False),  # when it was given, as far as the phone's clock is believed
    Column("act", String(16), nullable=False),
    Column("issue_id", Key, ForeignKey("issue.id")),
    Column("lon", Float(53)),  # where it was given, of those who let that be known
    Column("lat", Float(53)),
    Column("answer", Text, nullable=False),  # JSON of all that was sent, but the photo
    Column("photo", LargeBinary),  # until it is in the photo folder
    Column("state", String(16), nullable=False),  # of `data.field_kept.STATES`
    Column("words", Text, nullable=False),
    Column("event_seq", Key),  # the event that it made
    Column("settled_at", Moment),  # when a manager decided on it
    Column("settled_by", Text),
    Column("reason", Text),
    Index(None, "state"),
    Index(None, "team_id", "at"),
    Index(None, "event_seq"),
)

#: Links by which the people of a team come in. Of the secret in a link only its SHA-256 is kept.
TEAM_LINK: Final = Table(
    "team_link",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("team_id", Key, ForeignKey("team.id"), nullable=False),
    Column("label", Text, nullable=False),  # whose it is, in the words of who made it; may be empty
    Column("hash", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("revoked_at", Moment),  # null while it opens something
    Column("revoked_by", Text),
    Column("used_at", Moment),  # last, to within some minutes; null before the first time
    UniqueConstraint("hash"),
)

#: The route of a field team on a day. It is a plan, and planned anew: of older days nothing is kept.
FIELD_ROUTE: Final = Table(
    "field_route",
    METADATA,
    Column("team_id", Key, ForeignKey("team.id"), primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),  # since 1970 in the city's time zone
    Column("version", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("content", Text, nullable=False),  # JSON, see `data.kept_routes`
)

#: Rotas: which team goes to which compound on a day; drafts, and what was published, which keeps its places.
#: One of a day at most holds, which the database itself sees to.
ROTA: Final = Table(
    "rota",
    METADATA,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),  # since 1970
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("dropped_at", Moment),  # of a draft that was given up
    Column("published_at", Moment),  # null for a draft
    Column("published_by", Text),
    Column("ended_at", Moment),  # when another one of its day was published
    Column("attended_at", Moment),  # when it was last noted who came
    Column("attended_by", Text),
    Column("holds", Integer),  # 1 or null
    UniqueConstraint("day", "holds"),
    CheckConstraint("holds = 1", name="holds"),
    CheckConstraint("holds IS NULL OR published_at IS NOT NULL", name="published"),
)

#: Where a team goes by a rota: to a place, or nowhere with an excuse.
DUTY: Final = Table(
    "duty",
    METADATA,
    Column("rota_id", Key, ForeignKey("rota.id"), primary_key=True, autoincrement=False),
    Column("team_id", Key, ForeignKey("team.id"), primary_key=True, autoincrement=False),
    Column("place_id", Key, ForeignKey("place.id")),
    Column("excuse", Text, nullable=False),
    Column("by_hand", Integer, nullable=False),  # 1 where somebody chose it, and a proposal leaves it
    Column("came", Integer),  # 1 or 0; null where nobody noted it
    CheckConstraint("place_id IS NOT NULL OR came IS NULL", name="came"),
)

#: How much work a place was thought to have when the rota was made.
NEED: Final = Table(
    "need",
    METADATA,
    Column("rota_id", Key, ForeignKey("rota.id"), primary_key=True, autoincrement=False),
    Column("place_id", Key, ForeignKey("place.id"), primary_key=True, autoincrement=False),
    Column("amount", Float(53), nullable=False),
    CheckConstraint("amount >= 0", name="amount"),
)

#: The keys of the rows being written, beside the tables for as long as the connection lasts.
BATCH: Final = Table(
    "batch",
    MetaData(),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    prefixes=["TEMPORARY"],
)
