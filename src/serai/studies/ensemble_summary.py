"""What an ensemble says: distributions, values at risk, critical places, worth of corridors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from serai.data.parts import Parts
from serai.domain.disruptions import DAYS, Disruption, EnsembleSpec
from serai.domain.ensemble import (
    CaseRisk,
    ClassRisk,
    CountryRisk,
    CriticalResource,
    DisruptionRisk,
    EnsembleResult,
    OptionValue,
    Spread,
)
from serai.domain.ranged import FloatArray
from serai.domain.results import Record
from serai.domain.scenario import ChangeLinks, CloseLinks
from serai.domain.world import World
from serai.model.apply import select_links
from serai.studies.disruptions import CALM, State, Years
from serai.studies.ensemble_cases import (
    LOOSE_GAP,
    LOOSE_RESIDUAL_H,
    Case,
    Layout,
    cases_of,
    certificate_of,
)
from serai.units import HOURS_PER_DAY, USD_PER_MUSD

__all__ = ["Known", "spread_of", "summarize_ensemble"]

AT_RISK: Final = 0.95
"""Share of the draws below the value at risk."""

N_RESOURCES: Final = 25
"""Resources told at most."""

LEAST_MUSD: Final = 0.01
"""[million USD/yr] What a resource or a country must cost to be told."""

AT_ONCE: Final = 24
"""Columns read at once: more are faster, and take more memory."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """All that the draws need."""

    row_of: Callable[[State], FloatArray]
    """[see `Layout`], shape (n_cases, n_values), of a state."""
    drawn: Mapping[State, int]
    """[days] Of all draws, by state."""
    solved: tuple[State, ...]
    """States that were solved; others are put together of them."""
    n_routes: int


def spread_of(drawn: FloatArray, calm: float) -> Spread:
    """
    Return mean, median, value at risk and tail of draws.

    Parameters
    ----------
    drawn
        [any], shape (n_draws,).
    calm
        [any]. In a year without disruptions.
    """
    p50, p95 = np.quantile(drawn, (0.5, AT_RISK)).tolist()
    tail = drawn[drawn >= p95]
    return Spread(
        calm=calm, mean=float(drawn.mean()), p50=p50, p95=p95,
        tail=float(tail.mean()) if len(tail) else float("nan"),
    )  # fmt: skip


def summarize_ensemble(
    world: World, spec: EnsembleSpec, n: int, seed: int, parts: Parts, known: Known
) -> EnsembleResult:
    """
    Return what an ensemble says.

    Parameters
    ----------
    world
        The tables.
    spec
        The disruptions.
    n
        [-], > 0. Number of draws.
    seed
        Their seed.
    parts
        The data set, its draws complete.
    known
        The solved states.
    """
    summary = _Summary(world=world, spec=spec, n=n, seed=seed, parts=parts, known=known)
    cases = cases_of(spec)
    certificate = certificate_of([known.row_of(s) for s in known.solved], summary.layout)
    return EnsembleResult(
        name=spec.name, title=spec.title, n_draws=n, n_states=len(known.drawn),
        n_solved=len(known.solved),        composed_share=summary.composed_share,
        sampling=spec.sampling, out=None, certificate=certificate,
        cases=[summary.case(i) for i, case in enumerate(cases) if not case.without],
        options=[summary.option(i, case) for i, case in enumerate(cases) if case.without],
        max_gap=LOOSE_GAP, max_residual_h=LOOSE_RESIDUAL_H,
        record=Record(
            version="", data_version="", inputs={}, scenario={}, seed=seed,
            relative_gap=certificate.relative_gap, n_routes=known.n_routes, seconds=0.0,
        ),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class _Summary:
    """A finished ensemble."""

    world: World
    spec: EnsembleSpec
    n: int
    seed: int
    parts: Parts
    known: Known

    @cached_property
    def layout(self) -> Layout:
        return Layout.of(self.world)

    # -------------------------------------------------------------- draws, column by column

    def _columns(self, case: int, names: list[str]) -> Iterator[tuple[str, FloatArray]]:
        """Yield columns of a case over all draws, a few at a time: memory does not grow by them."""
        n_cases = len(cases_of(self.spec))
        for first in range(0, len(names), AT_ONCE):
            some = names[first : first + AT_ONCE]
            read: dict[str, list[NDArray[np.float64]]] = {name: [] for name in some}
            for number in self.parts.numbers("draws"):
                table = self.parts.read("draws", number, some)
                for name in some:
                    read[name].append(table.column(name).to_numpy()[case::n_cases])
            for name in some:
                yield name, np.concatenate(read.pop(name))

    def _calm(self, case: int, part: str) -> FloatArray:
        return self.known.row_of(CALM)[case, self.layout.slices[part]]

    def case(self, i: int) -> CaseRisk:
        """Return one case over the draws."""
        drawn = dict(self._columns(i, ["cost_musd", "loss_musd"]))
        loss = drawn["loss_musd"]
        calm = float(self._calm(i, "cost_usd")[0]) / USD_PER_MUSD
        return CaseRisk(
            case=cases_of(self.spec)[i].name,
            cost_musd=spread_of(drawn["cost_musd"], calm),
            loss_musd=spread_of(loss, 0.0),
            loss_error_musd=float(loss.std(ddof=1) / np.sqrt(len(loss))) if len(loss) > 1
            else float("nan"),
            loss_percentiles_musd=np.percentile(loss, np.arange(1, 100)).tolist(),
            classes=self._classes(i), countries=self._countries(i),
            resources=self._resources(i), disruptions=self._disruptions(i),
        )  # fmt: skip

    def option(self, i: int, case: Case) -> OptionValue:
        """Return what a corridor is worth, draw by draw."""
        (_, without), (_, whole) = (next(iter(self._columns(at, ["cost_musd"]))) for at in (i, 0))
        calm = float(self._calm(i, "cost_usd")[0] - self._calm(0, "cost_usd")[0]) / USD_PER_MUSD
        value = spread_of(without - whole, calm)
        return OptionValue(
            corridor=case.without, value_musd=value, insurance_musd=value.mean - calm
        )

    def _classes(self, i: int) -> list[ClassRisk]:
        classes = self.layout.classes
        served = self._calm(i, "class_served_t")
        with np.errstate(invalid="ignore", divide="ignore"):
            calm = {
                "cost_usd_t": self._calm(i, "class_usd") / served,
                "days": self._calm(i, "class_tonne_h") / served / HOURS_PER_DAY,
                "unserved_t": self._calm(i, "class_unserved_t"),
            }
        names = [f"{what}.{one}" for one in classes for what in calm]
        told: dict[str, Spread] = {}
        for name, drawn in self._columns(i, names):
            what, _, one = name.partition(".")
            told[name] = spread_of(drawn, float(calm[what][classes.index(one)]))
        return [
            ClassRisk(class_id=one, **{what: told[f"{what}.{one}"] for what in calm})
            for one in classes
            if np.isfinite(told[f"days.{one}"].mean)
        ]

    def _countries(self, i: int) -> list[CountryRisk]:
        countries = self.layout.countries
        words = ("loss_musd", "transit_lost_t")
        names = [f"{what}.{one}" for one in countries for what in words]
        told = {name: spread_of(drawn, 0.0) for name, drawn in self._columns(i, names)}
        risks = [
            CountryRisk(country=one, **{what: told[f"{what}.{one}"] for what in words})
            for one in countries
        ]
        kept = [
            risk for risk in risks
            if max(abs(risk.loss_musd.mean), abs(risk.loss_musd.p95)) >= LEAST_MUSD
            or abs(risk.transit_lost_t.mean) >= 1.0
        ]  # fmt: skip
        return sorted(kept, key=lambda risk: (-risk.loss_musd.mean, risk.country))

    # -------------------------------------------------------------- states, by their days

    @cached_property
    def _weights(self) -> dict[State, float]:
        """Return the expected share of a year by state."""
        return {state: days / (DAYS * self.n) for state, days in self.known.drawn.items()}

    @property
    def composed_share(self) -> float:
        """Return the share of all days in states that are put together of others."""
        solved = set(self.known.solved)
        return sum(w for state, w in self._weights.items() if state not in solved)

    @cached_property
    def _happened(self) -> Counter[int]:
        return Counter(
            i
            for year in Years(spec=self.spec, n=self.n, seed=self.seed).draw(0, self.n)
            for i in year.happened
        )

    def _loss(self, state: State, case: int) -> float:
        cost = self.layout.slices["cost_usd"].start
        return float(self._row(state)[case, cost] - self._row(CALM)[case, cost]) / USD_PER_MUSD

    def _row(self, state: State) -> FloatArray:
        return self.known.row_of(state)

    @cached_property
    def _parts_of(self) -> list[dict[int, tuple[float, float, float]]]:
        """Return by case and disruption: share of the year, loss if always alone, part of all."""
        return [self._divide(case) for case in range(len(cases_of(self.spec)))]

    def _divide(self, case: int) -> dict[int, tuple[float, float, float]]:
        n = len(self.spec.disruptions)
        days, alone, part = np.zeros(n), np.zeros(n), np.zeros(n)
        for state, weight in self._weights.items():
            if not state or weight == 0.0:
                continue
            at = [i for i, _ in state]
            lone = np.array([self._loss((one,), case) for one in state])
            days[at] += weight
            alone[at] += weight * lone
            share = np.maximum(lone, 0.0)
            share = share / share.sum() if share.sum() > 0 else np.full(len(at), 1 / len(at))
            part[at] += weight * self._loss(state, case) * share
        return {i: (float(days[i]), float(alone[i]), float(part[i])) for i in range(n)}

    def _disruptions(self, case: int) -> list[DisruptionRisk]:
        risks = [
            DisruptionRisk(
                disruption=one.id, title=one.title, years=self._happened[i] / self.n,
                days=DAYS * self._parts_of[case][i][0], alone_musd=self._parts_of[case][i][1],
                share_musd=self._parts_of[case][i][2], grade=one.grade,
            )
            for i, one in enumerate(self.spec.disruptions)
        ]  # fmt: skip
        return sorted(risks, key=lambda risk: (-risk.share_musd, risk.disruption))

    def _resources(self, case: int) -> list[CriticalResource]:
        at, resources = self.layout.slices, self.world.network.resources
        calm = self._row(CALM)[case]
        scarcity = np.zeros(len(resources.ids))
        full = np.zeros(len(resources.ids))
        for state, weight in self._weights.items():
            row = self._row(state)[case]
            scarcity += weight * (row - calm)[at["resource_usd"]]
            full += weight * row[at["resource_full"]]
        hit = np.zeros(len(resources.ids))
        for i, one in enumerate(self.spec.disruptions):
            hit[_hit_by(self.world, one)] += self._parts_of[case][i][2]
        scarcity /= USD_PER_MUSD
        order = np.argsort(-np.maximum(hit, scarcity), kind="stable")[:N_RESOURCES]
        return [
            CriticalResource(
                resource=resources.ids[r], name=resources.names[r], hit_musd=float(hit[r]),
                scarcity_musd=float(scarcity[r]), full_share=float(full[r]),
                full_calm=bool(calm[at["resource_full"]][r] > 0),
            )
            for r in order
            if max(hit[r], scarcity[r]) >= LEAST_MUSD
        ]  # fmt: skip


def _hit_by(world: World, disruption: Disruption) -> NDArray[np.bool_]:
    """Say which resources a disruption takes from: named ones, and those of links it shuts."""
    network = world.network
    links = network.links
    owner = np.repeat(np.arange(len(links.ids)), np.diff(links.resource_start))
    hit = np.zeros(len(network.resources.ids), np.bool_)
    for shock in disruption.shocks:
        if isinstance(shock, CloseLinks):
            shut = select_links(network, shock.selector())
            hit[links.resource_ix[shut[owner]]] = True
        elif isinstance(shock, ChangeLinks) and shock.quantity.startswith("capacity"):
            hit |= np.isin(network.resources.ids, shock.resources)
    return hit
