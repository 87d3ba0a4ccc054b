"""Files and bodies made worse at random: each is read, or refused with the place; none is lost, none is an error of ours."""
