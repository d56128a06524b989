#define _GNU_SOURCE
#include "CSandbox.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define SECCOMP_DATA(field) ((unsigned)__builtin_offsetof(struct seccomp_data, field))

// What no function needs, and what has been a way out of sandboxes before.
static const unsigned refused[] = {
    SYS_unshare,     SYS_setns,          SYS_mount,         SYS_umount2,        SYS_pivot_root,
    SYS_chroot,      SYS_ptrace,         SYS_keyctl,        SYS_add_key,        SYS_request_key,
    SYS_bpf,         SYS_perf_event_open, SYS_userfaultfd,  SYS_kexec_load,     SYS_init_module,
    SYS_finit_module, SYS_delete_module, SYS_reboot,        SYS_swapon,         SYS_swapoff,
    SYS_acct,        SYS_quotactl,       SYS_settimeofday,  SYS_clock_settime,  SYS_adjtimex,
    SYS_clock_adjtime, SYS_syslog,       SYS_kcmp,          SYS_vhangup,        SYS_open_by_handle_at,
    SYS_name_to_handle_at, SYS_process_vm_readv, SYS_process_vm_writev, SYS_sethostname, SYS_setdomainname,
#ifdef SYS_iopl
    SYS_iopl,        SYS_ioperm,
#endif
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
    // io_uring, the new mount calls and pidfd_getfd have the same numbers everywhere.
    425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442,
};

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

size_t up_filter(void *out, size_t room) {
#ifndef MACHINE
    (void)out, (void)room;
    return 0;
#else
    struct sock_filter program[256];
    size_t count = 0;
#define ADD(...) program[count++] = (struct sock_filter)__VA_ARGS__
#define LOAD(offset) ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset)))
#define ANSWER(value) ADD(BPF_STMT(BPF_RET | BPF_K, (value)))
#define UNLESS_EQUAL_SKIP(value, skip) ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip)))
    LOAD(SECCOMP_DATA(arch));
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0));
    ANSWER(SECCOMP_RET_KILL_PROCESS);
    LOAD(SECCOMP_DATA(nr));
#if defined(__x86_64__)
    // The x32 numbers would go round the list.
    ADD(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1));
    ANSWER(SECCOMP_RET_ERRNO | ENOSYS);
#endif
    for (size_t index = 0; index < sizeof refused / sizeof *refused; index++) {
        UNLESS_EQUAL_SKIP(refused[index], 1);
        ANSWER(SECCOMP_RET_ERRNO | EPERM);
    }
    // Its flags lie in memory, out of the filter's sight; the C library falls back to clone.
    UNLESS_EQUAL_SKIP(SYS_clone3, 1);
    ANSWER(SECCOMP_RET_ERRNO | ENOSYS);
    UNLESS_EQUAL_SKIP(SYS_clone, 4);
    LOAD(SECCOMP_DATA(args[0]));
    ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K,
                 CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP, 0,
                 1));
    ANSWER(SECCOMP_RET_ERRNO | EPERM);
    ANSWER(SECCOMP_RET_ALLOW);
    // Typing into somebody's terminal.
    UNLESS_EQUAL_SKIP(SYS_ioctl, 4);
    LOAD(SECCOMP_DATA(args[1]));
    UNLESS_EQUAL_SKIP(TIOCSTI, 1);
    ANSWER(SECCOMP_RET_ERRNO | EPERM);
    ANSWER(SECCOMP_RET_ALLOW);
    // The internet, local sockets, and netlink, which name resolution asks for addresses.
    UNLESS_EQUAL_SKIP(SYS_socket, 6);
    LOAD(SECCOMP_DATA(args[0]));
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 4, 0));
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 3, 0));
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 2, 0));
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 1, 0));
    ANSWER(SECCOMP_RET_ERRNO | EAFNOSUPPORT);
    ANSWER(SECCOMP_RET_ALLOW);
    size_t bytes = count * sizeof *program;
    if (bytes > room) return 0;
    memcpy(out, program, bytes);
    return bytes;
#endif
}
