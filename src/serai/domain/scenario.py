"""What a person writes: a scenario with its shocks (the world) and measures (decisions)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from serai.domain.effects import Selector

__all__ = ["FIRST_YEAR", "LAST_YEAR", "ChangeLinks", "CloseLinks", "CloseTransit", "Scenario",
           "SetYearInput", "Written"]  # fmt: skip

Quantity = Literal[
    "free_time_h",
    "dwell_h",
    "feared_h",
    "cost_usd_teu",
    "cost_usd_t",
    "capacity_t_yr",
    "capacity_teu_yr",
]


FIRST_YEAR, LAST_YEAR = 2019, 2040
"""Years that a scenario may be of."""


class Written(BaseModel):
    """Base of everything a person writes: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False
    )


class _Selecting(Written):
    links: tuple[str, ...] = ()
    """Link ids."""
    kinds: tuple[str, ...] = ()
    """Link kinds: rail_1435, rail_1520, road, sea, feeder, ferry, air, pipeline, transfer …"""
    transfer_types: tuple[str, ...] = ()
    """border, gauge_change, gauge_change_and_border, port, ferry_board, interchange …"""
    countries: tuple[str, ...] = ()
    """ISO 3166 alpha-3: links that cross any of these territories."""
    between: tuple[str, ...] = ()
    """Pairs such as KGZ-TJK: links whose ends lie in these two countries."""
    places: tuple[str, ...] = ()
    """Place ids: links that start or end there."""
    passages: tuple[str, ...] = ()
    """Named sea passages: Suez, Hormuz, Bosphorus …"""
    operators: tuple[str, ...] = ()
    """Operators as the link table names them."""
    resources: tuple[str, ...] = ()
    """Resource ids: for a capacity the resources themselves, else the links that draw on them."""

    def selector(self) -> Selector:
        """Return the links that are meant."""
        return Selector(**{name: getattr(self, name) for name in Selector.__dataclass_fields__})


class CloseLinks(_Selecting):
    """Links that may not be used by anybody."""

    kind: Literal["close"]


class ChangeLinks(_Selecting):
    """A time, a price or a capacity that is set, added to or multiplied."""

    kind: Literal["change"]
    quantity: Quantity
    """What changes; its unit is in its name."""
    operation: Literal["set", "add", "multiply"]
    """How it changes."""
    value: float
    """The number to set, add or multiply by; only `add` takes one below zero."""

    @model_validator(mode="after")
    def _no_negative_price(self) -> ChangeLinks:
        if self.value < 0 and self.operation != "add":
            raise ValueError(f"value is {self.value}; must be >= 0 to {self.operation}")
        return self


class CloseTransit(Written):
    """Territories closed to goods that neither start nor end in them."""

    kind: Literal["close_transit"]
    countries: tuple[str, ...] = Field(min_length=1)
    """ISO 3166 alpha-3."""


class SetYearInput(Written):
    """A yearly input (an ocean rate, a subsidy, the share that avoids a territory) set by hand."""

    kind: Literal["year_input"]
    input_id: str
    """Id in the table of yearly inputs."""
    value: float
    """The value to use, in the input's unit."""


Shock = Annotated[
    CloseLinks | ChangeLinks | CloseTransit | SetYearInput, Field(discriminator="kind")
]
Change = Annotated[CloseLinks | ChangeLinks, Field(discriminator="kind")]


class Scenario(Written):
    """One state of the world: demand and prices, what is built, what happens and is decided."""

    name: str = Field(default="base", pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Short name: lower-case letters, digits, - and _."""
    title: str = ""
    """One line for people."""
    note: str = ""
    """Why these numbers."""
    year: int = Field(default=2023, ge=FIRST_YEAR, le=LAST_YEAR)
    """Year of demand and prices."""
    built_by: int | None = Field(default=None, ge=FIRST_YEAR, le=LAST_YEAR)
    """Capacities and finished projects as of this year; the year itself when left out."""
    demand: Literal["low", "reference", "high"] = "reference"
    """Which edge of the demand's range."""
    projects: Literal["built", "funded", "all"] | tuple[str, ...] = "built"
    """Which investments are finished: a group, or project ids beside those built by `built_by`."""
    measures: Literal["none", "all"] | tuple[str, ...] = "none"
    """Which soft measures of the table are in force beyond the base."""
    closures: bool = True
    """Whether the dated closures of `year` happen."""
    lifted: tuple[str, ...] = ()
    """Ids of dated closures that do not happen."""
    empties: bool = False
    """Whether boxes, empty ones included, balance in every region: rates by direction follow from
    that, and those of the tables are taken at their mean."""
    capacity_limits: bool = True
    """False lifts every capacity limit."""
    unlimited: tuple[str, ...] = ()
    """Resource ids whose limits are lifted."""
    shocks: tuple[Shock, ...] = ()
    """What the world does."""
    changes: tuple[Change, ...] = ()
    """What somebody decides and pays for, beyond the tables of projects and measures."""

    @property
    def infrastructure_year(self) -> int:
        """The year whose capacities hold."""
        return self.year if self.built_by is None else self.built_by
