"""Energy: customers by premises, source and place, partners by kind of supply, partners by type. Pure."""

from partners.vocabulary import FieldType, Subject
from prm.catalogue.shapes import WantedSet
from prm.catalogue.writing import (
    WORKING,
    by_criterion,
    by_need,
    by_type,
    course,
    customers,
    discount,
    field,
    page,
    partners,
    play,
    skilled,
    words,
)
from segments.rules.writing import every, leaf, some

KEY = "energy"
PLACES = (("emea", "EMEA", "Europe, the Middle East and Africa"), ("na", "NA", "North America"))

TEMPLATES = (
    by_need(
        KEY,
        name="Energy customers by premises, source and place",
        about="A housing association, a factory and a farm with a solar roof have different bills, and rules differ from "
        "place to place.",
        choices=(words(Subject.CUSTOMER, "needs", "sustainability", "cost_reduction"),),
        fields=(
            field(
                Subject.CUSTOMER,
                "premises",
                "Premises",
                FieldType.CHOICE,
                "What the energy is used in",
                "residential",
                "commercial",
                "industrial",
            ),
            field(
                Subject.CUSTOMER,
                "energy_sources",
                "Energy sources",
                FieldType.MULTI_CHOICE,
                "What supplies the site today",
                "grid",
                "solar",
                "wind",
                "heat_pump",
                "gas",
            ),
        ),
        segments=(
            customers(
                "residential-energy-users",
                "Residential",
                leaf("premises", "=", "residential"),
                about="Housing associations, landlords and homes. Decided by many people in small steps; the bill and the "
                "cold bedroom count.",
                objective="A quarter of the buildings with a storage system",
                kpi="Buildings with storage",
                target="25 %",
                needs="A bill that stays the same, funding, an installer they can trust",
                offer="Roof, storage and funding application in one visit",
                support="Installer nearby",
            ),
            customers(
                "commercial-energy-users",
                "Commercial and industrial",
                leaf("premises", "in", ["commercial", "industrial"]),
                about="Shops, offices and plants that pay for peaks. They plan in years and need figures for their board.",
                objective="Peak load a tenth lower at each managed site",
                kpi="Peak load",
                target="-10 %",
                needs="Lower peaks, certainty about the price, reports",
                offer="Metering, storage and a savings report every month",
                support="Energy manager",
            ),
            customers(
                "renewable-energy-users",
                "Users of renewable energy",
                leaf("energy_sources", "containsAny", ["solar", "wind", "heat_pump"]),
                about="They make a part of what they use. Next they want to store it, share it or sell it.",
                objective="Storage sold to a third of them",
                kpi="Share with storage",
                target="33 %",
                needs="More of their own power, less paperwork",
                offer="Storage, control and selling what is left over",
                support="Technical hotline",
            ),
            *(
                customers(
                    f"energy-customers-{slug}",
                    f"Energy customers in {region}",
                    leaf("region", "=", region),
                    about=f"Everybody in {place}: tariffs, subsidies and building rules are local.",
                    objective="Every offer in line with the local subsidies",
                    support="Regional desk",
                )
                for slug, region, place in PLACES
            ),
            customers(
                "energy-customers-elsewhere",
                "Energy customers elsewhere",
                leaf("region", "in", ["APAC", "LATAM"]),
                about="Asia Pacific and Latin America: sun is plenty, grids are young, partners do most of the advice.",
                objective="A partner within reach of every customer",
                support="Partner desk",
            ),
        ),
        sets=(
            WantedSet(
                "energy-customers-by-place",
                "Energy customers by place",
                Subject.CUSTOMER,
                True,
                ("energy-customers-emea", "energy-customers-na", "energy-customers-elsewhere"),
                about="Each customer is in one place.",
            ),
        ),
        programs=(
            play(
                "storage-for-solar-roofs",
                "Storage for those with a roof full of sun",
                "From the yearly bill to a sized battery in one conversation.",
                customers="renewable-energy-users",
            ),
        ),
    ),
    by_criterion(
        KEY,
        name="Energy partners by kind of supply",
        about="Those who build the new supply need help with rules and money; those who run the old one need to save.",
        choices=(
            words(
                Subject.PARTNER,
                "specialisations",
                "renewables",
                "storage",
                "efficiency",
                "traditional_supply",
                "metering",
            ),
        ),
        segments=(
            partners(
                "renewable-energy-partners",
                "Renewable energy partners",
                every(skilled("renewables", "storage"), WORKING),
                about="Installers and developers of sun, wind and storage. The work waits for permits and loans more often "
                "than for material.",
                objective="From first visit to switched on in 60 days",
                kpi="Days from contract to grid connection",
                target="60",
                needs="Permits, connection to the grid, financing for their customers",
                offer="Help with regulations, and green finance agreed with banks",
                support="Permit desk",
            ),
            partners(
                "traditional-energy-partners",
                "Traditional energy partners",
                every(
                    skilled("traditional_supply"), some(skilled("efficiency", "metering"), leaf("employees", ">=", 20))
                ),
                about="Suppliers of grid power and gas, and those who keep it running. Margins shrink, customers ask for "
                "savings.",
                objective="A savings contract with a fifth of their customers",
                kpi="Customers with a savings contract",
                target="20 %",
                needs="Technology that lowers losses and cost",
                offer="Efficiency projects that pay for themselves, at a partner's price",
                support="Engineer on call",
            ),
        ),
        programs=(
            page(
                "permit-guide",
                "Through permits and connection without losing a season",
                "What to hand in, to whom, in what order, with the letters ready to sign.",
                to="renewable-energy-partners",
            ),
            page(
                "green-finance-guide",
                "Green finance for your customers",
                "Loan, lease or power contract: which one fits whom, and what to bring to the bank.",
                to="renewable-energy-partners",
            ),
            course(
                "efficiency-audit",
                "The efficiency audit",
                "Find a tenth of the bill in a day on site.",
                to="traditional-energy-partners",
                minutes=90,
            ),
            discount(
                "efficiency-technology-price",
                "Efficiency technology at a partner's price",
                "6 % off controls and meters used in savings contracts.",
                "6",
                "For material listed under controls and metering, delivered to a site with a signed savings contract.",
                to="traditional-energy-partners",
            ),
        ),
    ),
    by_type(
        KEY,
        name="Energy partners by type",
        about="Who makes the new supply, who runs the old one, and whose technology both use.",
        values=("installer", "utility", "technology_partner", "distributor", "service_provider"),
        types=(
            partners(
                "technology-partners-in-energy",
                "Technology partners",
                leaf("partner_type", "=", "technology_partner"),
                about="Inverters, controls, software: others build on what they make.",
                objective="Two joint releases a year",
                support="Developer relations",
            ),
            partners(
                "renewable-providers",
                "Renewable providers",
                every(
                    leaf("partner_type", "in", ["installer", "service_provider", "utility"]),
                    skilled("renewables", "storage"),
                ),
                about="They bring renewable power to a site, whatever they call themselves.",
                objective="Ten more installations each",
                support="Project desk",
            ),
            partners(
                "traditional-suppliers",
                "Traditional suppliers",
                leaf("partner_type", "in", ["utility", "distributor"]),
                about="Utilities and distributors that do not offer renewables yet.",
                objective="A first renewable offer in a third of them",
                support="Account manager",
            ),
        ),
    ),
)
