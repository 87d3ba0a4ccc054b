"""Messages: announcements in the portal and e-mail to the people of targeted partners."""
