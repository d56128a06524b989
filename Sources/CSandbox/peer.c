#define _GNU_SOURCE
#include "CSandbox.h"
#include <stdio.h>
#include <string.h>

static int64_t owner(const char *table, int peer, int own) {
    FILE *file = fopen(table, "re");
    if (!file) return -1;
    char line[512];
    int64_t found = -1;
    while (found < 0 && fgets(line, sizeof line, file)) {
        char from[40], to[40];
        unsigned from_port, to_port, user;
        // sl, local_address, rem_address, st, queues, timer, retransmissions, uid
        if (sscanf(line, " %*d: %32[0-9A-F]:%x %32[0-9A-F]:%x %*x %*x:%*x %*x:%*x %*x %u", from, &from_port, to, &to_port,
                   &user) == 5 &&
            (int)from_port == peer && (int)to_port == own)
            found = user;
    }
    fclose(file);
    return found;
}

int64_t up_peer(int peer, int own) {
    int64_t found = owner("/proc/self/net/tcp", peer, own);
    return found >= 0 ? found : owner("/proc/self/net/tcp6", peer, own);
}
