"""The seal on a signed paper: Harbour's own digital signature inside the PDF, by which any reader sees whether a byte was changed.

The signatures on a paper are its signers'; the *seal* is the installation's, put on by the worker once both have signed. Its key
and certificate are made once and kept in `DATA_DIR`. A sealed paper is the signed one with the seal added at its end, so that it
still holds the signed paper to the byte, and is still PDF/UA-1.
"""
