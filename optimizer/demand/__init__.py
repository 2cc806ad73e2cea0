"""Observations to Demand: customers and baskets; no margins, wages or decisions."""
