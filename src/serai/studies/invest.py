"""Investment: which projects, in which order, at what cost for each tonne and box they bring."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from serai.domain.invest import (
    Aim,
    Alternative,
    Appraisal,
    Gain,
    InvestResult,
    Pair,
    Programme,
    ProjectRow,
    Step,
    SupplyPoint,
    YearRow,
)
from serai.domain.results import Amounts, Band, RunCertificate
from serai.domain.world import World
from serai.errors import ScenarioError, state_fault
from serai.model.apply import draw_world
from serai.run import describe, worst
from serai.studies.appraise import (
    FIRST_YEAR,
    LAST_YEAR,
    Works,
    annuity,
    discounts,
    flows_of,
    ratio_of,
)
from serai.studies.cases import BASE_YEAR, case_scenario
from serai.studies.draws import band_of, deviates
from serai.studies.invest_search import NOTHING, Ledger, Search, value_of
from serai.studies.sets import Built, Chosen, Measures, SetTask, SetWork, find_candidates
from serai.studies.shares import Key, Progress, settle_cases
from serai.studies.spread import Pool
from serai.units import USD_PER_MUSD

__all__ = ["Budgeted", "invest"]

N_PAIRED: Final = 8
"""Projects of the order, the first ones, that are solved two by two."""

NEAR: Final = 0.05
"""[-] Sets whose value is less than this share below the best are alternatives."""

N_ALTERNATIVES: Final = 12

N_DRAWN: Final = 3
"""Numbers of the appraisal that are drawn: discount rate, upkeep, years of spending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgeted:
    """What is asked."""

    candidates: tuple[str, ...]
    aim: Aim = "net"
    budget_musd: float | None = None
    measures: Measures = "all"
    draws: int = 0
    seed: int = 1

    @classmethod
    def of(
        cls, world: World, *, named: Sequence[str] = (), budget_musd: float | None = None,
        **rest: Any,  # noqa: ANN401 - the other fields
    ) -> Budgeted:  # fmt: skip
        """
        Return a question that can be answered.

        Parameters
        ----------
        world
            The tables.
        named
            Projects to choose from; all that serve the corridor and are not built, if left out.
        budget_musd
            [million USD] Capital there is; no limit if left out.
        **rest
            The other fields.

        Raises
        ------
        ScenarioError
            A project is not known or built today, or the budget is not above zero.
        """
        faults = []
        candidates: tuple[str, ...] = ()
        try:
            candidates = find_candidates(world, named)
        except ScenarioError as fault:
            faults.append(str(fault))
        if budget_musd is not None and not budget_musd > 0:
            faults.append(state_fault("--budget", f"{budget_musd:g}", "million USD, above zero",
                                      "leave it out for no limit"))  # fmt: skip
        if faults:
            raise ScenarioError("\n".join(faults))
        return cls(candidates=candidates, budget_musd=budget_musd, **rest)


def invest(
    world: World,
    question: Budgeted,
    appraisal: Appraisal,
    *,
    workers: int = 2,
    progress: Progress | None = None,
) -> InvestResult:
    """
    Return the best projects, their order, and what each adds.

    Parameters
    ----------
    world
        The tables with their ranges.
    question
        Projects, aim, budget.
    appraisal
        How money of different years is compared.
    workers
        [-], >= 1. Processes; any number gives the same result.
    progress
        Told how far the work is.

    Returns
    -------
    result
        With a bound that no set exceeds.

    References
    ----------
    hooker2003; williams1976.
    """
    began = time.perf_counter()
    tell = progress or (lambda _stage, _done, _total: None)
    keys: tuple[Key, ...] = tuple(itertools.product(("today", "full"), ("open", "closed")))
    routes, runs = settle_cases(world, tell, keys=keys)
    start = {key: run.end for key, run in runs.items()}
    work = SetWork(world=world, routes=routes, start=start, measures=question.measures)
    works = _works(world, question.candidates, appraisal)
    with Pool(work, workers) as pool:
        study = _Study(
            world=world, question=question, appraisal=appraisal, works=works, tell=tell,
            ledger=Ledger(
                pool=pool, tell=tell, aim=question.aim, budget_musd=question.budget_musd,
                capex_musd={p: one.capex_musd for p, one in works.items()},
                annual_cost_musd={
                    p: _annual(one, appraisal.discount_rate) for p, one in works.items()
                },
            ),
            certificates=[run.certificate for run in runs.values()],
        )  # fmt: skip
        return study.run(began, len(routes.mark))


def _works(world: World, candidates: Sequence[str], appraisal: Appraisal) -> dict[str, Works]:
    projects = world.projects
    out = {}
    for p in candidates:
        at = projects.ids.index(p)
        capex = float(projects.capex_musd.value[at])
        out[p] = Works(
            project=p, capex_musd=capex, open_year=int(projects.open_year[at]),
            lifetime_yr=float(projects.lifetime_yr[at]),
            upkeep_musd=capex * appraisal.upkeep_share,
        )  # fmt: skip
    return out


def _annual(works: Works, rate: float) -> float:
    return works.capex_musd * annuity(rate, works.lifetime_yr) + works.upkeep_musd


@dataclass(frozen=True, kw_only=True, eq=False)
class _Study:
    """The study, step by step."""

    world: World
    question: Budgeted
    appraisal: Appraisal
    works: Mapping[str, Works]
    ledger: Ledger
    tell: Progress
    certificates: list[RunCertificate]
    """Of all runs but those in the ledger."""

    def run(self, began: float, n_routes: int) -> InvestResult:
        """Return the result of a study that began at a time, on so many routes."""
        ledger, question = self.ledger, self.question
        order, bound = Search(ledger=ledger, projects=question.candidates).run()
        best = ledger.ranked()[0]
        pairs = self._pairs(order)
        years, growth = self._years(best)
        drawn = self._draws(best)
        value = ledger.value(best)
        certificate = worst(
            [*self.certificates, *(built.certificate for built in ledger.found.values())]
        )
        return InvestResult(
            aim=question.aim, budget_musd=question.budget_musd, measures=question.measures,
            best=self._programme(best, years, drawn), value=value, bound=bound,
            relative_gap=max(bound - value, 0.0) / max(abs(value), 1e-12),
            is_exact=len(ledger.found) >= 2 ** len(question.candidates),
            n_sets=len(ledger.found), order=self._steps(order, growth),
            projects=self._projects(best, drawn), supply_teu=self._supply("teu"),
            supply_t=self._supply("t"), pairs=pairs, alternatives=self._alternatives(best),
            n_draws=question.draws, grown_year=self.grown_year,
            discount_rate=self.appraisal.discount_rate, last_year=LAST_YEAR,
            certificate=certificate,
            record=describe(
                self.world, case_scenario("full", "open"), seed=question.seed,
                gap=certificate.relative_gap, n_routes=n_routes,
                seconds=time.perf_counter() - began,
            ),
        )  # fmt: skip

    @property
    def grown_year(self) -> int:
        """Return the last year with both demand and prices: the base year, if there is none."""
        years = set(self.world.flows.year.tolist()) & set(self.world.year_inputs.years)
        return int(max(years | {BASE_YEAR}))

    # -------------------------------------------------------------------------- what is added

    def _gain(self, after: Chosen, before: Chosen) -> Gain:
        new, old = self.ledger.found[after], self.ledger.found[before]
        now, then = new.open.welfare, old.open.welfare
        return Gain(
            benefit_musd=now.net_musd - then.net_musd,
            shippers_musd=then.felt_musd - now.felt_musd,
            rents_musd=now.rent_musd - then.rent_musd,
            subsidies_musd=now.subsidy_musd - then.subsidy_musd,
            paid_musd=now.paid_musd - then.paid_musd,
            benefit_closed_musd=new.closed.welfare.net_musd - old.closed.welfare.net_musd,
            forced_share=new.closed.share - old.closed.share,
            voluntary_share=new.open.share - old.open.share,
            middle=_difference(new.open.middle, old.open.middle),
            middle_closed=_difference(new.closed.middle, old.closed.middle),
        )

    def _steps(self, order: Sequence[str], growth: np.ndarray) -> list[Step]:
        steps, built = [], NOTHING
        for p in order:
            gain = self._gain(built | {p}, built)
            built |= {p}
            cost = self.ledger.annual_cost_musd[p]
            benefit = {
                year: gain.benefit_musd * float(g) * (self.works[p].open_year <= year)
                for year, g in zip(_YEARS, growth, strict=True)
            }
            npv, ratio, _, _ = self._appraise([self.works[p]], benefit)
            steps.append(
                Step(
                    project=p, capex_musd=self.ledger.capital(built), gain=gain,
                    annual_cost_musd=cost, npv_musd=npv, benefit_cost_ratio=ratio,
                    usd_teu=_unit_cost(cost, gain.middle_closed.teu),
                    usd_t=_unit_cost(cost, gain.middle.t),
                )
            )  # fmt: skip
        return steps

    def _pairs(self, order: Sequence[str]) -> list[Pair]:
        """Solve the first projects of the order two by two."""
        ledger = self.ledger
        two = list(itertools.combinations(order[:N_PAIRED], 2))
        ledger.add("pairs", (frozenset(pair) for pair in two))
        return [
            Pair(
                first=a, second=b,
                together_musd=ledger.benefit(frozenset({a, b}))
                - ledger.benefit(frozenset({a})) - ledger.benefit(frozenset({b})),
            )
            for a, b in two
        ]  # fmt: skip

    def _projects(self, best: Chosen, drawn: Sequence[_AtDraw]) -> list[ProjectRow]:
        rows = []
        for p in self.question.candidates:
            works = self.works[p]
            capex = self.world.projects.capex_musd
            at = self.world.projects.ids.index(p)
            ends = float(capex.low[at]), float(capex.high[at])
            others = best - {p}
            has_toggle = others in self.ledger.found and others | {p} in self.ledger.found
            rows.append(
                ProjectRow(
                    project=p, name=self.world.projects.names[at],
                    capex_musd=Band(value=works.capex_musd, low=ends[0], high=ends[1],
                                    central=works.capex_musd),
                    open_year=works.open_year,
                    annual_cost_musd=self.ledger.annual_cost_musd[p],
                    alone=self._gain(frozenset({p}), NOTHING),
                    at_best=self._gain(others | {p}, others) if has_toggle else None,
                    is_best=p in best,
                    in_draws=(
                        sum(p in one.best for one in drawn) / len(drawn) if drawn else None
                    ),
                )
            )  # fmt: skip
        return rows

    def _alternatives(self, best: Chosen) -> list[Alternative]:
        return [
            Alternative(
                projects=sorted(one), value=self.ledger.value(one),
                capex_musd=self.ledger.capital(one),
                added=sorted(one - best), dropped=sorted(best - one),
            )
            for one in self._near(best)[1:]
        ]  # fmt: skip

    def _near(self, best: Chosen) -> list[Chosen]:
        ledger = self.ledger
        least = ledger.value(best) - NEAR * abs(ledger.value(best))
        near = [one for one in ledger.ranked() if ledger.value(one) >= least]
        return near[:N_ALTERNATIVES]

    def _supply(self, unit: str) -> list[SupplyPoint]:
        """Return the sets on the lower hull of annual cost over what the corridor gains."""
        ledger, found = self.ledger, self.ledger.found

        def amount(one: Chosen) -> float:
            if unit == "teu":
                return found[one].closed.middle.teu - found[NOTHING].closed.middle.teu
            return found[one].open.middle.t - found[NOTHING].open.middle.t

        sets = sorted(
            filter(ledger.is_affordable, found), key=lambda s: (ledger.cost(s), -amount(s))
        )
        points: list[SupplyPoint] = []
        last = NOTHING
        while True:
            rest = [one for one in sets if amount(one) > amount(last) + 1.0]
            if not rest:
                return points
            slope = [
                (ledger.cost(s) - ledger.cost(last)) * USD_PER_MUSD / (amount(s) - amount(last))
                for s in rest
            ]
            at = int(np.argmin(slope))
            points.append(
                SupplyPoint(
                    amount=amount(rest[at]), annual_cost_musd=ledger.cost(rest[at]),
                    capex_musd=ledger.capital(rest[at]), marginal_usd=slope[at],
                    added=sorted(rest[at] - last), dropped=sorted(last - rest[at]),
                )
            )  # fmt: skip
            last = rest[at]

    # -------------------------------------------------------------------------- years

    def _years(self, best: Chosen) -> tuple[dict[int, float], np.ndarray]:
        """
        Return the best set's benefit by year, and how benefits grow.

        What is open in a year is solved at the demand of the base year and of the last year that
        the tables know; years between are on the line between them, later ones stay.
        """
        last = self.grown_year
        opened = {
            year: frozenset(p for p in best if self.works[p].open_year <= year) for year in _YEARS
        }
        sets = tuple(dict.fromkeys([NOTHING, best, *opened.values()]))
        self.ledger.add("years", sets)
        tasks = [SetTask(sets=(one,), year=last) for one in sets]
        done = self.ledger.pool.do(tasks, tell=self.tell, stage=f"demand of {last}")
        grown = dict(zip(sets, (built for (built,) in done), strict=True))
        self.certificates.extend(built.certificate for built in grown.values())
        late = {s: grown[s].open.welfare.net_musd - grown[NOTHING].open.welfare.net_musd
                for s in sets}  # fmt: skip
        early = {s: self.ledger.benefit(s) for s in sets}
        along = np.clip((np.array(_YEARS) - BASE_YEAR) / max(last - BASE_YEAR, 1), 0.0, 1.0)
        benefit = {
            year: float(early[opened[year]] * (1 - part) + late[opened[year]] * part)
            for year, part in zip(_YEARS, along, strict=True)
        }
        ratio = late[best] / early[best] if best and early[best] > 0 else 1.0
        return benefit, 1.0 + (ratio - 1.0) * along

    def _appraise(
        self, works: Sequence[Works], benefit: Mapping[int, float]
    ) -> tuple[float, float | None, list[YearRow], float]:
        rows, residual = flows_of(works, benefit, spend_years=self.appraisal.spend_years)
        npv, ratio = ratio_of(rows, residual, self.appraisal.discount_rate)
        return npv, ratio, rows, residual

    def _programme(
        self, best: Chosen, years: Mapping[int, float], drawn: Sequence[_AtDraw]
    ) -> Programme:
        npv, ratio, rows, residual = self._appraise([self.works[p] for p in sorted(best)], years)
        rate = self.appraisal.discount_rate
        net = self.ledger.benefit(best) - self.ledger.cost(best)
        return Programme(
            projects=sorted(best), capex_musd=self.ledger.capital(best),
            annual_cost_musd=self.ledger.cost(best), gain=self._gain(best, NOTHING),
            net_musd=band_of([one.net_musd for one in drawn], net),
            npv_musd=npv, benefit_cost_ratio=ratio,
            residual_musd=residual * float(discounts(rate)[-1]) / (1 + rate), years=rows,
        )  # fmt: skip

    # -------------------------------------------------------------------------- draws

    def _draws(self, best: Chosen) -> list[_AtDraw]:
        """Solve the best sets anew at draws of all ranged inputs, capital and interest too."""
        if not self.question.draws:
            return []
        near = self._near(best)
        ranked = self.ledger.ranked()[:N_ALTERNATIVES]
        sets = tuple(dict.fromkeys([NOTHING, *near, *ranked]))[: N_ALTERNATIVES + 1]
        z = deviates(self.question.draws, self.world.n_dimensions + N_DRAWN, self.question.seed)
        tasks = [SetTask(sets=sets, z=row[: self.world.n_dimensions]) for row in z]
        done = self.ledger.pool.do(tasks, tell=self.tell, stage="draws")
        return [
            self._at_draw(row, dict(zip(sets, built, strict=True)), best)
            for row, built in zip(z, done, strict=True)
        ]

    def _at_draw(self, z: np.ndarray, found: Mapping[Chosen, Built], best: Chosen) -> _AtDraw:
        self.certificates.extend(built.certificate for built in found.values())
        world = draw_world(self.world, z[: self.world.n_dimensions])
        then = replace(
            self.appraisal, table=self.appraisal.table.drawn(np.append(z[-N_DRAWN:], 0.0))
        )
        capex: dict[str, float] = dict(
            zip(world.projects.ids, world.projects.capex_musd.value.tolist(), strict=True)
        )
        annual = {
            p: capex[p] * (annuity(then.discount_rate, one.lifetime_yr) + then.upkeep_share)
            for p, one in self.works.items()
        }

        def cost(chosen: Chosen) -> float:
            return float(sum(annual[p] for p in sorted(chosen)))

        net = {s: value_of("net", found[s], found[NOTHING], cost(s)) for s in found}
        value = {s: value_of(self.question.aim, found[s], found[NOTHING], cost(s)) for s in found}
        top = max(found, key=lambda s: (value[s], -cost(s), sorted(s)))
        return _AtDraw(best=top, net_musd=net[best])


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtDraw:
    """One draw."""

    best: Chosen
    """Of the sets solved at it."""
    net_musd: float
    """Of the set that is best at the tables' values."""


_YEARS: Final = tuple(range(FIRST_YEAR, LAST_YEAR + 1))


def _difference(after: Amounts, before: Amounts) -> Amounts:
    return Amounts(teu=after.teu - before.teu, t=after.t - before.t)


def _unit_cost(annual_cost_musd: float, amount: float) -> float | None:
    return annual_cost_musd * USD_PER_MUSD / amount if amount >= 1.0 else None
