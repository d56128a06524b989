// What Swift can't say itself: libcrypto's fast paths, guarded memory, and variadic system calls.
//
// Lengths are in bytes. A pointer may be NULL only beside a zero length. Functions that return int answer 1 for success
// and 0 for failure.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// SHA-256 (FIPS 180-4). The state is libcrypto's SHA256_CTX, whose size is asserted in digest.c.
typedef struct {
    uint64_t opaque[14];
} up_sha256_state;

void up_sha256(const void *_Nullable data, size_t count, void *digest);
void up_sha256_begin(up_sha256_state *state);
void up_sha256_add(up_sha256_state *state, const void *_Nullable data, size_t count);
void up_sha256_end(up_sha256_state *state, void *digest);

// HMAC-SHA-256 (RFC 2104). Only the chaining values after the padded key are kept: each equals the key for whoever reads
// it, so it lives where keys live.
typedef struct {
    uint32_t inner[8];
    uint32_t outer[8];
} up_hmac_key;

void up_hmac_prepare(up_hmac_key *prepared, const void *_Nullable key, size_t count);
// The message is `first` followed by `second`.
void up_hmac(const up_hmac_key *key, const void *_Nullable first, size_t first_count, const void *_Nullable second,
             size_t second_count, void *digest);

// SP 800-108 counter mode, one block: [1]_4 || label || 0x00 || context || [256]_4.
void up_kbkdf(const up_hmac_key *key, const void *_Nullable label, size_t label_count, const void *_Nullable context,
              size_t context_count, void *out);
// RFC 5869 with SHA-256; fails above 255 blocks.
int up_hkdf(const void *_Nullable ikm, size_t ikm_count, const void *_Nullable salt, size_t salt_count,
            const void *_Nullable info, size_t info_count, void *_Nullable out, size_t count);
// RFC 7914; fails when libcrypto refuses the parameters or the memory (128 * r * n bytes) is not to be had.
int up_scrypt(const void *_Nullable passphrase, size_t passphrase_count, const void *_Nullable salt, size_t salt_count,
              uint64_t n, uint64_t r, uint64_t p, void *out, size_t count);
// 20 bytes to `digest`; fails when libcrypto does not offer SHA-1.
int up_hmac_sha1(const void *_Nullable key, size_t key_count, const void *_Nullable message, size_t message_count,
                 void *digest);

// AES-256-GCM with a 32-byte key, 12-byte nonce and 16-byte tag. `out` holds `count` bytes and may not overlap `in`.
// A message that doesn't authenticate leaves `out` zeroed.
int up_gcm_seal(const void *key, const void *nonce, const void *_Nullable aad, size_t aad_count,
                const void *_Nullable in, size_t count, void *_Nullable out, void *tag);
int up_gcm_open(const void *key, const void *nonce, const void *_Nullable aad, size_t aad_count,
                const void *_Nullable in, size_t count, void *_Nullable out, const void *tag);

// Key pairs: the private key as PKCS #8, the public key as SubjectPublicKeyInfo, both DER. A count of what is written says
// beforehand how much room there is.
typedef enum {
    up_rsa_2048,
    up_rsa_3072,
    up_rsa_4096,
    up_p256,
    up_p384,
    up_p521,
    up_secp256k1,
    up_ed25519,
} up_pair_kind;
typedef enum { up_sha1, up_sha_224, up_sha_256, up_sha_384, up_sha_512 } up_hash;
typedef enum { up_pkcs1, up_pss, up_ecdsa, up_eddsa } up_scheme;

int up_pair_generate(up_pair_kind kind, void *private_key, size_t *private_count, void *public_key,
                     size_t *public_count);
// Reads someone else's private key, checks that its parts belong together, and writes it as this library would. Answers its
// kind, or -1.
int up_pair_read(const void *_Nullable der, size_t count, void *private_key, size_t *private_count, void *public_key,
                 size_t *public_count);
// The kind of a public key, or -1.
int up_public_kind(const void *_Nullable der, size_t count);
// `input` is a digest, for Ed25519 the message.
int up_sign(const void *_Nullable private_key, size_t private_count, up_scheme scheme, up_hash hash,
            const void *_Nullable input, size_t input_count, void *out, size_t *out_count);
int up_verify(const void *_Nullable public_key, size_t public_count, up_scheme scheme, up_hash hash,
              const void *_Nullable input, size_t input_count, const void *_Nullable signature, size_t signature_count);
// RSA-OAEP (RFC 8017) with the same hash in the mask, no label.
int up_oaep_seal(const void *_Nullable public_key, size_t public_count, up_hash hash, const void *_Nullable in,
                 size_t count, void *out, size_t *out_count);
int up_oaep_open(const void *_Nullable private_key, size_t private_count, up_hash hash, const void *_Nullable in,
                 size_t count, void *out, size_t *out_count);
// The x coordinate of the point that both sides find (SP 800-56A); fails unless both keys are on one curve.
int up_agree(const void *_Nullable private_key, size_t private_count, const void *_Nullable public_key,
             size_t public_count, void *out, size_t *out_count);
// One shot, with any of the hashes.
int up_hash_data(up_hash hash, const void *_Nullable data, size_t count, void *digest);
int up_hmac_data(up_hash hash, const void *_Nullable key, size_t key_count, const void *_Nullable data, size_t count,
                 void *code);
// AES-256 key unwrapping with padding (RFC 5649). There is room for `count` bytes.
int up_key_unwrap(const void *key, const void *_Nullable in, size_t count, void *out, size_t *out_count);

// Whether the certificates (DER, one behind the other, the server's own first) lead to the last of them, which is trusted, and
// the first is `host`'s, a name or an IP address, at this time (seconds since 1970).
int up_chain_verify(const void *_Nullable chain, size_t count, const char *host, int64_t seconds);

// getrandom(2).
int up_random(void *_Nullable out, size_t count);
// Time depends on `count` alone.
int up_equal(const void *_Nullable a, const void *_Nullable b, size_t count);
// Never optimised away.
void up_wipe(void *_Nullable data, size_t count);

// Memory for long-lived keys: between inaccessible pages, locked where the limit allows, left out of core files and of
// forked children. Zeroed when handed out and wiped when given back. NULL when the kernel has no memory.
void *_Nullable up_arena_take(size_t count);
void up_arena_give(void *slot, size_t count);

// No core file, no other process of the same user reads this one's memory, no privileges gained by a child.
int up_harden(void);
int up_is_hardened(void);
// rename(2) that never replaces: 0, or an errno value.
int up_rename_new(const char *from, const char *to);

#pragma clang assume_nonnull end
