"""The audit of web images: answers re-derived from the stored tables alone, by code that asks nobody who made them."""
