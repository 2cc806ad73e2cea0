"""Many shops: rows reduced to statistics, one function over all stores, one budget, fair ranks."""
