"""Ten vendors, one per industry."""

from __future__ import annotations

from prm.demo.industries.profile import Profile, profile

PROFILES: dict[str, Profile] = {
    vendor.key: vendor
    for vendor in (
        profile(
            "information_technology",
            "Information technology",
            "Northwind Systems",
            trade="",
            kinds="var:22:38:small msp:20:42:service si:13:260:large distributor:6:340:large reseller:20:14:small "
            "isv:12:60:maker agent:5:5:small oem:2:450:maker",
            specialities="cloud:34 cybersecurity:26 data_analytics:16 networking:26 collaboration:18 "
            "software_development:15 infrastructure:30 managed_services:20",
            needs="cost_reduction:24 security:26 compliance:16 growth:20 modernisation:28 custom_software:14 "
            "support:18 "
            "sustainability:8",
            industries="manufacturing:18 retail:14 financial_services:12 healthcare:11 government:10 "
            "information_technology:9 food_beverage:7 energy:6 automotive:5 telecommunications:4 pharmaceutical:3 "
            "consumer_electronics:2",
            lines="Northwind Cloud:cloud:21000|Northwind Shield:cybersecurity:16000"
            "|Northwind Insight:data_analytics:24000"
            "|Northwind Fabric:networking:12000|Northwind Meet:collaboration:6000"
            "|Northwind Build:software_development:30000"
            "|Northwind Core:infrastructure:27000|Northwind Care:managed_services:9000",
            competitors="Halcyon Cloud|Corvane|Brightforge|Stratolan|OpenMere|in-house",
        ),
        profile(
            "automotive",
            "Automotive",
            "Calder Motor Works",
            trade="automotive",
            kinds="dealer:44:45:small oem:6:900:maker supplier:16:180:maker fleet_operator:10:120:large "
            "installer:14:12:service "
            "distributor:10:160:large",
            specialities="electric_vehicles:30 fleet_safety:20 luxury_vehicles:18 used_vehicles:28 parts_and_service:36 "
            ""
            "commercial_vehicles:20",
            needs="luxury:14 sustainability:24 fleet_purchasing:22 cost_reduction:26 support:20 growth:12 "
            "compliance:10",
            industries="automotive:22 retail:16 manufacturing:14 food_beverage:12 government:10 energy:8 healthcare:6 "
            "telecommunications:5 financial_services:7",
            lines="Calder Volt:electric_vehicles:42000|Calder Guard:fleet_safety:9000"
            "|Calder Crown:luxury_vehicles:88000"
            "|Calder Again:used_vehicles:16000|Calder Parts:parts_and_service:4200"
            "|Calder Haul:commercial_vehicles:61000",
            competitors="Ardent Autos|Velora|Ostrava Motor|Kinder Trucks",
        ),
        profile(
            "consumer_electronics",
            "Consumer electronics",
            "Lumen & Pine",
            trade="consumer_electronics",
            kinds="retailer:36:60:small online_retailer:18:40:small distributor:14:150:large installer:12:10:service "
            "service_provider:12:35:service oem:8:500:maker",
            specialities="smart_home:28 data_privacy:14 high_end_audio:20 gaming:20 budget_devices:30 repair:16",
            needs="performance:20 cost_reduction:28 design:18 support:20 growth:16 security:14 sustainability:12",
            industries="retail:28 consumer_electronics:18 information_technology:12 telecommunications:10 "
            "financial_services:8 healthcare:8 government:8 manufacturing:8",
            lines="Pine Home:smart_home:5200|Pine Private:data_privacy:4100|Lumen Sound:high_end_audio:9800"
            "|Lumen Play:gaming:6300"
            "|Pine Basics:budget_devices:3000|Pine Renew:repair:1400",
            competitors="Sonavo|Kitewave|Orrery|Plainbox",
        ),
        profile(
            "energy",
            "Energy",
            "Solstice Power",
            trade="energy",
            kinds="installer:34:18:small utility:10:700:large technology_partner:16:70:maker distributor:14:140:large "
            "service_provider:18:45:service agent:8:6:small",
            specialities="renewables:34 regulatory_compliance:18 storage:22 efficiency:30 traditional_supply:20 "
            "metering:16",
            needs="sustainability:30 cost_reduction:28 compliance:16 security:10 growth:14 support:16 modernisation:16",
            industries="energy:18 manufacturing:22 retail:14 government:14 food_beverage:12 healthcare:8 automotive:6 "
            "information_technology:6",
            lines="Solstice Sun:renewables:34000|Solstice Comply:regulatory_compliance:11000"
            "|Solstice Store:storage:28000"
            "|Solstice Save:efficiency:14000|Solstice Supply:traditional_supply:22000|Solstice Meter:metering:7000",
            competitors="Northgrid|Amberline|Voltaro|Peat & Sons",
        ),
        profile(
            "financial_services",
            "Financial services",
            "Harbour Mutual",
            trade="financial_services",
            kinds="bank:18:420:large insurer:16:300:large fintech:20:45:maker agent:28:7:small broker:18:16:service",
            specialities="wealth_management:28 insurance:26 retail_banking:30 payments:22 risk_analytics:16 "
            "pensions:14",
            needs="wealth_growth:22 security:20 compliance:22 retirement:16 cost_reduction:18 growth:20 support:12",
            industries="financial_services:24 retail:16 manufacturing:14 healthcare:12 information_technology:12 "
            "government:8 "
            "food_beverage:8",
            lines="Harbour Wealth:wealth_management:36000|Harbour Cover:insurance:15000"
            "|Harbour Daily:retail_banking:12000"
            "|Harbour Pay:payments:9000|Harbour Risk:risk_analytics:26000|Harbour Later:pensions:20000",
            competitors="Crown & Quay|Fidara|Meridor|Saltire Life",
        ),
        profile(
            "food_beverage",
            "Food and beverage",
            "Orchard & Vale",
            trade="food_beverage",
            kinds="retailer:34:40:small supplier:20:110:maker distributor:18:150:large wholesaler:12:80:large "
            "caterer:16:22:service",
            specialities="beverages:32 food_safety:18 snacks:28 prepared_meals:22 organic:20 frozen:16",
            needs="health:24 gourmet:16 convenience:26 cost_reduction:24 sustainability:18 growth:14 compliance:10",
            industries="food_beverage:32 retail:28 healthcare:10 government:8 manufacturing:8 information_technology:6",
            lines="Vale Drinks:beverages:8000|Vale Safe:food_safety:5000|Orchard Bites:snacks:6000"
            "|Orchard Table:prepared_meals:9500"
            "|Vale Organic:organic:7200|Vale Frost:frozen:6800",
            competitors="Brambles|Mill Lane|Fontessa|Goodstock",
        ),
        profile(
            "healthcare",
            "Healthcare",
            "Evergreen Medical",
            trade="healthcare",
            kinds="hospital:18:850:large clinic:34:28:small technology_partner:16:70:maker distributor:16:130:large "
            "service_provider:16:40:service",
            specialities="primary_care:32 patient_data_protection:18 surgery:22 pharmacy:20 diagnostics:24 "
            "home_care:16",
            needs="prevention:22 treatment:24 compliance:20 security:16 cost_reduction:22 modernisation:18 support:14",
            industries="healthcare:52 pharmaceutical:14 government:16 financial_services:6 retail:6",
            lines="Evergreen Care:primary_care:14000|Evergreen Trust:patient_data_protection:12000"
            "|Evergreen Theatre:surgery:58000"
            "|Evergreen Dose:pharmacy:18000|Evergreen Scan:diagnostics:46000|Evergreen Home:home_care:8000",
            competitors="Asclera|Medlark|Vitalis North|Clearpulse",
        ),
        profile(
            "pharmaceutical",
            "Pharmaceutical",
            "Linden Therapeutics",
            trade="pharmaceutical",
            kinds="research_institution:18:240:maker manufacturer:20:380:large distributor:24:140:large "
            "pharmacy:26:12:small "
            "contract_researcher:12:65:service",
            specialities="biotech:26 clinical_trials:22 generics:30 vaccines:14 oncology:18 cold_chain:16",
            needs="market_access:24 compliance:26 cost_reduction:24 research_funding:16 growth:14 support:12 "
            "security:8",
            industries="pharmaceutical:34 healthcare:36 government:12 retail:10 manufacturing:6",
            lines="Linden Bio:biotech:62000|Linden Trials:clinical_trials:48000|Linden Generics:generics:15000"
            "|Linden Shield:vaccines:27000|Linden Onco:oncology:71000|Linden Chain:cold_chain:12000",
            competitors="Parvane|Genorra|Willow Biologics|Tessera",
        ),
        profile(
            "retail",
            "Retail",
            "Marketplace Nine",
            trade="retail",
            kinds="retailer:34:35:small online_retailer:22:28:small supplier:18:120:maker "
            "logistics_provider:14:210:large "
            "service_provider:12:30:service",
            specialities="e_commerce:34 payment_security:16 in_store:30 hybrid_retail:20 loyalty:18 merchandising:22",
            needs="growth:26 cost_reduction:24 convenience:20 security:14 sustainability:16 modernisation:18 "
            "support:12",
            industries="retail:44 consumer_electronics:14 food_beverage:18 manufacturing:8 automotive:6 healthcare:4",
            lines="Nine Online:e_commerce:11000|Nine Secure:payment_security:8000|Nine Store:in_store:13000"
            "|Nine Blend:hybrid_retail:17000"
            "|Nine Loyal:loyalty:7000|Nine Display:merchandising:5000",
            competitors="Shopward|Basketry|Tillstone|Corner & Co",
        ),
        profile(
            "telecommunications",
            "Telecommunications",
            "Beacon Telecom",
            trade="telecommunications",
            kinds="reseller:32:16:small dealer:18:10:small network_provider:12:420:large oem:8:380:maker "
            "msp:18:45:service "
            "distributor:12:150:large",
            specialities="mobile:30 network_security:20 broadband:28 enterprise_networking:22 iot:16 "
            "managed_services:18",
            needs="coverage:22 security:20 cost_reduction:26 growth:18 modernisation:18 support:16 compliance:8",
            industries="telecommunications:16 retail:16 manufacturing:16 information_technology:14 government:12 "
            "healthcare:10 "
            "financial_services:10",
            lines="Beacon Mobile:mobile:7000|Beacon Safe:network_security:13000|Beacon Fibre:broadband:9000"
            "|Beacon Enterprise:enterprise_networking:38000|Beacon Things:iot:16000"
            "|Beacon Managed:managed_services:12000",
            competitors="Cellaro|Fibron|Longwave|Skyrelay",
        ),
    )
}
DEFAULT = "information_technology"
