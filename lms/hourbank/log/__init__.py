"""The Merkle log over the ledger: places, heads, proofs, verification."""
