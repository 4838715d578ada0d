"""The errors of every room: one small tree, each also a builtin, so that broad catches work."""


class GezhiError(Exception):
    """Any error that Gezhi raises on purpose; its message says what to do."""


class CellError(GezhiError, ValueError):
    """An id that is not an H3 cell, mixed resolutions, or coordinates that cannot have a cell."""


class CrsError(GezhiError, ValueError):
    """A coordinate reference system or datum that is unknown, missing or does not fit."""


class FrameError(GezhiError, ValueError):
    """A frame that lacks columns, or has them in types that do not fit."""


class PlaceError(GezhiError, ValueError):
    """Polygons or lines that cannot be used as places: other geometries, invalid, without coordinates."""


class AnalysisError(GezhiError, ValueError):
    """Counts, series or weights that no statistic can be made of: not numbers, negative, of other cells."""


class NotEnoughDataError(AnalysisError):
    """Too few cells, steps or reports, or values that are all the same: there is nothing to tell apart."""


class FilterError(GezhiError, ValueError):
    """A filter that names something unknown or contradicts itself."""


class ImportFileError(GezhiError, ValueError):
    """A file that cannot be read to its end; the message says whether some of it is in the store."""


class NoRoomError(ImportFileError):
    """A disk that is too small for a file's reports; importing it again goes on once there is room."""


class PhotoError(GezhiError, ValueError):
    """A file that cannot be taken as a photo, or a photo whose file is missing or damaged."""


class PhotoFolderError(GezhiError, OSError):
    """A photo folder that cannot be reached, read or written; what was in it is not touched."""


class StoreError(GezhiError, RuntimeError):
    """A store that cannot be opened, read or written."""


class SavedError(GezhiError, ValueError):
    """A name under which nothing can be kept, or a view or a set of cells that cannot be kept."""


class TeamError(GezhiError, ValueError):
    """A team or a territory that cannot be as asked: a name that is taken, a cell twice, a team that left."""


class AssetError(GezhiError, RuntimeError):
    """A vendored browser asset that is missing or differs from its checksum."""


class TableError(GezhiError, ValueError):
    """A table of city facts (limits, holidays, units, routing rules) that cannot be used as it is."""


class TransitionError(GezhiError, ValueError):
    """An event that cannot happen to a case in its present state, or that lacks what it needs."""


class GivenError(GezhiError, ValueError):
    """A value that no case can have: a place off the earth, a time to come, a text in place of a number."""


class NotAllowedError(GezhiError, PermissionError):
    """Something that the actor's role may not do."""


class ConflictError(GezhiError, RuntimeError):
    """Something that somebody has changed since it was looked at, or an import that somebody took over."""


class ClockError(GezhiError, ValueError):
    """A moment, a span or a unit of time that the working-hours clock cannot count with."""
