"""What QGIS sees of a store on PostGIS, and a server that has none."""

import geopandas as gpd
import shapely
from sqlalchemy import Connection, text

from data import geometry_columns
from data.actors import OPERATOR, VIEWER
from data.database import write_transaction
from data.store import Store
from tests.data import postgres
from tests.data.samples import reports


def scalar(connection: Connection, query: str) -> object:
    return connection.execute(text(query)).scalar()


def test_every_report_has_its_point_and_follows_when_it_moves(postgres_url: str) -> None:
    with Store.open(postgres_url) as store:
        frame = reports(50)
        store.write_reports(frame, actor=OPERATOR)
        store.write_reports(frame.head(3).with_columns(lon=frame["lon"].head(3) + 1), actor=OPERATOR)
        with store._engine.connect() as connection:
            assert (
                scalar(connection, "SELECT count(*) FROM issue WHERE ST_X(geom) = lon AND ST_Y(geom) = lat")
                == 50
            )
            registered = connection.execute(
                text("SELECT f_table_name, type, srid FROM geometry_columns ORDER BY f_table_name")
            ).all()
            assert [tuple(row) for row in registered] == [
                ("issue", "POINT", 4326),
                ("place", "GEOMETRY", 4326),
            ]


def test_a_box_is_found_by_the_spatial_index(postgres_url: str) -> None:
    with Store.open(postgres_url) as store:
        store.write_reports(reports(5000), actor=OPERATOR)
        with store._engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE issue")
            plan = connection.exec_driver_sql(
                "EXPLAIN SELECT id FROM issue WHERE geom && ST_MakeEnvelope(116.9, 38.3, 116.91, 38.31, 4326)"
            ).scalars()
            assert "ix_issue_geom" in "\n".join(plan)


def test_a_place_is_the_same_shape_in_both_columns(postgres_url: str) -> None:
    shapes = [shapely.Point(116.9, 38.3), shapely.box(116.8, 38.2, 116.9, 38.3)]
    places = gpd.GeoDataFrame({"kind": "shop", "name": ["a", "b"]}, geometry=shapes, crs="EPSG:4326")
    with Store.open(postgres_url) as store:
        store.write_places(places, actor=OPERATOR)
        with store._engine.connect() as connection:
            found = gpd.read_postgis(text("SELECT geom FROM place ORDER BY id"), connection)
        assert found.crs == "EPSG:4326"
        assert found.geometry.tolist() == shapes == store.places(actor=VIEWER).geometry.tolist()


def test_a_server_where_postgis_is_not_allowed_holds_the_store_without_geometries(
    postgres_server: postgres.Server,
) -> None:
    url = postgres_server.url(template="template0")
    name = postgres.database_of(url)
    postgres_server.execute(
        "postgres", f"CREATE ROLE owner_{name} LOGIN", f"ALTER DATABASE {name} OWNER TO owner_{name}"
    )
    with Store.open(url.replace("gezhi@", f"owner_{name}@")) as store:
        store.write_reports(reports(5), actor=OPERATOR)
        assert store.last_seq(actor=VIEWER) == 5
        with write_transaction(store._engine) as connection:
            assert not geometry_columns.add(connection)
        postgres_server.execute(name, "CREATE EXTENSION postgis")
        with write_transaction(store._engine) as connection:
            assert geometry_columns.add(connection), "PostGIS has come"
            assert scalar(connection, "SELECT count(geom) FROM issue") == 5


def test_postgis_may_be_in_a_schema_of_its_own(postgres_server: postgres.Server) -> None:
    url = postgres_server.url(template="template0")
    postgres_server.execute(
        postgres.database_of(url), 'CREATE SCHEMA "Extra"', 'CREATE EXTENSION postgis SCHEMA "Extra"'
    )
    with Store.open(url) as store:
        store.write_reports(reports(5), actor=OPERATOR)
        with store._engine.connect() as connection:
            assert scalar(connection, "SELECT count(geom) FROM issue") == 5


def test_a_store_in_a_file_has_no_geometries(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, write_transaction(store._engine) as connection:
        assert not geometry_columns.add(connection)
