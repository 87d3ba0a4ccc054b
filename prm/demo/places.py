"""Where the demo's companies are: real countries and cities, by sales region. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """A country, the language its companies are named in, and the legal forms they take."""

    name: str
    region: str
    language: str
    weight: float
    cities: tuple[str, ...]
    forms: tuple[str, ...]


def _country(name: str, region: str, language: str, weight: float, cities: str, forms: str) -> Country:
    return Country(name, region, language, weight, tuple(cities.split("|")), tuple(forms.split("|")))


COUNTRIES: tuple[Country, ...] = (
    _country(
        "Germany",
        "EMEA",
        "german",
        9,
        "Berlin|Hamburg|München|Köln|Frankfurt am Main|Stuttgart|Leipzig|Nürnberg|Düsseldorf|Dresden",
        "GmbH|GmbH|GmbH|AG|GmbH & Co. KG",
    ),
    _country("Austria", "EMEA", "german", 2, "Wien|Graz|Linz|Salzburg|Innsbruck", "GmbH|GmbH|AG"),
    _country("Switzerland", "EMEA", "german", 2, "Zürich|Basel|Bern|Luzern|Winterthur", "AG|AG|GmbH"),
    _country(
        "France",
        "EMEA",
        "french",
        7,
        "Paris|Lyon|Marseille|Toulouse|Nantes|Lille|Bordeaux|Strasbourg|Rennes",
        "S.A.S.|S.A.S.|S.A.R.L.|S.A.",
    ),
    _country(
        "United Kingdom",
        "EMEA",
        "english",
        8,
        "London|Manchester|Birmingham|Leeds|Bristol|Edinburgh|Glasgow|Cardiff|Belfast",
        "Ltd|Ltd|Ltd|plc|LLP",
    ),
    _country("Ireland", "EMEA", "english", 1, "Dublin|Cork|Galway|Limerick", "Ltd|DAC"),
    _country(
        "Netherlands", "EMEA", "dutch", 4, "Amsterdam|Rotterdam|Utrecht|Eindhoven|Den Haag|Groningen", "B.V.|B.V.|N.V."
    ),
    _country(
        "Spain", "EMEA", "spanish", 4, "Madrid|Barcelona|Valencia|Sevilla|Bilbao|Málaga|Zaragoza", "S.L.|S.L.|S.A."
    ),
    _country("Italy", "EMEA", "italian", 4, "Milano|Roma|Torino|Bologna|Firenze|Napoli|Padova", "S.r.l.|S.r.l.|S.p.A."),
    _country("Sweden", "EMEA", "nordic", 3, "Stockholm|Göteborg|Malmö|Uppsala|Linköping", "AB"),
    _country("Denmark", "EMEA", "nordic", 2, "København|Aarhus|Odense|Aalborg", "A/S|ApS"),
    _country("Poland", "EMEA", "polish", 3, "Warszawa|Kraków|Wrocław|Poznań|Gdańsk|Łódź", "sp. z o.o.|sp. z o.o.|S.A."),
    _country("United Arab Emirates", "EMEA", "english", 1.5, "Dubai|Abu Dhabi|Sharjah", "LLC|FZ-LLC"),
    _country("South Africa", "EMEA", "english", 1.5, "Johannesburg|Cape Town|Durban|Pretoria", "(Pty) Ltd"),
    _country(
        "United States",
        "NA",
        "english",
        24,
        "New York|Chicago|Austin|Seattle|Denver|Boston|Atlanta|Dallas|San Diego|Columbus|Minneapolis|Portland|Phoenix|Raleigh",
        "Inc.|Inc.|LLC|LLC|Corp.",
    ),
    _country("Canada", "NA", "english", 5, "Toronto|Vancouver|Calgary|Ottawa|Winnipeg|Halifax", "Inc.|Ltd.|Corp."),
    _country("Canada", "NA", "french", 1.5, "Montréal|Québec|Laval|Gatineau", "inc.|ltée"),
    _country(
        "Brazil",
        "LATAM",
        "portuguese",
        5,
        "São Paulo|Rio de Janeiro|Belo Horizonte|Curitiba|Porto Alegre|Recife|Brasília",
        "Ltda.|Ltda.|S.A.",
    ),
    _country(
        "Mexico",
        "LATAM",
        "spanish",
        4,
        "Ciudad de México|Monterrey|Guadalajara|Puebla|Querétaro",
        "S.A. de C.V.|S. de R.L.",
    ),
    _country("Chile", "LATAM", "spanish", 2, "Santiago|Valparaíso|Concepción", "SpA|Ltda."),
    _country("Colombia", "LATAM", "spanish", 2, "Bogotá|Medellín|Cali|Barranquilla", "S.A.S."),
    _country("Argentina", "LATAM", "spanish", 2, "Buenos Aires|Córdoba|Rosario|Mendoza", "S.R.L.|S.A."),
    _country("Japan", "APAC", "japanese", 6, "東京|大阪|名古屋|福岡|札幌|仙台|横浜", "株式会社|株式会社|有限会社"),
    _country("Australia", "APAC", "english", 5, "Sydney|Melbourne|Brisbane|Perth|Adelaide|Canberra", "Pty Ltd"),
    _country("New Zealand", "APAC", "english", 1.5, "Auckland|Wellington|Christchurch", "Ltd"),
    _country(
        "India", "APAC", "indian", 6, "Mumbai|Bengaluru|Delhi|Hyderabad|Pune|Chennai|Kolkata", "Pvt. Ltd.|Pvt. Ltd.|LLP"
    ),
    _country("Singapore", "APAC", "english", 2, "Singapore", "Pte. Ltd."),
)
REGIONS = ("EMEA", "NA", "LATAM", "APAC")
REGION_OF = tuple(REGIONS.index(country.region) for country in COUNTRIES)
"""For each country, the position of its region in REGIONS."""
WEIGHTS = tuple(country.weight for country in COUNTRIES)
