"""Consumer electronics: buyers by what they want, partners by price range, partners by type. Pure."""

from partners.vocabulary import FieldType, Subject
from prm.catalogue.writing import (
    WORKING,
    by_criterion,
    by_need,
    by_type,
    course,
    customers,
    field,
    needs,
    of_type,
    page,
    partners,
    play,
    reward,
    skilled,
    words,
)
from segments.rules.writing import every, leaf, some

KEY = "consumer_electronics"

TEMPLATES = (
    by_need(
        KEY,
        name="Buyers of electronics by what they want",
        about="Some want the best, some want the cheapest that lasts, some need it to earn their living.",
        choices=(words(Subject.CUSTOMER, "needs", "performance", "design", "cost_reduction", "support"),),
        fields=(
            field(
                Subject.CUSTOMER,
                "buyer_profile",
                "Buyer profile",
                FieldType.CHOICE,
                "What kind of buyer it is, as sales sees it",
                "enthusiast",
                "budget_conscious",
                "professional",
            ),
        ),
        segments=(
            customers(
                "electronics-enthusiasts",
                "Enthusiasts",
                some(leaf("buyer_profile", "=", "enthusiast"), needs("performance", "design")),
                about="First to buy and first to tell others. They read test reports and come for features, finish and the "
                "story behind the product.",
                objective="Every launch sold first to them",
                kpi="Orders within four weeks of a launch",
                target="+15 %",
                needs="Early access, depth, a place to show what they know",
                offer="Previews, limited series and evenings with the engineers",
                support="Community",
            ),
            customers(
                "budget-conscious-buyers",
                "Budget-conscious buyers",
                every(
                    some(leaf("buyer_profile", "=", "budget_conscious"), needs("cost_reduction")),
                    leaf("buyer_profile", "!=", "professional"),
                ),
                about="They compare prices and stay with what works. A clear range, fair bundles and repair keep them.",
                objective="A second purchase within a year from a third of them",
                kpi="Second purchase within twelve months",
                target="33 %",
                needs="A low price they can trust, repair instead of replacement",
                offer="Bundles, renewed devices with a guarantee, seasonal offers",
                support="Self-service",
            ),
            customers(
                "electronics-professionals",
                "Professionals",
                every(
                    leaf("buyer_profile", "=", "professional"),
                    some(leaf("employees", ">=", 10), needs("support", "performance")),
                ),
                about="Studios, shops and offices that work with the devices every day. An hour without them costs more than "
                "the device.",
                objective="A service contract with half of them",
                kpi="Share with a service contract",
                target="50 %",
                needs="Reliability, spare parts, somebody who answers",
                offer="Next-day replacement and a contact who knows their installation",
                support="Priority",
            ),
        ),
        programs=(
            play(
                "professional-uptime-play",
                "Selling uptime to professionals",
                "What an hour without the device costs them, and the contract that prevents it.",
                customers="electronics-professionals",
            ),
        ),
    ),
    by_criterion(
        KEY,
        name="Electronics partners by price range",
        about="High-end partners explain, budget partners move volume. Each needs other help.",
        choices=(
            words(Subject.PARTNER, "specialisations", "high_end_audio", "smart_home", "budget_devices", "repair"),
        ),
        segments=(
            partners(
                "high-end-electronics-partners",
                "High-end partners",
                every(skilled("high_end_audio", "smart_home"), leaf("tier", ">=", "silver"), WORKING),
                about="They demonstrate before they sell: listening rooms, show homes, advisers who stay for years.",
                objective="An average order a fifth higher",
                kpi="Average order",
                target="+20 %",
                needs="Technical depth, beautiful material, devices to show",
                offer="Technical training and material as good as the products",
                support="Product specialist",
            ),
            partners(
                "budget-electronics-partners",
                "Budget partners",
                every(skilled("budget_devices"), WORKING),
                about="Many visitors, small baskets, little time per sale. What is on the shelf end and what the poster says "
                "decides.",
                objective="Turn the stock six times a year",
                kpi="Stock turns",
                target="6",
                needs="Campaigns that cost little and start at once",
                offer="Ready campaigns and a reward for each bundle sold",
                support="Hotline",
            ),
        ),
        programs=(
            course(
                "high-end-technical-training",
                "Sound and home, technically",
                "What to measure, what to show, and how to talk about it without jargon.",
                to="high-end-electronics-partners",
            ),
            page(
                "premium-showroom-material",
                "Premium material for your showroom",
                "Stories, pictures and a demonstration script for four product families.",
                to="high-end-electronics-partners",
            ),
            page(
                "low-cost-campaign-kit",
                "Three campaigns that cost next to nothing",
                "Trade-in weekend, back to school, and the repair counter: posters, texts and a calendar.",
                to="budget-electronics-partners",
            ),
            reward(
                "bundle-reward",
                "Bundle reward",
                "15 euro for each bundle sold with a device.",
                15,
                "For bundles of a device and at least one accessory from our range, invoiced to an end customer.",
                to="budget-electronics-partners",
            ),
        ),
    ),
    by_type(
        KEY,
        name="Electronics partners by type",
        about="Shops, online distributors and service providers reach buyers in different ways.",
        values=("retailer", "online_retailer", "distributor", "service_provider", "installer"),
        types=(
            of_type(
                "electronics-retail-partners",
                "Retail partners",
                ("retailer",),
                about="Shops with a door. They live by the people who walk in.",
                objective="One demonstration for each visitor who asks",
                support="Field team",
            ),
            of_type(
                "electronics-online-distributors",
                "Online distributors",
                ("online_retailer", "distributor"),
                about="They sell by picture, price and delivery time.",
                objective="Product data complete for every article",
                support="Data feed desk",
            ),
            of_type(
                "electronics-service-providers",
                "Service providers",
                ("service_provider", "installer"),
                about="They install, repair and look after what others sold.",
                objective="First-visit repair in nine of ten cases",
                support="Spare-parts desk",
            ),
        ),
    ),
)
