"""What becomes of a form on its way: done once however often it is sent, and kept when nobody is signed in any more."""
