"""The store's part for supervision: what was done on site, and when."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import datetime

import polars as pl
from sqlalchemy import Connection

from data import onsite
from data.actors import Actor
from data.rights import Right


class OnSiteStore(ABC):
    """The method of `Store` that tells what was done on site."""

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    def on_site(self, since: datetime, *, actor: Actor, until: datetime | None = None) -> pl.DataFrame:
        """Read what was done on site from a moment on, of the cases in the actor's part of the city.

        That is what field teams answer, what members of a team do otherwise, and, whoever writes it down,
        that something was fixed or verified. An answer counts when it was given, not when it arrived.

        Parameters
        ----------
        until
            Before this moment; None is up to now.

        Returns
        -------
        The columns `onsite.ON_SITE`, in the order in which they were recorded.
        """
        with self._reading(actor) as connection:
            return onsite.on_site(connection, since, until, actor=actor)
