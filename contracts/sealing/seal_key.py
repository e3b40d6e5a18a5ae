"""The installation's seal: a key and its certificate, made at first use and kept in one private file of `DATA_DIR`.

The certificate is signed by its own key. It says that two papers were sealed by the same installation and that neither was changed
since; who that is, a reader learns by comparing its fingerprint with the one that the installation shows. An authority that has a
certificate of its own puts key and certificate into the file in place of these (docs/operations.md).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import current_app
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from foundation.config import Settings, kept_secret

FILE = "seal.pem"
#: Longer than any paper that it seals is asked about in earnest: a child's record is kept 75 years, its prices a few.
VALID = timedelta(days=20 * 365)


@dataclass(frozen=True, slots=True)
class InstallationSeal:
    """The key in pyHanko's hands, and its certificate as it is shown and downloaded."""

    key: SimpleSigner
    certificate: str
    #: SHA-256 of the certificate, as certificate viewers show it
    fingerprint: str


def installation_seal() -> InstallationSeal:
    """The seal of this installation, made first if there is none."""
    settings: Settings = current_app.config["SETTINGS"]
    host = urlsplit(settings.public_url).hostname or "localhost"
    return _read(kept_secret(settings.data_dir / FILE, lambda: _made(host)))


def _store(certificates: list[Any]) -> SimpleCertificateStore:
    store: SimpleCertificateStore = SimpleCertificateStore.from_certs(certificates)  # type: ignore[no-untyped-call]
    return store


@lru_cache(maxsize=4)
def _read(pem: str) -> InstallationSeal:
    begins = pem.index("-----BEGIN CERTIFICATE")
    private, public = pem[:begins].encode(), pem[begins:].encode()
    (certificate, *chain) = load_certs_from_pemder_data(public)
    key = SimpleSigner(
        signing_cert=certificate, signing_key=load_private_key_from_pemder_data(private, passphrase=None),
        cert_registry=_store([certificate, *chain]),
    )  # fmt: skip
    shown = x509.load_pem_x509_certificate(public)
    return InstallationSeal(
        key, shown.public_bytes(serialization.Encoding.PEM).decode("ascii"), shown.fingerprint(hashes.SHA256()).hex()
    )


def _made(host: str) -> str:
    """A new key of the curve P-256 and its certificate, as PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "Harbour seal"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, host)]
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode("ascii")
