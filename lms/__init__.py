"""Xueshi (学时): continuing education whose hours can be trusted."""
