"""Automotive: customers by need, dealers by size and place, partners by type. Pure."""

from partners.vocabulary import FieldType, Subject
from prm.catalogue.writing import (
    WORKING,
    by_criterion,
    by_need,
    by_type,
    course,
    customers,
    discount,
    field,
    needs,
    of_type,
    page,
    partners,
    play,
    words,
)
from segments.rules.writing import every, leaf, some

KEY = "automotive"

TEMPLATES = (
    by_need(
        KEY,
        name="Vehicle buyers by what they look for",
        about="Three buyers who should never get the same brochure: the one who wants the best, the one who wants the "
        "cleanest, and the one who counts the cost of every mile of a fleet.",
        choices=(words(Subject.CUSTOMER, "needs", "luxury", "sustainability", "fleet_purchasing"),),
        segments=(
            customers(
                "luxury-buyers",
                "Luxury buyers",
                needs("luxury"),
                about="Organisations that buy for representation: boards, hotels, chauffeur services. Comfort, finish and "
                "a personal contact decide; the price rarely does.",
                objective="A test drive with every one of them this year",
                kpi="Test drives that end in an order",
                target="one in three",
                needs="Personal service, early access to new models, discretion",
                offer="A named adviser, delivery to the door and a courtesy car of the same class",
                support="Personal",
            ),
            customers(
                "eco-conscious-buyers",
                "Eco-conscious buyers",
                needs("sustainability"),
                about="They report their emissions and want every new car to lower them. Charging, range and residual "
                "value are what they ask about first.",
                objective="Half of their new orders electric within two years",
                kpi="Share of electric vehicles in orders",
                target="50 %",
                needs="Proof of lower emissions, charging at the site, funding advice",
                offer="Vehicle, charging point and green electricity from one hand",
                support="Advisory",
            ),
            customers(
                "fleet-purchasers",
                "Fleet purchasers",
                every(
                    needs("fleet_purchasing"),
                    some(leaf("employees", ">=", 50), leaf("annual_revenue", ">=", 5_000_000)),
                ),
                about="Buyers of many vehicles at once, large enough for a framework agreement. They compare the total cost "
                "over four years, and downtime costs them more than paint.",
                objective="A framework agreement with a fifth of them",
                kpi="Vehicles per framework agreement",
                target="20",
                needs="Total cost of ownership, service near every depot, one invoice",
                offer="Framework prices, service guaranteed within a day, a fleet portal",
                support="Key account",
            ),
        ),
        programs=(
            play(
                "fleet-first-meeting",
                "The first meeting with a fleet manager",
                "Bring the cost of a mile, not the catalogue: an agenda of forty minutes.",
                customers="fleet-purchasers",
            ),
        ),
    ),
    by_criterion(
        KEY,
        name="Dealers by size and place",
        about="A flagship in the capital and a family business at the edge of a village sell the same cars in different "
        "ways. The first needs reach, the second needs skills and its neighbours.",
        choices=(words(Subject.PARTNER, "partner_type", "dealer"),),
        fields=(
            field(
                Subject.PARTNER,
                "catchment",
                "Catchment",
                FieldType.CHOICE,
                "The area from which most buyers come",
                "metropolitan",
                "suburban",
                "rural",
            ),
        ),
        segments=(
            partners(
                "large-metropolitan-dealers",
                "Large metropolitan dealers",
                every(
                    leaf("partner_type", "=", "dealer"),
                    leaf("employees", ">=", 50),
                    leaf("catchment", "=", "metropolitan"),
                    WORKING,
                ),
                about="Dealers in large cities with fifty people or more: several sites, their own marketing team, buyers "
                "who compare online before they walk in.",
                objective="Ten per cent more orders from online leads",
                kpi="Orders from online leads",
                target="+10 %",
                needs="Leads, events, and exclusive models to show",
                offer="Campaigns ready to run and promotions nobody else in town has",
                support="Regional marketing manager",
            ),
            partners(
                "small-rural-dealers",
                "Small rural dealers",
                every(
                    leaf("partner_type", "=", "dealer"),
                    leaf("employees", "<", 50),
                    leaf("catchment", "=", "rural"),
                    WORKING,
                ),
                about="Family dealers in the country. Everybody knows them, the workshop earns the money, and new "
                "technology arrives faster than new staff.",
                objective="Every one of them able to service electric vehicles",
                kpi="Dealers with the high-voltage course passed",
                target="100 %",
                needs="Skills for new technology, reasons to meet the neighbours",
                offer="Short courses that fit between two jobs, and a community programme that brings people in",
                support="Field trainer",
            ),
        ),
        programs=(
            page(
                "metropolitan-marketing-pack",
                "Advanced marketing for city dealers",
                "Audiences, landing pages and an event calendar for a quarter, ready to run.",
                to="large-metropolitan-dealers",
            ),
            discount(
                "metropolitan-exclusive-promotion",
                "Exclusive city promotion",
                "3 % off list price on demonstration cars that stay in town.",
                "3",
                "For demonstration vehicles registered to the dealer for at least three months. One per sales adviser and "
                "quarter; not together with other promotions.",
                to="large-metropolitan-dealers",
            ),
            course(
                "rural-high-voltage",
                "Working safely on electric vehicles",
                "What every small workshop needs before the first electric car rolls in.",
                to="small-rural-dealers",
                minutes=75,
            ),
            page(
                "rural-community-programme",
                "The community programme",
                "Four occasions a year to open the gate: what to do, what we pay for, and what to say.",
                to="small-rural-dealers",
            ),
        ),
    ),
    by_type(
        KEY,
        name="Automotive partners by type",
        about="Manufacturers, suppliers and dealers need different contracts, contacts and material.",
        values=("oem", "supplier", "dealer"),
        types=(
            of_type(
                "automotive-oems",
                "Original equipment manufacturers",
                ("oem",),
                about="Manufacturers who build our parts into their own vehicles. Few, large, planned years ahead.",
                objective="A road map shared with each of them",
                support="Engineering contact",
            ),
            of_type(
                "automotive-suppliers",
                "Suppliers",
                ("supplier",),
                about="They make what goes into the car, just in time and to the tenth of a millimetre.",
                objective="Delivered on the hour, 98 times of 100",
                support="Supply desk",
            ),
            of_type(
                "automotive-dealers",
                "Dealers",
                ("dealer",),
                about="They sell to and look after those who drive. The face of the brand.",
                objective="Nine of ten buyers would recommend them",
                support="Area manager",
            ),
        ),
    ),
)
