"""Geometries for QGIS and its kind, in a PostgreSQL store that has PostGIS.

The columns `geom` follow from the others and PostgreSQL itself keeps them in step: no writer knows of them.
A server without PostGIS holds a store as well as any; `add` may be called again when PostGIS has come.
"""

from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

#: For each table what its geometry is and how it follows from the table's other columns.
_COLUMNS: Final = {
    "issue": (
        "geometry(Point, 4326)",
        "{schema}.ST_SetSRID({schema}.ST_MakePoint(lon, lat), 4326)",
    ),
    "place": (
        "geometry(Geometry, 4326)",
        "{schema}.ST_GeomFromWKB(geometry, 4326)",
    ),
}


def add(connection: Connection) -> bool:
    """Add the columns and spatial indexes that are missing; say whether the store has them now."""
    if connection.dialect.name != "postgresql":
        return False
    schema = _postgis(connection)
    if schema is None:
        return False
    for table, (kind, value) in _COLUMNS.items():
        connection.exec_driver_sql(
            f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS geom {schema}.{kind} "
            f"GENERATED ALWAYS AS ({value.format(schema=schema)}) STORED"
        )
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS ix_{table}_geom ON {table} USING gist (geom)")
    return True


def lacking(connection: Connection) -> bool:
    """Return whether a table on PostgreSQL has no geometries yet."""
    return connection.dialect.name == "postgresql" and any(
        "geom" not in {column["name"] for column in inspect(connection).get_columns(table)}
        for table in _COLUMNS
    )


def _postgis(connection: Connection) -> str | None:
    """Return the schema that PostGIS is in, installed now where the user may; None without it."""
    found = _schema(connection)
    if found is None and connection.scalar(
        text("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'")
    ):
        try:
            with connection.begin_nested():
                connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
        except DBAPIError:  # on most servers only an administrator may
            return None
        found = _schema(connection)
    return found


def _schema(connection: Connection) -> str | None:
    name: str | None = connection.scalar(
        text(
            "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace "
            "WHERE extname = 'postgis'"
        )
    )
    return None if name is None else connection.dialect.identifier_preparer.quote(name)
