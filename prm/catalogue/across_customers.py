"""Templates that fit every industry, by the customers: small and large, by trade, and partners by whom they serve. Pure."""

from partners.vocabulary import FieldType, Subject
from prm.catalogue.shapes import Template, View
from prm.catalogue.writing import (
    WORKING,
    customers,
    field,
    needs,
    page,
    partners,
    play,
)
from segments.rules.writing import every, leaf, members, share, some

TEMPLATES = (
    Template(
        "small-enterprise-government",
        "Small firms, enterprises, government",
        View.ACROSS,
        "Three ways to buy: the small firm that needs cloud, the enterprise that needs software of its own, and the "
        "authority that needs security.",
        (
            customers(
                "small-businesses-needing-cloud",
                "Small businesses that need cloud",
                every(
                    leaf("employees", "<", 100),
                    leaf("technologies", "containsNone", ["cloud"]),
                    needs("modernisation", "cost_reduction", "growth"),
                ),
                about="Fewer than a hundred people, nothing in the cloud yet, and a reason to change.",
                objective="A first cloud service for every fifth",
                needs="Simplicity, a fixed price",
                offer="Ready bundle",
                support="Partner nearby",
            ),
            customers(
                "enterprises-needing-software",
                "Enterprises that need software of their own",
                every(leaf("employees", ">=", 500), needs("custom_software", "modernisation")),
                about="Five hundred people and more, with processes no product fits.",
                objective="An integrator in each of them",
                needs="Engineers who understand the trade",
                offer="Joint teams with an integrator",
                support="Key account",
            ),
            customers(
                "government-with-security-needs",
                "Government with security needs",
                every(leaf("industry", "=", "government"), needs("security", "compliance")),
                about="Authorities that ask for security before anything else.",
                objective="On each framework contract",
                needs="Evidence, data residency",
                offer="Security review before the tender",
                support="Public-sector team",
            ),
        ),
    ),
    Template(
        "makers-by-trade",
        "Makers by trade",
        View.ACROSS,
        "Three kinds of manufacturers who buy the same thing for different reasons.",
        (
            customers(
                "just-in-time-automotive-suppliers",
                "Just-in-time automotive suppliers",
                every(leaf("industry", "=", "automotive"), leaf("supply_regime", "=", "just_in_time")),
                about="They deliver to the hour. A late part stops somebody else's line.",
                objective="No line stopped for want of our part",
                needs="Punctuality, stock nearby",
                offer="Stock at the fence",
                support="Supply desk",
            ),
            customers(
                "regulated-aerospace",
                "Regulated aerospace and defence",
                every(leaf("industry", "in", ["manufacturing", "government"]), leaf("supply_regime", "=", "certified")),
                about="Every part with its papers, for thirty years.",
                objective="Papers complete with each delivery",
                needs="Traceability",
                offer="Certificates with each part",
                support="Quality desk",
            ),
            customers(
                "cost-driven-consumer-goods",
                "Cost-driven consumer goods",
                every(
                    leaf("industry", "in", ["consumer_electronics", "food_beverage", "retail", "manufacturing"]),
                    needs("cost_reduction"),
                    leaf("supply_regime", "notIn", ["just_in_time", "certified"]),
                ),
                about="Large numbers, small margins: a cent a piece decides.",
                objective="Cost a piece lower every year",
                needs="Price, volume",
                offer="Yearly volume agreement",
                support="Order desk",
            ),
        ),
        fields=(
            field(
                Subject.CUSTOMER,
                "supply_regime",
                "Supply regime",
                FieldType.CHOICE,
                "What the customer's own customers demand of deliveries",
                "stock",
                "just_in_time",
                "certified",
            ),
        ),
    ),
    Template(
        "partners-by-their-customers",
        "Partners by the customers they serve",
        View.ACROSS,
        "What somebody sells to says more than what they say of themselves: these rules look at a partner's customers.",
        (
            customers(
                "small-business-customers",
                "Small businesses",
                leaf("employees", "<", 100),
                about="Customers with fewer than a hundred people.",
                objective="A ready bundle for each need",
                support="Partner nearby",
            ),
            customers(
                "large-factories",
                "Large factories",
                every(
                    leaf(
                        "industry", "in", ["manufacturing", "automotive", "food_beverage", "pharmaceutical", "energy"]
                    ),
                    leaf("employees", ">=", 250),
                ),
                about="Plants with two hundred and fifty people and more.",
                objective="A maintenance plan in each",
                support="Key account",
            ),
            partners(
                "small-business-resellers",
                "Resellers of small businesses",
                every(
                    leaf(share("customers", where=members("small-business-customers")), ">=", 0.9),
                    leaf("customers_count", ">=", 3),
                    WORKING,
                ),
                about="At least nine of ten of their customers are small businesses.",
                objective="Half of their orders by bundle",
                needs="Simple offers that need no project",
                offer="A product bundle made for small businesses",
                support="Partner line",
            ),
            partners(
                "factory-distributors",
                "Partners of large factories",
                every(
                    leaf(share("customers", where=members("large-factories")), ">=", 0.3),
                    leaf("customers_count", ">=", 3),
                    WORKING,
                ),
                about="Large factories are a third of their customers or more.",
                objective="A maintenance plan sold to every second",
                needs="Uptime they can promise",
                offer="Maintenance plans under their own name",
                support="Service manager",
            ),
            partners(
                "large-factories-only",
                "Distributors for large factories only",
                every(
                    leaf(share("customers", where=members("large-factories")), "=", 1),
                    some(leaf("partner_type", "=", "distributor"), leaf("employees", ">=", 10)),
                ),
                about="They serve large factories and nobody else.",
                objective="A maintenance plan with each of their customers",
                needs="Depth, parts, presence",
                offer="Maintenance plans with an engineer on site",
                support="Service manager",
            ),
        ),
        programs=(
            page(
                "small-business-product-bundle",
                "The bundle for small businesses",
                "One price, one page, set up in two days.",
                to="small-business-resellers",
            ),
            page(
                "maintenance-plan-kit",
                "Maintenance plans to resell",
                "Three plans, their price and what is in them.",
                to=("factory-distributors", "large-factories-only"),
            ),
            play(
                "factory-maintenance-play",
                "Selling maintenance to a plant manager",
                "Begin with the stops of last year.",
                customers="large-factories",
            ),
        ),
    ),
)
