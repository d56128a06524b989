#define _GNU_SOURCE
#include "CSandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char **split(const char *block, size_t count) {
    size_t strings = 0;
    for (size_t at = 0; at < count; at++) strings += block[at] == 0;
    char **out = calloc(strings + 1, sizeof *out);
    if (!out) return NULL;
    const char *start = block;
    for (size_t index = 0; index < strings; index++) {
        out[index] = (char *)start;
        start += strlen(start) + 1;
    }
    return out;
}

static int limited(up_resource resource) {
    switch (resource) {
    case up_core: return RLIMIT_CORE;
    case up_files: return RLIMIT_NOFILE;
    case up_file_bytes: return RLIMIT_FSIZE;
    case up_data: return RLIMIT_DATA;
    default: return RLIMIT_NPROC;
    }
}

static int stage(char *const *folders) {
    if (!folders[0]) return 0;
    if (unshare(CLONE_NEWNS) != 0) return errno;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return errno;
    if (mount("tmpfs", UP_STAGE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64k") != 0) return errno;
    char place[] = UP_STAGE "/0";
    for (size_t index = 0; folders[index]; index++) {
        if (index > 9) return E2BIG;
        place[sizeof place - 2] = (char)('0' + index);
        if (mkdir(place, 0755) != 0) return errno;
        if (mount(folders[index], place, NULL, MS_BIND, NULL) != 0) return errno;
    }
    return 0;
}

// Between vfork and exec: only system calls, since memory is the parent's. The C library's setuid would ask all threads to join
// in, so it is not used.
static int become(const up_spawn_plan *plan, char **arguments, char **environment, char **stages) {
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &plain, NULL);
    sigset_t none;
    sigemptyset(&none);
    if (setsid() < 0) return errno;
    for (size_t index = 0; index < plan->group_count; index++)
        if (write(plan->groups[index], "0", 1) != 1) return errno;
    int base = 3 + (int)plan->descriptor_count;
    int moved[16];
    if (plan->descriptor_count > 16) return E2BIG;
    for (size_t index = 0; index < plan->descriptor_count; index++) {
        moved[index] = fcntl(plan->descriptors[index], F_DUPFD, base);
        if (moved[index] < 0) return errno;
    }
    for (size_t index = 0; index < plan->descriptor_count; index++)
        if (dup2(moved[index], (int)index) < 0) return errno;
    if (syscall(SYS_close_range, plan->descriptor_count, ~0U, 0) != 0) {
        struct rlimit open = {0};
        getrlimit(RLIMIT_NOFILE, &open);
        for (rlim_t index = plan->descriptor_count; index < open.rlim_cur && index < 65536; index++) close((int)index);
    }
    // Only now: what is open beyond the limit could not have been duplicated.
    for (size_t index = 0; index < plan->limit_count; index++) {
        struct rlimit limit = {plan->limits[index].value, plan->limits[index].value};
        struct rlimit now;
        int resource = limited(plan->limits[index].resource);
        if (getrlimit(resource, &now) == 0 && now.rlim_max < limit.rlim_max)
            limit.rlim_cur = limit.rlim_max = now.rlim_max;
        if (setrlimit(resource, &limit) != 0) return errno;
    }
    umask(022);
    int unstaged = stage(stages);
    if (unstaged) return unstaged;
    if (chdir(plan->directory) != 0) return errno;
    if (plan->user >= 0) {
        if (syscall(SYS_setgroups, 0, NULL) != 0) return errno;
        if (syscall(SYS_setresgid, plan->user, plan->user, plan->user) != 0) return errno;
        if (syscall(SYS_setresuid, plan->user, plan->user, plan->user) != 0) return errno;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return errno;
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(plan->path, arguments, environment);
    return errno;
}

int up_spawn(const up_spawn_plan *plan, int *process) {
    char **arguments = split(plan->arguments, plan->arguments_count);
    char **environment = split(plan->environment ? plan->environment : "", plan->environment_count);
    char **stages = split(plan->stages ? plan->stages : "", plan->stages_count);
    if (!arguments || !environment || !stages) {
        free(arguments);
        free(environment);
        free(stages);
        return ENOMEM;
    }
    // A handler of ours must not run in the child, whose memory is ours too.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // Another user id makes the shared memory undumpable or worse: what it was is put back.
    int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    volatile int failure = 0;
    pid_t child = vfork();
    if (child == 0) {
        failure = become(plan, arguments, environment, stages);
        _exit(127);
    }
    int flaw = child < 0 ? errno : 0;
    if (dumpable == 0 || dumpable == 1) prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(arguments);
    free(environment);
    free(stages);
    if (flaw) return flaw;
    if (failure) {
        waitpid(child, NULL, 0);
        return failure;
    }
    *process = child;
    return 0;
}

int up_wait(int process, int *status, int64_t *peak) {
    struct rusage used = {0};
    while (wait4(process, status, 0, &used) < 0)
        if (errno != EINTR) return errno;
    *peak = (int64_t)used.ru_maxrss * 1024;
    return 0;
}

void up_kill(int process) {
    if (process <= 1) return;
    kill(-process, SIGKILL);
    kill(process, SIGKILL);
}

int up_memory_file(const void *data, size_t count) {
    int file = memfd_create("arguments", MFD_CLOEXEC);
    if (file < 0) return -1;
    const char *at = data;
    while (count > 0) {
        ssize_t written = write(file, at, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            close(file);
            return -1;
        }
        at += written;
        count -= (size_t)written;
    }
    lseek(file, 0, SEEK_SET);
    return file;
}

int up_pipe(int *ends) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno; }
int up_open_file(const char *path) { return open(path, O_RDONLY | O_CLOEXEC); }
int up_open_for_writing(const char *path) { return open(path, O_WRONLY | O_CLOEXEC); }
void up_close(int descriptor) { close(descriptor); }

int up_waiting(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}
