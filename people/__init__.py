"""Who may come in: users, roles, scope, invitations, sign-in, audit. Knows no other app."""
