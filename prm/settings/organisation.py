"""Whose product this is: its name and address, its language, its days and its figures."""

from prm.env import env

SITE_URL = env.str("PRM_SITE_URL", default="http://127.0.0.1:8000")
"""Where people reach the product; links in mail start with it."""
ORGANISATION_NAME = env.str("PRM_ORGANISATION_NAME", default="Northwind Systems")
"""The vendor's name, as partners read it."""

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("PRM_TIME_ZONE", default="UTC")
"""The organisation's zone: a date in a rule means its local day."""
YEAR_START_MONTH = env.int("PRM_YEAR_START_MONTH", default=1)
"""The month in which the organisation's fiscal year begins: calendar quarters and years in rules count from it."""

MARGIN = env.float("PRM_MARGIN", default=100.0) / 100
"""The share of won revenue, in per cent, that counts as return on incentives; 100: revenue itself."""
