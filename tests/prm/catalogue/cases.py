"""For each segment of each template: a record that belongs in it, and one that comes close and does not.

Values of the record by field; "active" partners unless a case says otherwise. Segments that compare partners with each
other, or look at deals, courses and customers, have tests of their own.
"""

from typing import Any

Case = tuple[dict[str, Any], dict[str, Any]]

CUSTOMERS: dict[str, Case] = {
    # automotive
    "luxury-buyers": ({"needs": ["luxury", "support"]}, {"needs": ["support"]}),
    "eco-conscious-buyers": ({"needs": ["sustainability"]}, {"needs": []}),
    "fleet-purchasers": (
        {"needs": ["fleet_purchasing"], "employees": 50},
        {"needs": ["fleet_purchasing"], "employees": 49, "annual_revenue": "4999999.99"},
    ),
    # consumer electronics
    "electronics-enthusiasts": ({"buyer_profile": "enthusiast"}, {"buyer_profile": "professional"}),
    "budget-conscious-buyers": (
        {"needs": ["cost_reduction"]},
        {"needs": ["cost_reduction"], "buyer_profile": "professional"},
    ),
    "electronics-professionals": (
        {"buyer_profile": "professional", "employees": 10},
        {"buyer_profile": "professional", "employees": 9},
    ),
    # energy
    "residential-energy-users": ({"premises": "residential"}, {"premises": "commercial"}),
    "commercial-energy-users": ({"premises": "industrial"}, {"premises": "residential"}),
    "renewable-energy-users": ({"energy_sources": ["grid", "solar"]}, {"energy_sources": ["grid", "gas"]}),
    "energy-customers-emea": ({"region": "EMEA"}, {"region": "NA"}),
    "energy-customers-na": ({"region": "NA"}, {"region": "EMEA"}),
    "energy-customers-elsewhere": ({"region": "LATAM"}, {}),
    # financial services
    "wealthy-clients": ({"investable_assets": "1000000.00"}, {"investable_assets": "999999.99"}),
    "cautious-investors": (
        {"risk_appetite": "cautious", "investable_assets": "5.00"},
        {"risk_appetite": "cautious"},
    ),
    "adventurous-investors": ({"risk_appetite": "adventurous"}, {"risk_appetite": "balanced"}),
    "retirement-planners": ({"needs": ["retirement"]}, {"needs": ["wealth_growth"]}),
    # food and beverage
    "health-conscious-buyers": ({"needs": ["health"]}, {"needs": ["gourmet"]}),
    "gourmet-buyers": ({"needs": ["gourmet"]}, {"needs": ["convenience"]}),
    "convenience-buyers": ({"needs": ["convenience"]}, {"needs": ["health"]}),
    # healthcare
    "care-for-older-people": ({"age_groups_served": ["older_people"]}, {"age_groups_served": ["children", "adults"]}),
    "long-term-conditions": ({"conditions": ["diabetes"]}, {"conditions": ["musculoskeletal"]}),
    "surgical-care": ({"treatment_needs": ["surgery", "prevention"]}, {"treatment_needs": ["chronic_care"]}),
    "preventive-care": ({"treatment_needs": ["prevention"]}, {"treatment_needs": ["surgery", "prevention"]}),
    # information technology
    "small-firms-starting-out": (
        {"employees": 99, "adoption_level": "partial"},
        {"employees": 99, "adoption_level": "standard"},
    ),
    "regulated-organisations": ({"industry": "government"}, {"industry": "retail", "needs": ["security"]}),
    "advanced-adopters": ({"adoption_level": "advanced"}, {"adoption_level": "partial"}),
    # pharmaceutical
    "oncology-centres": ({"therapeutic_areas": ["oncology"]}, {"therapeutic_areas": ["cardiology"]}),
    "specialty-therapy-customers": (
        {"therapeutic_areas": ["neurology", "cardiology"]},
        {"therapeutic_areas": ["neurology", "oncology"]},
    ),
    "paediatric-customers": ({"age_groups_served": ["children", "adults"]}, {"age_groups_served": ["adults"]}),
    "pharma-customers-emea": ({"region": "EMEA"}, {"region": "APAC"}),
    # retail
    "online-shoppers": ({"shopping_channel": "both"}, {"shopping_channel": "in_store"}),
    "value-shoppers": ({"preferences": ["price", "novelty"]}, {"preferences": ["price", "quality"]}),
    "values-driven-shoppers": ({"preferences": ["sustainability"]}, {"preferences": ["novelty"]}),
    "young-shoppers": (
        {"age_group": "under_30", "shopping_channel": "online"},
        {"age_group": "30_to_49", "shopping_channel": "online"},
    ),
    # telecommunications
    "mobile-only-customers": ({"services": ["mobile"]}, {"services": ["mobile", "voice"]}),
    "enterprise-network-customers": ({"services": ["enterprise_network", "voice"]}, {"services": ["broadband"]}),
    "young-users": (
        {"age_group": "under_30", "services": ["mobile"]},
        {"age_group": "under_30", "services": ["broadband"]},
    ),
    # across industries
    "small-businesses-needing-cloud": (
        {"employees": 20, "technologies": ["erp"], "needs": ["growth"]},
        {"employees": 20, "technologies": ["erp", "cloud"], "needs": ["growth"]},
    ),
    "enterprises-needing-software": (
        {"employees": 500, "needs": ["custom_software"]},
        {"employees": 499, "needs": ["custom_software"]},
    ),
    "government-with-security-needs": (
        {"industry": "government", "needs": ["security"]},
        {"industry": "government", "needs": ["growth"]},
    ),
    "just-in-time-automotive-suppliers": (
        {"industry": "automotive", "supply_regime": "just_in_time"},
        {"industry": "automotive", "supply_regime": "stock"},
    ),
    "regulated-aerospace": (
        {"industry": "manufacturing", "supply_regime": "certified"},
        {"industry": "retail", "supply_regime": "certified"},
    ),
    "cost-driven-consumer-goods": (
        {"industry": "food_beverage", "needs": ["cost_reduction"]},
        {"industry": "food_beverage", "needs": ["cost_reduction"], "supply_regime": "just_in_time"},
    ),
    "small-business-customers": ({"employees": 99}, {"employees": 100}),
    "large-factories": (
        {"industry": "manufacturing", "employees": 250},
        {"industry": "retail", "employees": 250},
    ),
}

PARTNERS: dict[str, Case] = {
    # automotive
    "large-metropolitan-dealers": (
        {"partner_type": "dealer", "employees": 50, "catchment": "metropolitan"},
        {"partner_type": "dealer", "employees": 50, "catchment": "rural"},
    ),
    "small-rural-dealers": (
        {"partner_type": "dealer", "employees": 49, "catchment": "rural"},
        {"partner_type": "dealer", "employees": 49, "catchment": "rural", "lifecycle_stage": "inactive"},
    ),
    "automotive-oems": ({"partner_type": "oem"}, {"partner_type": "dealer"}),
    "automotive-suppliers": ({"partner_type": "supplier"}, {"partner_type": "oem"}),
    "automotive-dealers": ({"partner_type": "dealer"}, {"partner_type": "reseller"}),
    "automotive-partners-by-type-others": ({"partner_type": "installer"}, {"partner_type": "oem"}),
    # consumer electronics
    "high-end-electronics-partners": (
        {"specialisations": ["high_end_audio"], "tier": "silver"},
        {"specialisations": ["high_end_audio"], "tier": "registered"},
    ),
    "budget-electronics-partners": ({"specialisations": ["budget_devices"]}, {"specialisations": ["repair"]}),
    "electronics-retail-partners": ({"partner_type": "retailer"}, {"partner_type": "online_retailer"}),
    "electronics-online-distributors": ({"partner_type": "online_retailer"}, {"partner_type": "retailer"}),
    "electronics-service-providers": ({"partner_type": "installer"}, {"partner_type": "retailer"}),
    "consumer-electronics-partners-by-type-others": ({"partner_type": "oem"}, {"partner_type": "distributor"}),
    # energy
    "renewable-energy-partners": ({"specialisations": ["storage"]}, {"specialisations": ["metering"]}),
    "traditional-energy-partners": (
        {"specialisations": ["traditional_supply", "efficiency"]},
        {"specialisations": ["traditional_supply"], "employees": 19},
    ),
    "technology-partners-in-energy": ({"partner_type": "technology_partner"}, {"partner_type": "utility"}),
    "renewable-providers": (
        {"partner_type": "installer", "specialisations": ["renewables"]},
        {"partner_type": "installer", "specialisations": ["efficiency"]},
    ),
    "traditional-suppliers": (
        {"partner_type": "utility", "specialisations": ["traditional_supply"]},
        {"partner_type": "utility", "specialisations": ["renewables"]},
    ),
    "energy-partners-by-type-others": (
        {"partner_type": "installer", "specialisations": ["metering"]},
        {"partner_type": "utility"},
    ),
    # financial services
    "wealth-management-partners": ({"specialisations": ["wealth_management"]}, {"specialisations": ["insurance"]}),
    "insurance-partners": (
        {"specialisations": ["insurance"]},
        {"specialisations": ["insurance"], "lifecycle_stage": "prospect"},
    ),
    "retail-banking-partners": (
        {"specialisations": ["retail_banking"], "partner_type": "fintech", "employees": 5},
        {"specialisations": ["retail_banking"], "partner_type": "agent", "employees": 5},
    ),
    "partner-banks": ({"partner_type": "bank"}, {"partner_type": "insurer"}),
    "partner-insurers": ({"partner_type": "insurer"}, {"partner_type": "bank"}),
    "partner-fintechs": ({"partner_type": "fintech"}, {"partner_type": "agent"}),
    "financial-services-partners-by-type-others": ({"partner_type": "agent"}, {"partner_type": "bank"}),
    # food and beverage
    "beverage-partners": ({"specialisations": ["beverages"]}, {"specialisations": ["snacks"]}),
    "snack-partners": ({"specialisations": ["snacks"]}, {"specialisations": ["beverages"]}),
    "prepared-meal-partners": ({"specialisations": ["prepared_meals"]}, {"specialisations": ["snacks"]}),
    "food-suppliers": ({"partner_type": "supplier"}, {"partner_type": "wholesaler"}),
    "food-distributors": ({"partner_type": "wholesaler"}, {"partner_type": "supplier"}),
    "food-retail-outlets": ({"partner_type": "retailer"}, {"partner_type": "distributor"}),
    "food-beverage-partners-by-type-others": ({"partner_type": "agent"}, {"partner_type": "retailer"}),
    # healthcare
    "primary-care-partners": ({"specialisations": ["primary_care"]}, {"specialisations": ["surgery"]}),
    "surgery-partners": ({"specialisations": ["surgery"]}, {"specialisations": ["pharmacy"]}),
    "pharmaceutical-supply-partners": ({"specialisations": ["pharmacy"]}, {"specialisations": ["surgery"]}),
    "partner-hospitals": ({"partner_type": "hospital"}, {"partner_type": "clinic"}),
    "partner-clinics": ({"partner_type": "clinic"}, {"partner_type": "hospital"}),
    "healthcare-technology-providers": ({"partner_type": "technology_partner"}, {"partner_type": "clinic"}),
    "healthcare-partners-by-type-others": ({"partner_type": "distributor"}, {"partner_type": "hospital"}),
    # information technology
    "cloud-field-partners": ({"specialisations": ["cloud"]}, {"specialisations": ["networking"]}),
    "cybersecurity-field-partners": ({"specialisations": ["cybersecurity"]}, {"specialisations": ["cloud"]}),
    "software-field-partners": (
        {"specialisations": ["software_development"]},
        {"specialisations": ["software_development"], "lifecycle_stage": "prospect"},
    ),
    "software-vendors": ({"partner_type": "isv"}, {"partner_type": "si"}),
    "hardware-suppliers": ({"partner_type": "oem"}, {"partner_type": "isv"}),
    "technology-service-providers": ({"partner_type": "msp"}, {"partner_type": "var"}),
    "information-technology-partners-by-type-others": ({"partner_type": "var"}, {"partner_type": "msp"}),
    # pharmaceutical
    "biotech-partners": ({"specialisations": ["biotech"]}, {"specialisations": ["generics"]}),
    "generics-partners": ({"specialisations": ["generics"]}, {"specialisations": ["biotech"]}),
    "clinical-trial-partners": ({"specialisations": ["clinical_trials"]}, {"specialisations": ["generics"]}),
    "research-institutions": ({"partner_type": "contract_researcher"}, {"partner_type": "manufacturer"}),
    "manufacturing-partners": ({"partner_type": "manufacturer"}, {"partner_type": "pharmacy"}),
    "pharma-distribution-channels": ({"partner_type": "pharmacy"}, {"partner_type": "manufacturer"}),
    "pharmaceutical-partners-by-type-others": ({"partner_type": "agent"}, {"partner_type": "distributor"}),
    # retail
    "online-retail-partners": ({"specialisations": ["e_commerce"]}, {"specialisations": ["e_commerce", "in_store"]}),
    "brick-and-mortar-partners": ({"specialisations": ["in_store"]}, {"specialisations": ["e_commerce", "in_store"]}),
    "hybrid-retail-partners": ({"specialisations": ["e_commerce", "in_store"]}, {"specialisations": ["e_commerce"]}),
    "product-suppliers": ({"partner_type": "supplier"}, {"partner_type": "retailer"}),
    "logistics-providers": ({"partner_type": "logistics_provider"}, {"partner_type": "supplier"}),
    "retail-sales-channels": ({"partner_type": "online_retailer"}, {"partner_type": "supplier"}),
    "retail-partners-by-type-others": ({"partner_type": "agent"}, {"partner_type": "retailer"}),
    # telecommunications
    "mobile-partners": ({"specialisations": ["mobile"]}, {"specialisations": ["broadband"]}),
    "broadband-partners": ({"specialisations": ["broadband"]}, {"specialisations": ["mobile"]}),
    "enterprise-networking-partners": (
        {"specialisations": ["enterprise_networking"]},
        {"specialisations": ["networking"]},
    ),
    "network-providers": ({"partner_type": "network_provider"}, {"partner_type": "oem"}),
    "device-manufacturers": ({"partner_type": "oem"}, {"partner_type": "network_provider"}),
    "service-resellers": ({"partner_type": "dealer"}, {"partner_type": "distributor"}),
    "telecommunications-partners-by-type-others": ({"partner_type": "distributor"}, {"partner_type": "msp"}),
    # across industries
    "value-added-resellers": ({"partner_type": "var"}, {"partner_type": "reseller"}),
    "independent-software-vendors": ({"partner_type": "isv"}, {"partner_type": "isv", "lifecycle_stage": "inactive"}),
    "installation-partners": ({"work": ["installation", "training"]}, {"work": ["maintenance"]}),
    "maintenance-partners": ({"work": ["maintenance"]}, {"work": ["installation"]}),
    "cloud-experts": ({"delivery": ["cloud"]}, {"delivery": ["cloud", "on_premise"]}),
    "on-premise-experts": ({"delivery": ["on_premise"]}, {"delivery": ["cloud", "on_premise"]}),
    "both-worlds": ({"delivery": ["cloud", "on_premise"]}, {"delivery": ["cloud"]}),
    "raw-material-partners": ({"goods": "raw_materials"}, {"goods": "components"}),
    "finished-goods-partners": ({"goods": "finished_goods"}, {"goods": "raw_materials"}),
    "small-specialists": (
        {"employees": 49, "specialisations": ["cloud"], "certifications": ["technical_expert"]},
        {"employees": 49, "specialisations": ["cloud"]},
    ),
    "global-integrators": (
        {"employees": 250, "partner_type": "si"},
        {"employees": 250, "partner_type": "dealer"},
    ),
    # ways of segmenting
    "lifecycle-prospects": ({"lifecycle_stage": "prospect"}, {"lifecycle_stage": "recruited"}),
    "lifecycle-newcomers": ({"lifecycle_stage": "onboarding"}, {"lifecycle_stage": "active"}),
    "lifecycle-active": ({"lifecycle_stage": "active"}, {"lifecycle_stage": "at_risk"}),
    "lifecycle-top-performers": ({"lifecycle_stage": "top_performer"}, {"lifecycle_stage": "active"}),
    "lifecycle-at-risk": ({"lifecycle_stage": "at_risk"}, {"lifecycle_stage": "inactive"}),
    "lifecycle-inactive": ({"lifecycle_stage": "inactive"}, {"lifecycle_stage": "at_risk"}),
    "lifecycle-unknown": ({"lifecycle_stage": ""}, {"lifecycle_stage": "active"}),
    "aligned-partners": ({"alignment": "aligned"}, {"alignment": "neutral"}),
    "competing-partners": ({"alignment": "competing"}, {"alignment": "aligned"}),
    "gold-and-above": ({"tier": "platinum"}, {"tier": "silver"}),
    "recruit-first": (
        {"lifecycle_stage": "prospect", "employees": 10, "specialisations": ["cloud"], "alignment": "neutral"},
        {"lifecycle_stage": "prospect", "employees": 10, "specialisations": ["cloud"], "alignment": "competing"},
    ),
    "recruit-perhaps": (
        {"lifecycle_stage": "prospect", "employees": 600, "specialisations": ["cloud"]},
        {"lifecycle_stage": "prospect", "employees": 9},
    ),
}

ELSEWHERE = {
    "heavy-data-users",
    "small-business-resellers",
    "factory-distributors",
    "large-factories-only",
    "steady-registrars",
    "keen-learners",
    "quiet-partners",
    "value-top-tenth",
    "value-next-three-tenths",
    "value-hidden-potential",
    "value-the-rest",
    "gold-growing-certified",
}
"""Segments with tests of their own, in test_comparing.py."""
