"""What an installation may set, by environment variables that begin with GEZHI_."""

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_data_path
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_CHECKOUT = Path(__file__).parents[1]


def _default_home() -> Path:
    """Return `var/` in a checkout, the user's data folder for an installed package."""
    return _CHECKOUT / "var" if (_CHECKOUT / "pyproject.toml").exists() else user_data_path("gezhi")


class Settings(BaseSettings):
    """The settings; `Settings()` reads the environment."""

    model_config = SettingsConfigDict(env_prefix="GEZHI_", extra="ignore")

    home: Path = Field(default_factory=_default_home, description="folder of stores, snapshots, reject files")
    store: str = Field(default="", description="SQLAlchemy URL; empty is gezhi.sqlite in the home folder")
    lang: str = Field(default="", description="language of the command line; empty is the terminal's own")
    tz: str = Field(
        default="Asia/Shanghai", description="the city's time zone where a store does not know its own"
    )
    contact_days: int = Field(
        default=180, ge=0, description="days after its end that a case keeps how to reach its reporter"
    )

    photos: str = Field(
        default="", description="folder of the photos, or a URL that fsspec knows; empty is home/photos"
    )
    photo_mb: float = Field(default=20, gt=0, description="largest photo that is taken in, in megabytes")
    photos_per_case: int = Field(default=12, ge=1, description="photos that a case may have")

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
    def photos_url(self) -> str:
        """Where the photos lie, never empty."""
        return self.photos or str(self.home / "photos")


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
