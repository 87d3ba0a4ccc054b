"""Natural groupings: clusters that are in the data, told apart by an ordinary rule that anybody can read and change."""
