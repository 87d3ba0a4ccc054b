"""The choices that built-in fields start with; administrators and imports may add to them. Pure values."""

from partners.vocabulary.types import choices

REGIONS = choices(
    ("EMEA", "Europe, Middle East and Africa"),
    ("NA", "North America"),
    ("LATAM", "Latin America"),
    ("APAC", "Asia Pacific"),
)
PARTNER_TYPES = choices(
    ("var", "Value-added reseller"),
    ("isv", "Independent software vendor"),
    ("msp", "Managed service provider"),
    ("si", "Systems integrator"),
    ("distributor", "Distributor"),
    ("reseller", "Reseller"),
    ("agent", "Agent"),
    ("oem", "OEM"),
    ("installer", "Installer"),
    ("dealer", "Dealer"),
    ("retailer", "Retailer"),
)
TIERS = choices(
    ("registered", "Registered"),
    ("silver", "Silver"),
    ("gold", "Gold"),
    ("platinum", "Platinum"),
)
VERTICALS = choices(
    ("automotive", "Automotive"),
    ("consumer_electronics", "Consumer electronics"),
    ("energy", "Energy"),
    ("financial_services", "Financial services"),
    ("food_beverage", "Food and beverage"),
    ("government", "Government"),
    ("healthcare", "Healthcare"),
    ("information_technology", "Information technology"),
    ("manufacturing", "Manufacturing"),
    ("pharmaceutical", "Pharmaceutical"),
    ("retail", "Retail"),
    ("telecommunications", "Telecommunications"),
)
SPECIALISATIONS = choices(
    ("cloud", "Cloud"),
    ("cybersecurity", "Cybersecurity"),
    ("data_analytics", "Data and analytics"),
    ("networking", "Networking"),
    ("collaboration", "Collaboration"),
    ("software_development", "Software development"),
    ("infrastructure", "Infrastructure"),
    ("managed_services", "Managed services"),
)
CERTIFICATIONS = choices(
    ("sales_foundation", "Sales foundation"),
    ("technical_associate", "Technical associate"),
    ("technical_expert", "Technical expert"),
    ("cloud_architect", "Cloud architect"),
    ("security_specialist", "Security specialist"),
)
PARTNER_STAGES = choices(
    ("prospect", "Prospect"),
    ("recruited", "Recruited"),
    ("onboarding", "Onboarding"),
    ("active", "Active"),
    ("top_performer", "Top performer"),
    ("at_risk", "At risk"),
    ("inactive", "Inactive"),
)
ALIGNMENTS = choices(
    ("aligned", "Aligned with us"),
    ("neutral", "Neutral"),
    ("competing", "Sells competing lines"),
)
CUSTOMER_STAGES = choices(
    ("prospect", "Prospect"),
    ("new", "New"),
    ("growing", "Growing"),
    ("mature", "Mature"),
    ("declining", "Declining"),
    ("lost", "Lost"),
)
ADOPTION_LEVELS = choices(
    ("none", "None"),
    ("trial", "Trial"),
    ("partial", "Partial"),
    ("standard", "Standard"),
    ("advanced", "Advanced"),
)
TECHNOLOGIES = choices(
    ("cloud", "Cloud"),
    ("on_premise", "On-premise"),
    ("hybrid", "Hybrid"),
    ("mobile", "Mobile"),
    ("iot", "IoT"),
    ("ai", "AI"),
    ("erp", "ERP"),
    ("crm", "CRM"),
)
NEEDS = choices(
    ("cost_reduction", "Cost reduction"),
    ("security", "Security"),
    ("compliance", "Compliance"),
    ("growth", "Growth"),
    ("modernisation", "Modernisation"),
    ("custom_software", "Custom software"),
    ("support", "Support"),
    ("sustainability", "Sustainability"),
)
DEAL_STAGES = choices(("open", "Open"), ("won", "Won"), ("lost", "Lost"))
