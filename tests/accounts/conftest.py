from tests.accounts.quick_hashes import quick_hashes

__all__ = ["quick_hashes"]
