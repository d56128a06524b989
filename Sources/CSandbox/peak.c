#define _GNU_SOURCE
#include "CSandbox.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A small file of the kernel's, as a string.
static int content(char *out, size_t room, const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t got = read(file, out, room - 1);
    close(file);
    out[got > 0 ? got : 0] = 0;
    return got > 0;
}

int64_t up_peak(int process) {
    enum { most = 64 };
    int waiting[most];
    size_t count = 0, seen = 0;
    int64_t sum = 0;
    waiting[count++] = process;
    while (count > 0 && seen++ < most) {
        int next = waiting[--count];
        char path[64], text[4096];
        snprintf(path, sizeof path, "/proc/%d/status", next);
        if (!content(text, sizeof text, path)) continue;
        const char *line = strstr(text, "\nVmHWM:");
        if (line) sum += strtoll(line + 7, NULL, 10) * 1024;
        snprintf(path, sizeof path, "/proc/%d/task/%d/children", next, next);
        if (!content(text, sizeof text, path)) continue;
        char *at = text;
        while (count < most) {
            char *end;
            long child = strtol(at, &end, 10);
            if (end == at) break;
            waiting[count++] = (int)child;
            at = end;
        }
    }
    return sum;
}
