// Chains of X.509 certificates whose last one is trusted, over libcrypto.
#include "CPlatform.h"
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// Keys and hashes of 112 bits of strength: RSA from 2,048 bits on, and no SHA-1.
enum { STRENGTH = 2, LONGEST_CHAIN = 16 };

static STACK_OF(X509) *read_chain(const unsigned char *der, size_t count) {
    STACK_OF(X509) *chain = sk_X509_new_null();
    const unsigned char *end = der + count;
    int ok = chain && count > 0;
    while (ok && der < end) {
        X509 *certificate = sk_X509_num(chain) < LONGEST_CHAIN ? d2i_X509(NULL, &der, end - der) : NULL;
        ok = certificate && sk_X509_push(chain, certificate) > 0;
        if (!ok) X509_free(certificate);
    }
    if (ok) return chain;
    sk_X509_pop_free(chain, X509_free);
    return NULL;
}

static int restrict_to(X509_VERIFY_PARAM *terms, const char *host, int64_t seconds) {
    X509_VERIFY_PARAM_set_time(terms, (time_t)seconds);
    X509_VERIFY_PARAM_set_auth_level(terms, STRENGTH);
    // The trusted certificate need not be self-signed: servers seldom show the root.
    X509_VERIFY_PARAM_set_flags(terms, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_hostflags(terms, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return X509_VERIFY_PARAM_set_purpose(terms, X509_PURPOSE_SSL_SERVER) == 1 &&
           (X509_VERIFY_PARAM_set1_ip_asc(terms, host) == 1 || X509_VERIFY_PARAM_set1_host(terms, host, 0) == 1);
}

int up_chain_verify(const void *chain_der, size_t count, const char *host, int64_t seconds) {
    STACK_OF(X509) *chain = chain_der && *host ? read_chain(chain_der, count) : NULL;
    X509_STORE *store = chain ? X509_STORE_new() : NULL;
    X509_STORE_CTX *context = store ? X509_STORE_CTX_new() : NULL;
    int ok = context && X509_STORE_add_cert(store, sk_X509_value(chain, sk_X509_num(chain) - 1)) == 1 &&
             X509_STORE_CTX_init(context, store, sk_X509_value(chain, 0), chain) == 1 &&
             restrict_to(X509_STORE_CTX_get0_param(context), host, seconds) && X509_verify_cert(context) == 1;
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    sk_X509_pop_free(chain, X509_free);
    ERR_clear_error();
    return ok;
}
