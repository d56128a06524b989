// Processes of others: started with nothing of ours, and the system call filter of their sandbox.
//
// Functions that return int answer 0 or an errno. Blocks of strings are each string followed by a NUL byte.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

#define UP_STAGE "/mnt"

typedef enum { up_core, up_files, up_file_bytes, up_data, up_processes } up_resource;

typedef struct {
    up_resource resource;
    uint64_t value;
} up_limit;

typedef struct {
    const char *path;
    const char *arguments;
    size_t arguments_count;
    const char *_Nullable environment;
    size_t environment_count;
    const char *directory;
    // In the child they are 0, 1, 2 …; every other descriptor is closed.
    const int *descriptors;
    size_t descriptor_count;
    const up_limit *_Nullable limits;
    size_t limit_count;
    // Written "0" to by the child: the cgroup.procs files of the groups that it joins.
    const int *_Nullable groups;
    size_t group_count;
    // Folders that the user below may not reach by name: in a mount namespace of the child's own they are also UP_STAGE/0, /1 …
    const char *_Nullable stages;
    size_t stages_count;
    // Both user and group id; -1 keeps ours.
    int64_t user;
} up_spawn_plan;

// The child is the leader of a session and process group of its own, and is killed when the calling thread ends: call it on a
// thread that lives as long as the child may.
int up_spawn(const up_spawn_plan *plan, int *process);
// Blocks until `process` ends. `status` is what wait(2) says, `peak` its largest resident set in bytes, its children's included.
int up_wait(int process, int *status, int64_t *peak);
// The sum of the largest resident sets of `process` and all its children, in bytes, as the kernel has them now.
int64_t up_peak(int process);
// The user whose socket a loopback connection from port `peer` to port `own` began at; -1 if there is none any more.
int64_t up_peer(int peer, int own);
// The process and everything in its group.
void up_kill(int process);

// An anonymous file, readable from its beginning; -1 with errno if there can be none.
int up_memory_file(const void *_Nullable data, size_t count);
// Close-on-exec ends of a pipe: the first is read from.
int up_pipe(int *ends);
int up_open_file(const char *path);
int up_open_for_writing(const char *path);
void up_close(int descriptor);
// How much lies in a pipe unread.
int up_waiting(int descriptor);

// The seccomp program as bwrap takes it; answers its length in bytes, 0 on a machine for which there is none.
size_t up_filter(void *out, size_t room);

#pragma clang assume_nonnull end
