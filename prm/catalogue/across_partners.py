"""Templates that fit every industry, by the partners: what they do, where, with what, and how large. Pure."""

from partners.vocabulary import FieldType, Subject
from prm.catalogue.shapes import Template, View, WantedSet
from prm.catalogue.writing import (
    WORKING,
    course,
    field,
    page,
    partners,
    words,
)
from segments.rules.writing import every, leaf

TEMPLATES = (
    Template(
        "resellers-and-software-vendors",
        "Value-added resellers and software vendors",
        View.ACROSS,
        "One adds service to the product, the other a product of its own.",
        (
            partners(
                "value-added-resellers",
                "Value-added resellers",
                every(leaf("partner_type", "=", "var"), WORKING),
                about="They sell the product with advice, installation and care.",
                objective="Services in every second deal",
                needs="Margin, leads, training",
                offer="Services they can resell",
                support="Partner manager",
            ),
            partners(
                "independent-software-vendors",
                "Independent software vendors",
                every(leaf("partner_type", "=", "isv"), WORKING),
                about="Their software runs beside or on ours.",
                objective="A certified integration each",
                needs="Interfaces, test systems, joint marketing",
                offer="Certification and a listing",
                support="Developer desk",
            ),
        ),
        programs=(
            page(
                "adding-services",
                "Adding services to every second deal",
                "Three services that need no new staff, and how to price them.",
                to="value-added-resellers",
            ),
            page(
                "certified-integration",
                "The way to a certified integration",
                "From the first call to the listing, in six weeks.",
                to="independent-software-vendors",
            ),
        ),
        choices=(words(Subject.PARTNER, "partner_type", "var", "isv"),),
    ),
    Template(
        "installation-and-maintenance",
        "Installation and maintenance",
        View.ACROSS,
        "Those who come once, and those who come again.",
        (
            partners(
                "installation-partners",
                "Installation partners",
                every(leaf("work", "containsAny", ["installation"]), WORKING),
                about="They bring it in and switch it on. Speed and first-time-right count.",
                objective="Right the first time in 95 of 100",
                needs="Plans, parts, a hotline at seven in the morning",
                offer="Installation check-lists and a morning hotline",
                support="Hotline",
            ),
            partners(
                "maintenance-partners",
                "Maintenance partners",
                every(leaf("work", "containsAny", ["maintenance"]), WORKING),
                about="They keep it running, year after year.",
                objective="A maintenance contract on every second installation",
                needs="Parts, diagnosis, contracts",
                offer="Diagnosis tools and contract templates",
                support="Service manager",
            ),
        ),
        fields=(
            field(
                Subject.PARTNER,
                "work",
                "Work done",
                FieldType.MULTI_CHOICE,
                "What the partner's own people do at the customer's site",
                "consulting",
                "installation",
                "maintenance",
                "training",
            ),
        ),
        programs=(
            course(
                "first-time-right",
                "Right the first time",
                "Prepare, install, prove, hand over.",
                to="installation-partners",
            ),
        ),
    ),
    Template(
        "cloud-and-on-premise",
        "Cloud and on-premise expertise",
        View.ACROSS,
        "Where the partner's experience lies decides which customers to send.",
        (
            partners(
                "cloud-experts",
                "Cloud expertise",
                every(leaf("delivery", "containsAny", ["cloud"]), leaf("delivery", "containsNone", ["on_premise"])),
                about="They build in the cloud and only there.",
                objective="Every new cloud customer served by one of them",
                support="Cloud architect on call",
            ),
            partners(
                "on-premise-experts",
                "On-premise expertise",
                every(leaf("delivery", "containsAny", ["on_premise"]), leaf("delivery", "containsNone", ["cloud"])),
                about="They know machines that stand in cellars, and why some must stay there.",
                objective="A path to the cloud for half of their customers",
                support="Infrastructure desk",
            ),
            partners(
                "both-worlds",
                "At home in both",
                leaf("delivery", "containsAll", ["cloud", "on_premise"]),
                about="They can move a customer from one to the other.",
                objective="Two migrations a quarter each",
                support="Cloud architect on call",
            ),
        ),
        fields=(
            field(
                Subject.PARTNER,
                "delivery",
                "Delivers",
                FieldType.MULTI_CHOICE,
                "Where what the partner builds runs",
                "cloud",
                "on_premise",
            ),
        ),
        sets=(
            WantedSet(
                "partners-by-delivery",
                "Partners by where they deliver",
                Subject.PARTNER,
                True,
                ("both-worlds", "cloud-experts", "on-premise-experts"),
                about="Nobody is in two: those at home in both come first.",
            ),
        ),
    ),
    Template(
        "raw-materials-and-finished-goods",
        "Raw materials and finished goods",
        View.ACROSS,
        "What a partner handles decides about contracts, storage and forecasts.",
        (
            partners(
                "raw-material-partners",
                "Raw materials",
                leaf("goods", "=", "raw_materials"),
                about="Tonnes, terms, long contracts.",
                objective="Quantities agreed a year ahead",
                support="Purchasing desk",
            ),
            partners(
                "finished-goods-partners",
                "Finished goods",
                leaf("goods", "=", "finished_goods"),
                about="Boxes, seasons, quick turns.",
                objective="Forecast within a tenth",
                support="Supply desk",
            ),
        ),
        fields=(
            field(
                Subject.PARTNER,
                "goods",
                "Goods",
                FieldType.CHOICE,
                "What the partner mainly trades in",
                "raw_materials",
                "components",
                "finished_goods",
            ),
        ),
    ),
    Template(
        "specialists-and-global-integrators",
        "Small specialists and global integrators",
        View.ACROSS,
        "The one knows a single thing better than anybody, the other can be everywhere at once.",
        (
            partners(
                "small-specialists",
                "Small specialists",
                every(
                    leaf("employees", "<", 50),
                    leaf("specialisations", "notNull"),
                    leaf("certifications", "notNull"),
                    WORKING,
                ),
                about="Fewer than fifty people who know one field and can prove it.",
                objective="Named in the offers of two larger partners each",
                needs="To be found by larger partners",
                offer="A place in the directory of specialists",
                support="Partner manager",
            ),
            partners(
                "global-integrators",
                "Global integrators",
                every(leaf("employees", ">=", 250), leaf("partner_type", "notIn", ["agent", "dealer"]), WORKING),
                about="Two hundred and fifty people and more, projects across borders.",
                objective="A joint plan with each of them",
                needs="One contract, one contact, one price list",
                offer="A global agreement",
                support="Global account",
            ),
        ),
        programs=(
            page(
                "working-with-integrators",
                "How specialists get into large projects",
                "A page about you that an integrator can paste into an offer.",
                to="small-specialists",
            ),
        ),
    ),
)
