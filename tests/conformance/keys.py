"""Kinds of KMS keys for the tests, and pyca/cryptography's view of them."""

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

OAEP = {"RSAES_OAEP_SHA_1": hashes.SHA1, "RSAES_OAEP_SHA_256": hashes.SHA256}
RSA_SIGNING = [
    f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)
]
# What each spec signs with.
SIGNING = {
    "RSA_2048": RSA_SIGNING, "RSA_3072": RSA_SIGNING, "RSA_4096": RSA_SIGNING, "ECC_NIST_P256": ["ECDSA_SHA_256"],
    "ECC_NIST_P384": ["ECDSA_SHA_384"], "ECC_NIST_P521": ["ECDSA_SHA_512"], "ECC_SECG_P256K1": ["ECDSA_SHA_256"],
    "ECC_NIST_EDWARDS25519": ["ED25519_SHA_512"],
}
CURVES = {
    "ECC_NIST_P256": ec.SECP256R1, "ECC_NIST_P384": ec.SECP384R1, "ECC_NIST_P521": ec.SECP521R1,
    "ECC_SECG_P256K1": ec.SECP256K1,
}
MACS = {"HMAC_224": "SHA_224", "HMAC_256": "SHA_256", "HMAC_384": "SHA_384", "HMAC_512": "SHA_512"}


def hash_of(algorithm):
    return getattr(hashes, "SHA" + algorithm.rsplit("_", 1)[1])()


def digest(algorithm, message):
    state = hashes.Hash(hash_of(algorithm))
    state.update(message)
    return state.finalize()


def oaep(algorithm):
    kind = OAEP[algorithm]
    return padding.OAEP(mgf=padding.MGF1(kind()), algorithm=kind(), label=None)


def rsa_padding(algorithm):
    if "PSS" in algorithm:
        return padding.PSS(mgf=padding.MGF1(hash_of(algorithm)), salt_length=padding.PSS.DIGEST_LENGTH)
    return padding.PKCS1v15()


def verify(public, algorithm, message, signature):
    """Raises InvalidSignature."""
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, message, rsa_padding(algorithm), hash_of(algorithm))
    elif isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(signature, message)
    else:
        public.verify(signature, message, ec.ECDSA(hash_of(algorithm)))


def sign(private, algorithm, message):
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(message, rsa_padding(algorithm), hash_of(algorithm))
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(message)
    return private.sign(message, ec.ECDSA(hash_of(algorithm)))


def make(spec):
    """A private key of that spec, made outside of KMS."""
    if spec.startswith("RSA_"):
        return rsa.generate_private_key(65537, int(spec[4:]))
    if spec == "ECC_NIST_EDWARDS25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(CURVES[spec]())


def pkcs8(private):
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def spki(public):
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_key(kms, key):
    return serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
