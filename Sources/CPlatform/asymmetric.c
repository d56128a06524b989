// Key pairs as DER and what is done with them, over libcrypto's EVP. A key is read from its DER for each use: libcrypto's own
// form of it then lives no longer than the call, in memory that is wiped when it is freed.
#include "CPlatform.h"
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

// libcrypto counts in int and long.
enum { LONGEST = 1 << 20 };

static const struct {
    const char *type;
    int bits;
    const char *group;
} kinds[] = {
    [up_rsa_2048] = {"RSA", 2048, NULL}, [up_rsa_3072] = {"RSA", 3072, NULL}, [up_rsa_4096] = {"RSA", 4096, NULL},
    [up_p256] = {"EC", 0, SN_X9_62_prime256v1}, [up_p384] = {"EC", 0, SN_secp384r1}, [up_p521] = {"EC", 0, SN_secp521r1},
    [up_secp256k1] = {"EC", 0, SN_secp256k1}, [up_ed25519] = {"ED25519", 0, NULL},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const EVP_MD *digest_named(up_hash hash) {
    switch (hash) {
    case up_sha1: return EVP_sha1();
    case up_sha_224: return EVP_sha224();
    case up_sha_256: return EVP_sha256();
    case up_sha_384: return EVP_sha384();
    case up_sha_512: return EVP_sha512();
    }
    return NULL;
}

// What went wrong is nobody's business, and must not be taken for the error of a later call on this thread.
static int answer(int ok) {
    ERR_clear_error();
    return ok;
}

// -1 for a key of no kind that is dealt with here.
static int kind_of(const EVP_PKEY *key) {
    for (int kind = 0; kind < KINDS; kind++) {
        if (!EVP_PKEY_is_a(key, kinds[kind].type)) continue;
        if (kinds[kind].bits && EVP_PKEY_get_bits(key) != kinds[kind].bits) continue;
        if (kinds[kind].group) {
            // Parameters spelled out may be those of another curve (CVE-2020-0601): only names are believed.
            char group[64];
            size_t count;
            int is_explicit = 0;
            if (EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit) == 1 &&
                is_explicit)
                continue;
            if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &count) != 1 ||
                strcmp(group, kinds[kind].group) != 0)
                continue;
        }
        return kind;
    }
    return -1;
}

static EVP_PKEY *read_private(const void *der, size_t count) {
    if (count > LONGEST) return NULL;
    const unsigned char *at = der;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)count);
    // Nothing may follow it.
    EVP_PKEY *key = info && at == (const unsigned char *)der + count ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    return key;
}

static EVP_PKEY *read_public(const void *der, size_t count) {
    if (count > LONGEST) return NULL;
    const unsigned char *at = der;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)count);
    if (key && at == (const unsigned char *)der + count) return key;
    EVP_PKEY_free(key);
    return NULL;
}

static int write_private(EVP_PKEY *key, void *out, size_t *count) {
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
    int length = info ? i2d_PKCS8_PRIV_KEY_INFO(info, NULL) : -1;
    unsigned char *at = out;
    int ok = length > 0 && (size_t)length <= *count && i2d_PKCS8_PRIV_KEY_INFO(info, &at) == length;
    *count = ok ? (size_t)length : 0;
    PKCS8_PRIV_KEY_INFO_free(info);
    return ok;
}

static int write_public(EVP_PKEY *key, void *out, size_t *count) {
    int length = i2d_PUBKEY(key, NULL);
    unsigned char *at = out;
    int ok = length > 0 && (size_t)length <= *count && i2d_PUBKEY(key, &at) == length;
    *count = ok ? (size_t)length : 0;
    return ok;
}

int up_pair_generate(up_pair_kind kind, void *private_key, size_t *private_count, void *public_key,
                     size_t *public_count) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kinds[kind].type, NULL);
    EVP_PKEY *key = NULL;
    int ok = context && EVP_PKEY_keygen_init(context) == 1;
    if (ok && kinds[kind].bits) ok = EVP_PKEY_CTX_set_rsa_keygen_bits(context, kinds[kind].bits) == 1;
    if (ok && kinds[kind].group) ok = EVP_PKEY_CTX_set_group_name(context, kinds[kind].group) == 1;
    ok = ok && EVP_PKEY_generate(context, &key) == 1 && write_private(key, private_key, private_count) &&
         write_public(key, public_key, public_count);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
    return answer(ok);
}

int up_pair_read(const void *der, size_t count, void *private_key, size_t *private_count, void *public_key,
                 size_t *public_count) {
    EVP_PKEY *key = read_private(der, count);
    int kind = key ? kind_of(key) : -1;
    EVP_PKEY_CTX *context = kind >= 0 ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
    // Parts that do not belong together can give the private key away with the first signature.
    int ok = context && (kind == up_ed25519 || EVP_PKEY_check(context) == 1) &&
             write_private(key, private_key, private_count) && write_public(key, public_key, public_count);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    answer(ok);
    return ok ? kind : -1;
}

int up_public_kind(const void *der, size_t count) {
    EVP_PKEY *key = read_public(der, count);
    int kind = key ? kind_of(key) : -1;
    EVP_PKEY_free(key);
    answer(kind >= 0);
    return kind;
}

// Sets what makes a signature of this scheme: the digest's name is signed along (PKCS #1), or decides the padding (PSS).
static int prepare(EVP_PKEY_CTX *context, up_scheme scheme, const EVP_MD *digest) {
    if (EVP_PKEY_CTX_set_signature_md(context, digest) != 1) return 0;
    switch (scheme) {
    case up_pkcs1: return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    case up_pss:
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
    case up_ecdsa: return 1;
    case up_eddsa: break;
    }
    return 0;
}

static int fits(const EVP_PKEY *key, up_scheme scheme) {
    switch (scheme) {
    case up_pkcs1:
    case up_pss: return EVP_PKEY_is_a(key, "RSA");
    case up_ecdsa: return EVP_PKEY_is_a(key, "EC");
    case up_eddsa: return EVP_PKEY_is_a(key, "ED25519");
    }
    return 0;
}

int up_sign(const void *private_key, size_t private_count, up_scheme scheme, up_hash hash, const void *input,
            size_t input_count, void *out, size_t *out_count) {
    EVP_PKEY *key = read_private(private_key, private_count);
    int ok = key && fits(key, scheme);
    if (ok && scheme == up_eddsa) {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        ok = context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestSign(context, out, out_count, input, input_count) == 1;
        EVP_MD_CTX_free(context);
    } else if (ok) {
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
        ok = context && EVP_PKEY_sign_init(context) == 1 && prepare(context, scheme, digest_named(hash)) &&
             EVP_PKEY_sign(context, out, out_count, input, input_count) == 1;
        EVP_PKEY_CTX_free(context);
    }
    EVP_PKEY_free(key);
    if (!ok) *out_count = 0;
    return answer(ok);
}

int up_verify(const void *public_key, size_t public_count, up_scheme scheme, up_hash hash, const void *input,
              size_t input_count, const void *signature, size_t signature_count) {
    EVP_PKEY *key = read_public(public_key, public_count);
    int ok = key && fits(key, scheme);
    if (ok && scheme == up_eddsa) {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        ok = context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestVerify(context, signature, signature_count, input, input_count) == 1;
        EVP_MD_CTX_free(context);
    } else if (ok) {
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
        ok = context && EVP_PKEY_verify_init(context) == 1 && prepare(context, scheme, digest_named(hash)) &&
             EVP_PKEY_verify(context, signature, signature_count, input, input_count) == 1;
        EVP_PKEY_CTX_free(context);
    }
    EVP_PKEY_free(key);
    return answer(ok);
}

static int set_oaep(EVP_PKEY_CTX *context, const EVP_MD *digest) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1;
}

int up_oaep_seal(const void *public_key, size_t public_count, up_hash hash, const void *in, size_t count, void *out,
                 size_t *out_count) {
    EVP_PKEY *key = read_public(public_key, public_count);
    EVP_PKEY_CTX *context = key && EVP_PKEY_is_a(key, "RSA") ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
    int ok = context && EVP_PKEY_encrypt_init(context) == 1 && set_oaep(context, digest_named(hash)) &&
             EVP_PKEY_encrypt(context, out, out_count, in, count) == 1;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    if (!ok) *out_count = 0;
    return answer(ok);
}

int up_oaep_open(const void *private_key, size_t private_count, up_hash hash, const void *in, size_t count, void *out,
                 size_t *out_count) {
    EVP_PKEY *key = read_private(private_key, private_count);
    EVP_PKEY_CTX *context = key && EVP_PKEY_is_a(key, "RSA") ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
    int ok = context && EVP_PKEY_decrypt_init(context) == 1 && set_oaep(context, digest_named(hash)) &&
             EVP_PKEY_decrypt(context, out, out_count, in, count) == 1;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    if (!ok) *out_count = 0;
    return answer(ok);
}

int up_agree(const void *private_key, size_t private_count, const void *public_key, size_t public_count, void *out,
             size_t *out_count) {
    EVP_PKEY *own = read_private(private_key, private_count);
    EVP_PKEY *peer = read_public(public_key, public_count);
    int kind = own && peer ? kind_of(own) : -1;
    int ok = kind >= 0 && kinds[kind].group && kind_of(peer) == kind;
    EVP_PKEY_CTX *context = ok ? EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL) : NULL;
    ok = context && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer_ex(context, peer, 1) == 1 &&
         EVP_PKEY_derive(context, out, out_count) == 1;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(peer);
    EVP_PKEY_free(own);
    if (!ok) *out_count = 0;
    return answer(ok);
}

int up_hash_data(up_hash hash, const void *data, size_t count, void *digest) {
    return answer(EVP_Digest(data, count, digest, NULL, digest_named(hash), NULL) == 1);
}

int up_hmac_data(up_hash hash, const void *key, size_t key_count, const void *data, size_t count, void *code) {
    if (key_count > LONGEST) return 0;
    unsigned length;
    // libcrypto takes a missing key for "the one before".
    return answer(HMAC(digest_named(hash), key_count ? key : "", (int)key_count, data, count, code, &length) != NULL);
}

int up_key_unwrap(const void *key, const void *in, size_t count, void *out, size_t *out_count) {
    int written = 0, ok = count >= 16 && count % 8 == 0 && count <= LONGEST && *out_count >= count;
    EVP_CIPHER_CTX *context = ok ? EVP_CIPHER_CTX_new() : NULL;
    if (context) EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    ok = context && EVP_DecryptInit_ex(context, EVP_aes_256_wrap_pad(), NULL, key, NULL) == 1 &&
         EVP_DecryptUpdate(context, out, &written, in, (int)count) == 1 && written > 0;
    EVP_CIPHER_CTX_free(context);
    *out_count = ok ? (size_t)written : 0;
    return answer(ok);
}
