// What goes back to the heap is overwritten first: Swift's arrays and strings leave copies of secrets wherever they grow or
// are dropped. glibc's own way to do that (glibc.malloc.perturb) works only with the thread caches off, and needs the
// program started anew with an environment variable; measured, it cost a seventh of a request.
//
// Only `free` and what frees by itself are replaced; blocks come from glibc as before.
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern void __libc_free(void *block);

__attribute__((visibility("default"), noinline)) void free(void *block) {
    if (!block) return;
    memset(block, 0, malloc_usable_size(block));
    __libc_free(block);
}

__attribute__((visibility("default"))) void *realloc(void *block, size_t count) {
    if (!block) return malloc(count);
    if (count == 0) {
        free(block);
        return NULL;
    }
    size_t room = malloc_usable_size(block);
    if (count <= room && count >= room / 2) return block;
    void *moved = malloc(count);
    if (!moved) return NULL;
    memcpy(moved, block, count < room ? count : room);
    free(block);
    return moved;
}

__attribute__((visibility("default"))) void *reallocarray(void *block, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, bytes);
}
