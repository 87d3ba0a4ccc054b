"""How long a sign-in lasts, where somebody is signed in, and the second factor that a role may demand."""
