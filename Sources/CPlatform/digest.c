// libcrypto's SHA256_* calls are deprecated in favour of EVP, which allocates and looks up an algorithm per message:
// twice the time for the short messages that requests are made of.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "CPlatform.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(up_sha256_state), "the state is declared without libcrypto's headers");

enum { BLOCK = SHA256_CBLOCK, DIGEST = SHA256_DIGEST_LENGTH };

void up_sha256_begin(up_sha256_state *state) { SHA256_Init((SHA256_CTX *)state); }

void up_sha256_add(up_sha256_state *state, const void *data, size_t count) {
    if (count > 0) SHA256_Update((SHA256_CTX *)state, data, count);
}

void up_sha256_end(up_sha256_state *state, void *digest) { SHA256_Final(digest, (SHA256_CTX *)state); }

void up_sha256(const void *data, size_t count, void *digest) {
    SHA256_CTX context;
    SHA256_Init(&context);
    if (count > 0) SHA256_Update(&context, data, count);
    SHA256_Final(digest, &context);
}

// The state after exactly one block, from its chaining value.
static void resume(SHA256_CTX *context, const uint32_t chain[8]) {
    SHA256_Init(context);
    memcpy(context->h, chain, sizeof context->h);
    context->Nl = BLOCK * 8;
}

static void add(SHA256_CTX *context, const void *data, size_t count) {
    if (count > 0) SHA256_Update(context, data, count);
}

// Takes the inner state to the whole code.
static void finish(const up_hmac_key *key, SHA256_CTX *inner, void *digest) {
    uint8_t hash[DIGEST];
    SHA256_Final(hash, inner);
    resume(inner, key->outer);
    SHA256_Update(inner, hash, sizeof hash);
    SHA256_Final(digest, inner);
    explicit_bzero(hash, sizeof hash);
    explicit_bzero(inner->h, sizeof inner->h);
}

void up_hmac_prepare(up_hmac_key *prepared, const void *key, size_t count) {
    uint8_t pad[BLOCK] = {0};
    if (count > BLOCK) up_sha256(key, count, pad);
    else if (count > 0) memcpy(pad, key, count);
    SHA256_CTX context;
    for (size_t i = 0; i < BLOCK; i++) pad[i] ^= 0x36;
    SHA256_Init(&context);
    SHA256_Update(&context, pad, BLOCK);
    memcpy(prepared->inner, context.h, sizeof prepared->inner);
    for (size_t i = 0; i < BLOCK; i++) pad[i] ^= 0x36 ^ 0x5C;
    SHA256_Init(&context);
    SHA256_Update(&context, pad, BLOCK);
    memcpy(prepared->outer, context.h, sizeof prepared->outer);
    explicit_bzero(pad, sizeof pad);
    explicit_bzero(&context, sizeof context);
}

void up_hmac(const up_hmac_key *key, const void *first, size_t first_count, const void *second, size_t second_count,
             void *digest) {
    SHA256_CTX context;
    resume(&context, key->inner);
    add(&context, first, first_count);
    add(&context, second, second_count);
    finish(key, &context, digest);
}

void up_kbkdf(const up_hmac_key *key, const void *label, size_t label_count, const void *context_data,
              size_t context_count, void *out) {
    static const uint8_t counter[4] = {0, 0, 0, 1};
    static const uint8_t separator = 0;
    static const uint8_t bits[4] = {0, 0, 1, 0};
    SHA256_CTX context;
    resume(&context, key->inner);
    add(&context, counter, sizeof counter);
    add(&context, label, label_count);
    add(&context, &separator, 1);
    add(&context, context_data, context_count);
    add(&context, bits, sizeof bits);
    finish(key, &context, out);
}

int up_hkdf(const void *ikm, size_t ikm_count, const void *salt, size_t salt_count, const void *info,
            size_t info_count, void *out, size_t count) {
    if (count > 255 * DIGEST) return 0;
    up_hmac_key key;
    uint8_t block[DIGEST];
    up_hmac_prepare(&key, salt, salt_count);
    up_hmac(&key, ikm, ikm_count, NULL, 0, block);
    up_hmac_prepare(&key, block, sizeof block);
    uint8_t index = 0;
    for (size_t done = 0; done < count;) {
        SHA256_CTX context;
        resume(&context, key.inner);
        if (index > 0) add(&context, block, sizeof block);
        add(&context, info, info_count);
        index++;
        add(&context, &index, 1);
        finish(&key, &context, block);
        size_t part = count - done < DIGEST ? count - done : DIGEST;
        memcpy((uint8_t *)out + done, block, part);
        done += part;
    }
    explicit_bzero(&key, sizeof key);
    explicit_bzero(block, sizeof block);
    return 1;
}

int up_scrypt(const void *passphrase, size_t passphrase_count, const void *salt, size_t salt_count, uint64_t n,
              uint64_t r, uint64_t p, void *out, size_t count) {
    // libcrypto wants the memory it may use named; its own default is below what our parameters need.
    uint64_t blocks, memory;
    if (__builtin_add_overflow(n, p, &blocks) || __builtin_add_overflow(blocks, 2, &blocks)) return 0;
    if (__builtin_mul_overflow(blocks, r, &memory) || __builtin_mul_overflow(memory, 128, &memory)) return 0;
    return EVP_PBE_scrypt(passphrase, passphrase_count, salt, salt_count, n, r, p, memory, out, count) == 1;
}
