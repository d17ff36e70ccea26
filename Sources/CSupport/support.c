#include "CSupport.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int support_has_avx2_fma(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return 1;
#endif
}

static _Thread_local int thread_build;

int support_thread_build(void) { return thread_build; }

void support_set_thread_build(int build) { thread_build = build; }

static _Thread_local void *thread_scope;

void *support_thread_scope(void) { return thread_scope; }

void support_set_thread_scope(void *scope) { thread_scope = scope; }

static _Thread_local void *scratch;
static _Thread_local int64_t scratch_size;
static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;

/* The key only frees the memory when its thread ends. */
static void make_scratch_key(void) { pthread_key_create(&scratch_key, free); }

void *support_thread_scratch(int64_t bytes) {
    if (bytes <= scratch_size) return scratch;
    pthread_once(&scratch_once, make_scratch_key);
    int64_t size = (bytes + 0xffff) & ~(int64_t)0xffff;
    void *larger = aligned_alloc(64, (size_t)size);
    if (!larger) return 0;
    free(scratch);
    scratch = larger;
    scratch_size = size;
    pthread_setspecific(scratch_key, scratch);
    return scratch;
}

static void handle(int signal_number, void (*handler)(int)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    action.sa_flags = 0; /* no SA_RESTART: a blocked read, or the wait for input, must return */
    sigaction(signal_number, &action, 0);
}

static _Atomic int pending;
static _Atomic int endless;

static void on_interrupt(int signal_number) {
    (void)signal_number;
    int before = atomic_fetch_add_explicit(&pending, 1, memory_order_relaxed);
    if (before >= 2 && !atomic_load_explicit(&endless, memory_order_relaxed)) _exit(130);
}

void support_survive_interrupts(void) {
    atomic_store_explicit(&endless, 1, memory_order_relaxed);
}

void support_install_interrupt_handler(void) {
    handle(SIGINT, on_interrupt);
}

int support_interrupt_pending(void) {
    return atomic_load_explicit(&pending, memory_order_relaxed) != 0;
}

void support_clear_interrupt(void) { atomic_store_explicit(&pending, 0, memory_order_relaxed); }

void support_raise_interrupt(void) { atomic_store_explicit(&pending, 1, memory_order_relaxed); }

static _Atomic int leaving;

static void on_leave(int signal_number) {
    if (atomic_exchange_explicit(&leaving, signal_number, memory_order_relaxed) != 0) {
        _exit(128 + signal_number);
    }
    atomic_store_explicit(&pending, 1, memory_order_relaxed);
}

void support_install_leave_handler(void) {
    handle(SIGTERM, on_leave);
    /* Who started the program with nohup wants it to go on. */
    struct sigaction before;
    if (sigaction(SIGHUP, 0, &before) == 0 && before.sa_handler == SIG_IGN) return;
    handle(SIGHUP, on_leave);
}

static _Atomic int continued;
static pthread_t reader;

/* After a stop the kernel may give the signal to any thread; the one that waits must get it. */
static void on_continue(int signal_number) {
    if (!pthread_equal(pthread_self(), reader)) pthread_kill(reader, signal_number);
    atomic_store_explicit(&continued, 1, memory_order_relaxed);
}

void support_install_continue_handler(void) {
    reader = pthread_self();
    handle(SIGCONT, on_continue);
}

int support_wait_is_over(void) {
    return support_interrupt_pending() || atomic_load_explicit(&continued, memory_order_relaxed) != 0;
}

int support_take_continued(void) {
    return atomic_exchange_explicit(&continued, 0, memory_order_relaxed);
}

int support_leave_signal(void) { return atomic_load_explicit(&leaving, memory_order_relaxed); }

void support_futex_wait(uint32_t *address, uint32_t expected) {
    syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, expected, 0, 0, 0);
}

void support_futex_wake_all(uint32_t *address) {
    syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 0x7fffffff, 0, 0, 0);
}

int64_t support_resident_bytes(void) {
    char text[128];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    /* The second number: resident pages. */
    char *rest = text;
    strtoll(rest, &rest, 10);
    return strtoll(rest, 0, 10) * sysconf(_SC_PAGESIZE);
}

void support_release_freed_memory(void) { malloc_trim(0); }
