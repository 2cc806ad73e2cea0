"""Case and Demand to Plan: what hours and staff are worth, and the best of them."""
