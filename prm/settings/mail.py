"""Mail: how it leaves, when it may, and how what comes back is read."""

from prm.env import env
from programs.messages.quiet import parse_hours

EMAIL_CONFIG = env.email_url_config(env.str("PRM_EMAIL_URL", default="consolemail://"))
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("PRM_EMAIL_TIMEOUT", default=20)
"""Seconds that any one answer of the mail server is waited for."""
QUIET_HOURS = parse_hours(env.str("PRM_QUIET_HOURS", default="20-8"))
"""The hours, by the clock of whoever is written to, in which no mail leaves that is not essential."""
TELL_OF_OFFERS = env.bool("PRM_TELL_OF_OFFERS", default=True)
"""Whether partners' people are told each morning what came on offer to their company the day before."""
BOUNCE_ADDRESS = env.str("PRM_BOUNCE_ADDRESS", default="")
"""Where mail comes back to; each mail has it with a mark of its own ("bounces+…@"), so that the mailbox takes such names."""
RETURNED_MAIL_URL = env.str("PRM_RETURNED_MAIL_URL", default="")
"""The mailbox behind it, imaps://user:password@host/INBOX, read every five minutes; empty: `manage.py read_returned_mail`."""
DEFAULT_FROM_EMAIL = env.str("PRM_FROM_EMAIL", default="partners@example.com")
