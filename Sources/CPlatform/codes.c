#include "CPlatform.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>

int up_hmac_sha1(const void *key, size_t key_count, const void *message, size_t message_count, void *digest) {
    unsigned int count = 0;
    return HMAC(EVP_sha1(), key, (int)key_count, message, message_count, digest, &count) != NULL && count == 20;
}
