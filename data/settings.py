"""What an installation may set, by environment variables that begin with GEZHI_."""

from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.tile_services import TileService, checked_datum, checked_template, subdomains_of

#: A key is guessed at one try a second at most, for years: so long it must be.
_SHORTEST_KEY = 12

_CHECKOUT = Path(__file__).parents[1]


def _default_home() -> Path:
    """Return `var/` in a checkout, the user's data folder for an installed package."""
    return _CHECKOUT / "var" if (_CHECKOUT / "pyproject.toml").exists() else user_data_path("gezhi")


class Settings(BaseSettings):
    """The settings; `Settings()` reads the environment."""

    model_config = SettingsConfigDict(env_prefix="GEZHI_", extra="ignore", hide_input_in_errors=True)

    home: Path = Field(default_factory=_default_home, description="folder of stores, snapshots, reject files")
    store: str = Field(default="", description="SQLAlchemy URL; empty is gezhi.sqlite in the home folder")
    lang: str = Field(default="", description="language of the command line; empty is the terminal's own")
    tz: str = Field(
        default="Asia/Shanghai", description="the city's time zone where a store does not know its own"
    )
    contact_days: int = Field(
        default=180, ge=0, description="days after its end that a case keeps how to reach its reporter"
    )

    key: SecretStr = Field(
        default=SecretStr(""),
        description="what who heads the city types in before any page is shown; empty asks nobody",
    )
    address: str = Field(
        default="",
        description="address of the server as telephones see it, such as https://city.example; for links",
    )

    photos: str = Field(
        default="", description="folder of the photos, or a URL that fsspec knows; empty is home/photos"
    )
    photo_mb: float = Field(default=20, gt=0, description="largest photo that is taken in, in megabytes")
    photos_per_case: int = Field(default=12, ge=1, description="photos that a case may have")

    tiles_url: str = Field(
        default="",
        description="template of an online street map with {z}, {x}, {y}; empty asks no other machine",
    )
    tiles_datum: str = Field(default="wgs84", description="its datum: wgs84 or gcj02")
    tiles_attribution: str = Field(default="", description="who made it, shown with it")
    tiles_subdomains: str = Field(default="", description="what may stand for {s}: abc, or a comma list")
    tiles_max_zoom: int = Field(default=18, ge=1, le=24, description="finest zoom of its tiles")
    satellite_url: str = Field(default="", description="template of an online satellite map, likewise")
    satellite_datum: str = Field(default="wgs84", description="its datum: wgs84 or gcj02")
    satellite_attribution: str = Field(default="", description="who made it, shown with it")
    satellite_subdomains: str = Field(default="", description="what may stand for {s}")
    satellite_max_zoom: int = Field(default=18, ge=1, le=24, description="finest zoom of its tiles")

    @field_validator("key")
    @classmethod
    def _long_enough(cls, key: SecretStr) -> SecretStr:
        if key.get_secret_value() and len(key.get_secret_value()) < _SHORTEST_KEY:
            raise ValueError(f"a key needs {_SHORTEST_KEY} characters or more")
        return key

    @field_validator("address")
    @classmethod
    def _whole_address(cls, address: str) -> str:
        found = urlsplit(address.strip())
        if address.strip() and (found.scheme not in {"http", "https"} or not found.hostname):
            raise ValueError(f"'{address}' is not an address. Expected one such as https://city.example.")
        return address.strip().rstrip("/")

    @field_validator("tiles_url", "satellite_url")
    @classmethod
    def _known_template(cls, url: str) -> str:
        return checked_template(url.strip())

    @field_validator("tiles_datum", "satellite_datum")
    @classmethod
    def _known_datum(cls, name: str) -> str:
        return checked_datum(name)

    @model_validator(mode="after")
    def _known_subdomains(self) -> Self:
        lacking = [
            service.name for service in self.tile_services if "{s}" in service.url and not service.subdomains
        ]
        if lacking:
            raise ValueError(
                f"the template of the {lacking[0]} map has {{s}}, but no subdomains are set for it"
            )
        return self

    @field_validator("tz")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"'{name}' is not a time zone. Expected a name such as 'Asia/Shanghai'."
            ) from error
        return name

    @property
    def store_url(self) -> str:
        """The store's URL, never empty."""
        return self.store or f"sqlite:///{self.home / 'gezhi.sqlite'}"

    @property
    def tile_services(self) -> tuple[TileService, ...]:
        """The online maps that are set; usually none."""
        every = (
            TileService(
                "online",
                self.tiles_url,
                self.tiles_datum,
                self.tiles_attribution,
                subdomains_of(self.tiles_subdomains),
                self.tiles_max_zoom,
            ),
            TileService(
                "satellite",
                self.satellite_url,
                self.satellite_datum,
                self.satellite_attribution,
                subdomains_of(self.satellite_subdomains),
                self.satellite_max_zoom,
            ),
        )
        return tuple(service for service in every if service.url)

    @property
    def photos_url(self) -> str:
        """Where the photos lie, never empty."""
        return self.photos or str(self.home / "photos")


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
