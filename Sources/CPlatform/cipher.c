// AES-256-GCM over one libcrypto context per thread: making a context costs more than opening a short message.
#include "CPlatform.h"
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <string.h>

enum { TAG = 16 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t at_thread_end;
static EVP_CIPHER *cipher;
static __thread EVP_CIPHER_CTX *of_this_thread;

static void free_context(void *context) { EVP_CIPHER_CTX_free(context); }

static void set_up(void) {
    // Without libcrypto's exit handler, a thread that is still sealing while the process exits finds its tables in place.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    if (pthread_key_create(&at_thread_end, free_context) != 0) return;
    cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
}

static EVP_CIPHER_CTX *context_of_thread(void) {
    if (of_this_thread) return of_this_thread;
    pthread_once(&once, set_up);
    if (!cipher) return NULL;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context) return NULL;
    if (pthread_setspecific(at_thread_end, context)) {
        EVP_CIPHER_CTX_free(context);
        return NULL;
    }
    return of_this_thread = context;
}

// libcrypto counts in int.
static int feed(EVP_CIPHER_CTX *context, const uint8_t *in, size_t count, uint8_t *out) {
    while (count > 0) {
        int part = count > INT_MAX / 2 ? INT_MAX / 2 : (int)count;
        int written;
        if (EVP_CipherUpdate(context, out, &written, in, part) != 1) return 0;
        if (out) out += part;
        in += part;
        count -= (size_t)part;
    }
    return 1;
}

// The context would keep the last key's schedule, whose first words are the key, for as long as the thread lives. libcrypto
// wipes what it gives back.
static void forget_key(EVP_CIPHER_CTX *context) { EVP_CIPHER_CTX_reset(context); }

int up_gcm_seal(const void *key, const void *nonce, const void *aad, size_t aad_count, const void *in, size_t count,
                void *out, void *tag) {
    EVP_CIPHER_CTX *context = context_of_thread();
    if (!context) return 0;
    int rest;
    uint8_t none[TAG];
    OSSL_PARAM wanted[] = {OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, TAG), OSSL_PARAM_END};
    int ok = EVP_CipherInit_ex2(context, cipher, key, nonce, 1, NULL) == 1 && feed(context, aad, aad_count, NULL) &&
             feed(context, in, count, out) && EVP_CipherFinal_ex(context, none, &rest) == 1 &&
             EVP_CIPHER_CTX_get_params(context, wanted) == 1;
    forget_key(context);
    return ok;
}

int up_gcm_open(const void *key, const void *nonce, const void *aad, size_t aad_count, const void *in, size_t count,
                void *out, const void *tag) {
    EVP_CIPHER_CTX *context = context_of_thread();
    int rest;
    uint8_t none[TAG];
    OSSL_PARAM expected[] = {OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, (void *)tag, TAG), OSSL_PARAM_END};
    int ok = context && EVP_CipherInit_ex2(context, cipher, key, nonce, 0, expected) == 1 &&
             feed(context, aad, aad_count, NULL) && feed(context, in, count, out) &&
             EVP_CipherFinal_ex(context, none, &rest) == 1;
    if (context) forget_key(context);
    if (!ok && count > 0) explicit_bzero(out, count);
    return ok;
}
