"""Company names, put together from word lists of each language. Pure.

A name is numbered: within a language, different numbers give different names until the words run out (a hundred
thousand or so), so a small demo has no two companies of one name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from prm.demo.places import Country

ROOTS = {
    "english": (
        "Alder Ash Beacon Birchwood Blackthorn Bluegate Bramble Bridgewell Brightwater Calder Cedarline Clearbrook Copperfield "
        "Crestline Driftwood Eastgate Elmhurst Fairhaven Fernhill Firstlight Foxglove Granite Greystone Harborview Hawthorn "
        "Hazelmere Highfield Hollybrook Ironbridge Juniper Kestrel Kingsway Lakeside Larkspur Longacre Maplecroft Marlowe "
        "Meridian Millbrook Moorland Northgate Oakfield Osprey Penrose Pinecrest Quarry Redwood Ridgeway Riverbend Rowan "
        "Saltmarsh Sandpiper Silverlake Skylark Southwell Stonebridge Summerfield Tamarack Thornbury Tidewater Trellis "
        "Vantage Westbrook Whitcombe Willowdale Windermere Wolfden Wrenfield Yarrow"
    ),
    "german": (
        "Adlerhorst Ahorn Altenburg Bachmann Bergquell Birkenau Brückner Donautal Eichenhof Elbufer Falkenstein Fichtel "
        "Grünwald Hafenblick Hainbuch Hansering Isartal Kastanien Kirchberg Kranich Lindenhof Mainblick Möwen Neckartal "
        "Nordlicht Quellhof Rheinblick Rosental Schönfeld Seeblick Silberwald Spreewald Steinbach Sternberg Südstern "
        "Talheim Waldkirch Weidenbach Weserland Winterberg"
    ),
    "french": (
        "Abeille Alizé Arbalète Aubépine Bellerive Bellevue Bocage Bruyère Capucine Cèdre Châtaigne Clairière Clochette "
        "Colibri Coquelicot Dordogne Écluse Églantine Épicéa Falaise Garrigue Genêt Hirondelle Jonquille Lavandière Lucarne "
        "Marronnier Mésange Mistral Montclair Noisetier Olivette Peuplier Pivoine Rivage Sarcelle Source Tilleul Vallon Verger"
    ),
    "dutch": (
        "Aardbei Amstelkade Bloesem Boterbloem Brugzicht Duinrand Eikenlaan Elzenhof Gouden Grachtzicht Havenkade Heidebloem "
        "Hoogland Ijsvogel Kievit Klaproos Korenaar Lindelaan Maaszicht Molenwiek Noordster Oosterdok Polder Reiger Rietveld "
        "Schelde Sluiswachter Spaarne Tulpenveld Veenzicht Vliet Waterlelie Wilgen Zeewind Zilvermeer Zuiderlicht"
    ),
    "spanish": (
        "Acacia Alameda Albatros Almendro Altavista Andina Arrayán Azahar Bahía Bosque Brisa Cantera Ceibo Colibrí Cordillera "
        "Costa Cóndor Encina Espiga Faro Girasol Horizonte Jacaranda Laguna Laurel Mirador Molino Monteverde Naranjo Nogal "
        "Olivar Pampa Puente Quetzal Roble Sierra Tajo Trébol Valle Vega"
    ),
    "italian": (
        "Abete Acero Airone Alba Ariete Betulla Borgo Brezza Campanile Castagno Ciliegio Cipresso Colle Corallo Delfino Falco "
        "Fonte Gelsomino Ginepro Lanterna Larice Lavanda Magnolia Melograno Mirto Monviso Nocciola Olmo Orizzonte Pineta "
        "Ponte Quercia Rondine Salice Sorgente Tiglio Torre Vigneto Zaffiro Zefiro"
    ),
    "nordic": (
        "Björk Blåklint Bokskog Dalgård Ekbacken Fjord Fyrtorn Granlund Hallon Havsörn Höjden Isbris Källa Klippan Korall "
        "Lindö Ljung Lövsta Måne Mossen Norrsken Nyhamn Ormbunke Polstjärna Rönnbär Sandvik Sjöbris Skärgård Solberg Storken "
        "Svala Tallås Tranan Utsikt Västervind Vinter Åkerö Älvstrand Ängen Österbro"
    ),
    "polish": (
        "Bałtyk Bławatek Bocian Brzozowa Bursztyn Dąbrowa Dolina Gawron Grabina Jantar Jarzębina Jastrząb Jesion Kalina "
        "Klonowa Kormoran Leszczyna Lipowa Magnolia Modrzew Narew Orzeł Podgórze Polana Rumianek Sokół Świerk Tatry Wierzba "
        "Wisła Wrzos Zielona Złota Żuraw"
    ),
    "portuguese": (
        "Acácia Andorinha Araucária Aroeira Aurora Beija-Flor Cajueiro Capivara Cedro Colina Estrela Farol Figueira Girassol "
        "Riacho Ipanema Ipê Jabuti Jacarandá Jatobá Laranjeira Maré Mata Atlântica Montanha Oliveira Pantanal Paineira "
        "Pitanga Ponte Nova Sabiá Serra Azul Tucano Vale Verde Vento Sul Videira"
    ),
    "japanese": (
        "青葉 朝霧 天川 石鎚 岩木 雲仙 大樹 沖波 春日野 風早 霧島 暁星 群青 光陽 桜川 早蕨 潮見 東雲 白樺 白鷺 瑞鳳 千鳥 "
        "蒼海 高嶺 橘 月岡 常磐 虹ヶ丘 花園 飛翔 双葉 北斗 三栄 緑風 若草 和泉"
    ),
    "indian": (
        "Aarav Akash Amrit Anant Arjuna Ashoka Banyan Chandan Deepak Devika Ganga Gulmohar Himgiri Indus Jal Kamal Kaveri "
        "Kesar Lotus Malabar Mayura Meghna Nilgiri Padma Peepal Prakash Rishi Sagar Sahyadri Saraswati Shanti Surya Tamra "
        "Tulsi Udaya Varuna Vindhya Yamuna"
    ),
}
TAILS = {
    "english": "Technologies Systems Solutions Networks Digital Consulting Partners Services Data Software IT Cloud Works",
    "german": "Systemhaus IT Datentechnik Netzwerke Software Informatik Digital Beratung Systeme Technik Lösungen",
    "french": "Informatique Conseil Réseaux Numérique Systèmes Services Solutions Technologies Données Ingénierie",
    "dutch": "Automatisering ICT Systemen Netwerken Digitaal Advies Diensten Techniek Software Oplossingen",
    "spanish": "Sistemas Soluciones Digital Redes Consultores Tecnología Servicios Datos Informática Integradores",
    "italian": "Sistemi Soluzioni Informatica Reti Digitale Consulenza Servizi Tecnologie Dati Software",
    "nordic": "System Data Teknik Konsult Digital Nät Lösningar IT Partner Tjänster",
    "polish": "Systemy Informatyka Sieci Cyfrowe Doradztwo Technologie Dane Usługi Oprogramowanie",
    "portuguese": "Sistemas Soluções Digital Redes Consultoria Tecnologia Serviços Dados Informática",
    "japanese": "システムズ 情報 テクノロジー ソリューションズ ネットワーク 電算 データ デジタル 技研",
    "indian": "Infotech Systems Solutions Technologies Networks Softech Consulting Digital Services Datacom",
}
MIDDLES: list[str] = (  # noqa: SIM905 - words read better than a list of them
    "Alpha Arc Astra Atlas Axis Base Bright Civic Core Delta East Edge Field Five Gamma Global Grand Hub Inter Key Link "
    "Luna Major Max Mono Neo Next Nine North Nova Omega One Open Orbit Path Peak Plus Point Prime Pro Pulse Quad Rapid "
    "Sigma Smart Sol South Star Terra Three True Twin Ultra Uni Urban Vector Vertex West Wide Zen Zone"
).split()
TRADES = {
    "automotive": "Motors Automotive Drivetrain Mobility Fleet",
    "consumer_electronics": "Electronics Devices Audio Displays",
    "energy": "Energy Power Renewables Grid Utilities",
    "financial_services": "Bank Insurance Capital Finance Credit",
    "food_beverage": "Foods Beverages Bakery Dairy Catering",
    "government": "Authority Council Agency",
    "healthcare": "Clinics Health Hospitals Care",
    "information_technology": "Software Digital Hosting Data",
    "manufacturing": "Industries Manufacturing Machinery Tools Plastics",
    "pharmaceutical": "Pharma Biotech Laboratories Therapeutics",
    "retail": "Stores Retail Markets Fashion Outfitters",
    "telecommunications": "Telecom Mobile Broadband Communications",
}
OFFICES = (
    "City of {city}",
    "{city} Water Board",
    "{city} Transport Authority",
    "{city} University Hospitals",
    "{city} School District",
    "{city} Port Authority",
    "{city} Police Service",
    "{city} Library Service",
)

_ROOTS = {language: words.split() for language, words in ROOTS.items()}
_TAILS = {language: words.split() for language, words in TAILS.items()}
_TRADES = {trade: words.split() for trade, words in TRADES.items()}


@dataclass(slots=True)
class Namer:
    """Gives out names one after the other. `offset` is chance; two namers of one offset give the same names."""

    offset: int
    _given: Counter[str] = field(default_factory=Counter)

    def partner(self, country: Country, trade: str, form: int) -> str:
        """The next name of a channel company; `trade` "" is information technology; `form` picks a legal form."""
        return self._name(country, _TRADES[trade] if trade else _TAILS[country.language], f"partner {trade}", form)

    def customer(self, country: Country, city: str, trade: str, form: int) -> str:
        """The next name of a company of a trade (a value of `verticals`); public bodies are named for their city."""
        if trade == "government":
            number = self._next(f"{country.name}/{city}")
            place = city if country.language != "japanese" else f"{city}市"
            name = OFFICES[number % len(OFFICES)].format(city=place)
            return name if number < len(OFFICES) else f"{name}, district {number // len(OFFICES) + 1}"
        return self._name(country, _TRADES[trade], trade, form)

    def _next(self, key: str) -> int:
        self._given[key] += 1
        return self._given[key] - 1

    def _name(self, country: Country, tails: list[str], trade: str, form: int) -> str:
        roots = _ROOTS[country.language]
        pairs = len(roots) * len(tails)
        number = self._next(f"{country.language}/{trade}")
        # Steps through every pair once, in an order that looks like chance: the step shares no factor with the count.
        place = (number * _coprime(pairs) + self.offset) % pairs
        root, tail = roots[place % len(roots)], tails[place // len(roots)]
        again = number // pairs
        middle = "" if again == 0 else MIDDLES[(again - 1) % len(MIDDLES)]
        legal = country.forms[form % len(country.forms)]
        if country.language == "japanese":
            return f"{legal}{root}{middle}{tail}"
        return " ".join(word for word in (root, middle, tail, legal) if word)


def _coprime(count: int) -> int:
    """A step near the golden section of `count` that shares no factor with it."""
    step = max(1, int(count * 0.618))
    while _shares_factor(step, count):
        step += 1
    return step


def _shares_factor(a: int, b: int) -> bool:
    while b:
        a, b = b, a % b
    return a > 1
