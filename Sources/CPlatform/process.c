#define _GNU_SOURCE
#include "CPlatform.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

int up_random(void *out, size_t count) {
    uint8_t *at = out;
    while (count > 0) {
        ssize_t got = getrandom(at, count, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return 0;
        at += got;
        count -= (size_t)got;
    }
    return 1;
}

int up_equal(const void *a, const void *b, size_t count) { return count == 0 || CRYPTO_memcmp(a, b, count) == 0; }

void up_wipe(void *data, size_t count) {
    if (count > 0) explicit_bzero(data, count);
}

int up_harden(void) {
    struct rlimit none = {0, 0};
    int core = setrlimit(RLIMIT_CORE, &none);
    int dump = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    int gain = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return core == 0 && dump == 0 && gain == 0;
}

int up_is_hardened(void) {
    struct rlimit core;
    return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0 &&
           prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

// The arguments as the kernel keeps them: whoever calls may not have been handed them. NULL when they can't be read.
static char **own_arguments(void) {
    int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (file < 0) return NULL;
    size_t length = 0, room = 4096;
    char *text = malloc(room + 1);
    for (ssize_t got = 1; text && got != 0;) {
        got = read(file, text + length, room - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            free(text);
            text = NULL;
            break;
        }
        length += (size_t)got;
        if (length == room) {
            char *more = realloc(text, (room *= 2) + 1);
            if (!more) free(text);
            text = more;
        }
    }
    close(file);
    if (!text) return NULL;
    text[length] = 0;
    size_t count = 0;
    for (size_t i = 0; i < length; i++) count += text[i] == 0;
    char **list = calloc(count + 2, sizeof *list);
    if (!list) {
        free(text);
        return NULL;
    }
    size_t index = 0;
    for (size_t i = 0; i < length; i += strlen(text + i) + 1) list[index++] = text + i;
    return list;
}

void up_reexec(const char *guard, const char *tunables) {
    static const char name[] = "GLIBC_TUNABLES";
    char **arguments = own_arguments();
    if (!arguments || !arguments[0]) return;
    const char *before = getenv(name);
    char *kept = before ? strdup(before) : NULL;
    char *wanted = NULL;
    if (asprintf(&wanted, "%s%s%s", kept ? kept : "", kept && *kept ? ":" : "", tunables) >= 0) {
        setenv(name, wanted, 1);
        setenv(guard, "1", 1);
        execv("/proc/self/exe", arguments);
        unsetenv(guard);
        if (kept) setenv(name, kept, 1);
        else unsetenv(name);
        free(wanted);
    }
    free(kept);
    free(arguments[0]);
    free(arguments);
}

int up_rename_new(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // A file system without the flag: a hard link refuses to replace as well.
    if (link(from, to) != 0) return errno;
    unlink(from);
    return 0;
}
