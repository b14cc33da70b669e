"""Transit tariffs: who takes what, what a discount does, and what acting together brings."""

from __future__ import annotations

from serai.domain.results import Record, Result, RunCertificate

__all__ = ["BreakEven", "Charge", "Discount", "Found", "Regime", "Section", "Split", "TariffResult"]


class Section(Result):
    """What one operator takes of a box on the corridor, on the average trip."""

    name: str
    """Operator, or country."""
    country: str
    """ISO 3166 alpha-3, several joined by a stroke."""
    kind: str
    """Railway, port, border, ferry …"""
    usd_teu: float
    """[USD/TEU]"""
    hours: float
    """[h] Under way and handled; queues are not in it."""
    km: float
    """[km]."""


class BreakEven(Result):
    """The through rate at which boxes of a class would find corridor and rival alike."""

    class_id: str
    """Id of the class."""
    name: str
    """Name of the class."""
    rival: str
    """north or sea."""
    rate_usd_teu: float
    """[USD/TEU] Door to door by the corridor now, scarcity included."""
    rival_usd_teu: float
    """[USD/TEU] And by the rival."""
    break_even_usd_teu: float
    """[USD/TEU] The corridor's rate at which the average shipper feels no difference."""


class Charge(Result):
    """What a country takes above its costs of a box in transit."""

    country: str
    """ISO 3166 alpha-3."""
    routes: str
    """`middle`: on the Middle Corridor; `other`: on every other route."""
    usd_teu: float
    """[USD/TEU] On average where it differs by route."""
    teu: float
    """[TEU/yr] That pays it."""
    revenue_musd: float
    """[million USD per year]."""


class Regime(Result):
    """Who sets the charges together, and what comes of it."""

    name: str
    """present, each, together or discount."""
    charges: list[Charge]
    """By country and kind of routes."""
    revenue_musd: dict[str, float]
    """[million USD per year] By country, all its charges."""
    middle_teu: float
    """[TEU/yr] Of the market, on the corridor."""
    other_teu: float
    """[TEU/yr] Of the market, on other routes by land."""
    felt_musd: float
    """[million USD per year] What shippers of the market feel in all."""
    shippers_musd: float
    """[million USD per year] What shippers gain against the present; below zero they lose."""
    world_musd: float
    """[million USD per year] Revenue and shippers together, against the present."""


class Discount(Result):
    """The partners take a part off what they charge on the corridor."""

    discount: float
    """[-] Of the present tariff."""
    middle_teu: float
    """[TEU/yr] Of the market, on the corridor."""
    revenue_musd: dict[str, float]
    """[million USD per year] Above costs, by country."""
    shippers_musd: float
    """[million USD per year] What shippers gain against the present."""


class Split(Result):
    """A partner's part of what acting together brings."""

    country: str
    """ISO 3166 alpha-3."""
    each_musd: float
    """[million USD per year] When each charges for itself."""
    together_musd: float
    """[million USD per year] What its own charges bring when the partners act together."""
    shapley_musd: float
    """[million USD per year] Its Shapley value: its mean contribution over all orders."""
    transfer_musd: float
    """[million USD per year] What it is paid by the others, or pays if below zero."""


class Found(Result):
    """What was found of the equilibrium of each for itself."""

    n_starts: int
    """Starts of the game."""
    n_settled: int
    """Starts from which the charges came to rest."""
    spread: float
    """[-] Largest difference between what starts came to, as a share of the charge."""
    residual: float
    """[-] Largest way from a charge to its owner's best answer, as a share of the charge."""
    forgone: float
    """[-] Most that an owner could gain by moving one charge, as a share of its revenue."""
    at: str
    """Whose charge the residual is."""
    new_routes: float
    """[-] Part of the market's boxes on routes found at these charges and not known before."""
    n_routed: int
    """How often routes were looked for at the charges."""


class TariffResult(Result):
    """Tariffs, charges and what acting together brings."""

    scenario: str
    """Name of the scenario."""
    margin: float
    """[-] Of present transit tariffs, above costs: assumed."""
    partners: list[str]
    """Countries that charge on the corridor, and may act together."""
    market_teu: float
    """[TEU/yr] Boxes of shippers who could go by the corridor: all routes, sea included."""
    sections: list[Section]
    """From east to west."""
    break_even: list[BreakEven]
    """By class and rival."""
    discounts: list[Discount]
    """Equal discounts of all partners on the corridor."""
    regimes: list[Regime]
    """Present, each for itself, together, and the best equal discount."""
    best_discount: float
    """[-] Equal discount that brings the partners most together."""
    found: Found
    """How each for itself was found."""
    split: list[Split]
    """By partner."""
    is_acceptable: bool
    """Whether no partner gets less by its Shapley value than when each charges for itself."""
    is_in_core: bool
    """Whether no group of partners could bring itself more than its Shapley values."""
    seed: int
    """Of the starts."""
    certificate: RunCertificate
    """Of the run that the market is of."""
    record: Record
    """How the result came about."""
