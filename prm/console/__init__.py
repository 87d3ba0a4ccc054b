"""The staff's pages that look into every app: the first page, the clock, the audit log."""
