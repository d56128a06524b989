// Slots of a few sizes cut from guarded chunks. A free slot holds only the link to the next free one.
#define _GNU_SOURCE
#include "CPlatform.h"
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, CLASSES = 4 };

typedef struct slot {
    struct slot *next;
} slot;

static const size_t class_size[CLASSES] = {64, 256, 1024, 4096};
static slot *free_slots[CLASSES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static size_t whole_pages(size_t count) {
    size_t page = page_size();
    return (count + page - 1) / page * page;
}

// A read or write that runs off either end meets an inaccessible page instead of a neighbour.
static void *map_guarded(size_t length) {
    size_t page = page_size();
    uint8_t *base = mmap(NULL, length + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) return NULL;
    uint8_t *data = base + page;
    if (mprotect(data, length, PROT_READ | PROT_WRITE) != 0) {
        munmap(base, length + 2 * page);
        return NULL;
    }
    // Refused above RLIMIT_MEMLOCK: the keys may then be swapped, which beats not serving.
    mlock(data, length);
    madvise(data, length, MADV_DONTDUMP);
    madvise(data, length, MADV_WIPEONFORK);
    madvise(data, length, MADV_DONTFORK);
    return data;
}

static int class_of(size_t count) {
    for (int i = 0; i < CLASSES; i++)
        if (count <= class_size[i]) return i;
    return -1;
}

static int refill(int class) {
    uint8_t *chunk = map_guarded(CHUNK);
    if (!chunk) return 0;
    for (size_t at = CHUNK; at >= class_size[class]; at -= class_size[class]) {
        slot *one = (slot *)(chunk + at - class_size[class]);
        one->next = free_slots[class];
        free_slots[class] = one;
    }
    return 1;
}

void *up_arena_take(size_t count) {
    int class = class_of(count);
    if (class < 0) return count > SIZE_MAX / 2 ? NULL : map_guarded(whole_pages(count));
    pthread_mutex_lock(&lock);
    slot *one = free_slots[class] || refill(class) ? free_slots[class] : NULL;
    if (one) {
        free_slots[class] = one->next;
        one->next = NULL;
    }
    pthread_mutex_unlock(&lock);
    return one;
}

void up_arena_give(void *data, size_t count) {
    int class = class_of(count);
    if (class < 0) {
        size_t length = whole_pages(count), page = page_size();
        explicit_bzero(data, length);
        munmap((uint8_t *)data - page, length + 2 * page);
        return;
    }
    explicit_bzero(data, class_size[class]);
    pthread_mutex_lock(&lock);
    ((slot *)data)->next = free_slots[class];
    free_slots[class] = data;
    pthread_mutex_unlock(&lock);
}
