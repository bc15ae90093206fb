"""A payment gateway for demonstrations: its own tables, its own cashier page, real notifications.

It stands for a foreign service. The platform knows it only through the Gateway protocol, and it
knows of the platform only the address to notify and the page to return to.
"""
